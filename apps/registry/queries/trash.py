"""What lies in the registry's trash."""

from dataclasses import dataclass

from apps.access import policy
from apps.access.levels import Level
from apps.access.queries.workspaces import access_workspace
from apps.core.actor import Actor
from apps.registry.access import MODEL
from apps.registry.sql import rows

MOST = 1000


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
