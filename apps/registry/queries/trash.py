"""What lies in the registry's trash."""

from dataclasses import dataclass

from apps.access import policy
from apps.access.levels import Level
from apps.access.queries.workspaces import access_workspace
from apps.core.actor import Actor
from apps.experiments.queries import trash as experiments
from apps.experiments.trash_items import TrashItem, Wanted, in_order, token_after
from apps.registry.access import MODEL
from apps.registry.sql import rows

MOST = 1000
_MODELS = """
    SELECT m.id, m.name, NULL, m.deleted_at, {level} AS level FROM registry_registeredmodel m
    WHERE m.lifecycle = 'deleted' AND m.workspace_id = %s AND {where}"""
_VERSIONS = """
    SELECT v.id, m.name, v.number, v.deleted_at, {level} AS level FROM registry_modelversion v
    JOIN registry_registeredmodel m ON m.id = v.model_id
    WHERE v.lifecycle = 'deleted' AND m.lifecycle = 'active' AND m.workspace_id = %s AND {where}"""


@dataclass(frozen=True, slots=True)
class Trashed:
    """A model (without number), or a version of a model that is not in the trash itself; `deleted_at` in ms."""

    id: int
    name: str
    number: int | None
    deleted_at: int


def list_trash(actor: Actor) -> list[Trashed]:
    """What the actor may restore in their workspace, the newest first."""
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    level, params = policy.level_sql(actor, MODEL, "m")
    may = f"m.workspace_id = %s AND {level} >= {int(Level.MANAGE)}"
    sql = (
        f"SELECT m.id, m.name, NULL, m.deleted_at FROM registry_registeredmodel m WHERE m.lifecycle = 'deleted' AND {may}"
        " UNION ALL SELECT v.id, m.name, v.number, v.deleted_at FROM registry_modelversion v"
        " JOIN registry_registeredmodel m ON m.id = v.model_id"
        f" WHERE v.lifecycle = 'deleted' AND m.lifecycle = 'active' AND {may} ORDER BY 4 DESC LIMIT {MOST}"
    )
    return [Trashed(*row) for row in rows.fetch(sql, [workspace.id, *params, workspace.id, *params])]


@dataclass(frozen=True, slots=True)
class TrashPage:
    """Things in the trash; `after` is the token of the next page, "" for none."""

    items: list[TrashItem]
    after: str = ""


@dataclass(slots=True)
class TrashTotal:
    """What would go: things by kind, the runs in experiments, files and bytes; `kept` stays. `is_more`: not all was counted."""

    counts: dict[str, int]
    runs: int = 0
    files: int = 0
    size: int = 0
    kept: int = 0
    is_more: bool = False


def list_everything(actor: Actor, wanted: Wanted, limit: int = 50) -> TrashPage:
    """A page of all that lies in the trash of the actor's workspace and that they may see, the newest first. Raises Invalid."""
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    found = _newest(actor, workspace.id, wanted, limit + 1, Level.READ)
    return TrashPage(found[:limit], token_after(found[limit - 1]) if len(found) > limit else "")


def total(actor: Actor, wanted: Wanted) -> TrashTotal:
    """What emptying this part of the trash would remove, as the actor: the dry run. Raises Invalid."""
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    found = _newest(actor, workspace.id, wanted, MOST + 1, Level.MANAGE)
    counted = TrashTotal({}, is_more=len(found) > MOST)
    for item in found[:MOST]:
        if item.kept:
            counted.kept += 1
            continue
        counted.counts[item.kind] = counted.counts.get(item.kind, 0) + 1
        counted.runs += item.runs
        counted.files += item.files
        counted.size += item.size
    return counted


def removable(actor: Actor, wanted: Wanted, limit: int) -> list[TrashItem]:
    """What the actor may remove for good, the newest first, also what is kept by something."""
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    return _newest(actor, workspace.id, wanted, limit, Level.MANAGE)


def _newest(actor: Actor, workspace_id: int, wanted: Wanted, limit: int, least: Level) -> list[TrashItem]:
    found = experiments.list_trash(actor, wanted, limit, least=least)
    level, params = policy.level_sql(actor, MODEL, "m")
    for kind, sql, alias in (("model", _MODELS, "m"), ("version", _VERSIONS, "v")):
        if wanted.has(kind):
            where, values = wanted.where(kind, f"{alias}.deleted_at", f"{alias}.id", "m.name")
            text = f"SELECT * FROM ({sql.format(level=level, where=where)}) t WHERE level >= %s ORDER BY 4 DESC, 1 DESC LIMIT %s"
            for pk, name, number, deleted_at, may in rows.fetch(text, [*params, workspace_id, *values, int(least), limit]):
                key = name if kind == "version" else str(pk)
                found.append(TrashItem(kind, pk, key, name, "", deleted_at, may, number))
    return in_order(found)[:limit]
