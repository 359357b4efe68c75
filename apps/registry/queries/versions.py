"""Versions that one may see."""

from typing import Any

from apps.access import policy
from apps.access.levels import Level
from apps.access.queries.workspaces import access_workspace, require_known
from apps.core.actor import Actor
from apps.core.errors import Invalid, Missing
from apps.core.filtersql.comparisons import is_postgres
from apps.core.paging import decode_offset, encode_offset
from apps.registry import rules, stages
from apps.registry.access import MODEL, access_model, access_version
from apps.registry.evidence import of_version
from apps.registry.records import Page, VersionRecord
from apps.registry.search import versions as search
from apps.registry.sql import rows

MOST = 200_000
MOST_SHOWN = 200


def get_version(actor: Actor, name: str, version: str) -> VersionRecord:
    """The version of that number, with tags and aliases. Raises Invalid, Missing."""
    found = access_version(actor, name, version, "model_version.read")
    return rows.version_by_pk(found.id)


def get_download_location(actor: Actor, name: str, version: str) -> str:
    """Where the version's artifacts lie. Raises Invalid, Missing."""
    found = access_version(actor, name, version, "model_version.read")
    location: str = rows.fetch("SELECT storage_location FROM registry_modelversion WHERE id = %s", [found.id])[0][0]
    return location


def get_artifact_folder(actor: Actor, name: str, version: str) -> str:
    """Where the version's artifacts lie behind the artifact proxy; who may read them is asked there. Raises Invalid, Missing."""
    found = access_version(actor, name, version, "model_version.read")
    side = of_version(found.id)
    if not side.root:
        raise Missing("The artifacts of this version are not kept on this server")
    return f"{side.root}/{side.folder}".rstrip("/")


def get_version_by_alias(actor: Actor, name: str, alias: str) -> VersionRecord:
    """The version that an alias points to; `latest` is the newest. Raises Invalid (no such alias), Missing."""
    model = access_model(actor, name, "model.read")
    rules.check_alias(alias)
    if alias.lower() == rules.LATEST:
        found = rows.versions_where("v.model_id = %s AND v.lifecycle = 'active' ORDER BY v.number DESC LIMIT 1", [model.id])
        if not found:
            raise Missing(f"Latest version not found for model {model.name}.")
    else:
        found = rows.versions_where(
            "v.id = (SELECT version_id FROM registry_alias WHERE model_id = %s AND name = %s)", [model.id, alias]
        )
        if not found:
            raise Invalid(f"Registered model alias {alias} not found.")
    rows.fill_version_tags(found)
    rows.fill_version_aliases(found)
    return found[0]


def search_versions(
    actor: Actor, *, filter_text: str = "", max_results: int = MOST, order_by: list[str] | None = None, page_token: str = ""
) -> Page:
    """A page of the versions in the actor's workspace that match and may be read, without aliases. Raises Invalid.

    Levels are asked for once a model, and only for those that the filter leaves: with one look-up a version, a model of 10,000
    would cost 40,000.
    """
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    if not 1 <= max_results <= MOST:
        raise Invalid(
            f"Invalid value for request parameter max_results. It must be between 1 and {MOST}, but got value {max_results}"
        )
    condition, order = search.condition(filter_text), search.order(order_by or [])
    offset = decode_offset(page_token)
    level, params = policy.level_sql(actor, MODEL, "m")
    sql = (
        f"WITH m AS {'MATERIALIZED ' if is_postgres() else ''}(SELECT m.id, m.name, m.is_prompt FROM registry_registeredmodel m"
        f" WHERE m.workspace_id = %s AND m.lifecycle = 'active' AND {condition.models.text} AND {level} >= {int(Level.READ)})"
        f" SELECT {rows.VERSION_COLUMNS} FROM m JOIN registry_modelversion v ON v.model_id = m.id {rows.VERSION_OWNER}"
        f" WHERE v.lifecycle = 'active' AND {condition.versions.text} ORDER BY {order} LIMIT %s OFFSET %s"
    )
    values: list[Any] = [
        workspace.id, *condition.models.params, *params, *condition.versions.params, max_results + 1, offset,
    ]  # fmt: skip
    found = [VersionRecord(*row) for row in rows.fetch(sql, values)]
    token = encode_offset(offset + max_results) if len(found) > max_results else ""
    found = found[:max_results]
    rows.fill_version_tags(found)
    return Page(found, token)


def list_versions(
    actor: Actor, name: str, *, stage: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[VersionRecord], bool]:
    """Versions of a model with tags and aliases, the highest number first, and whether there are more.

    Raises Invalid, Missing.
    """
    model = access_model(actor, name, "model.read")
    where = "v.model_id = %s AND v.lifecycle = 'active'"
    values: list[Any] = [model.id]
    if stage:
        where, values = f"{where} AND v.stage = %s", [*values, stages.parse(stage)]
    limit = max(1, min(limit, MOST_SHOWN))
    found = rows.versions_where(f"{where} ORDER BY v.number DESC LIMIT %s OFFSET %s", [*values, limit + 1, offset])
    more, found = len(found) > limit, found[:limit]
    rows.fill_version_tags(found)
    rows.fill_version_aliases(found)
    return found, more


def count_versions(actor: Actor, name: str) -> int:
    """How many versions a model has. Raises Invalid, Missing."""
    model = access_model(actor, name, "model.read")
    sql = "SELECT COUNT(*) FROM registry_modelversion WHERE model_id = %s AND lifecycle = 'active'"
    return int(rows.fetch(sql, [model.id])[0][0])


def versions_of_run(actor: Actor, run_id: str) -> list[VersionRecord]:
    """The versions that name a run as their source and may be read, with aliases, the newest first."""
    require_known(actor)
    level, params = policy.level_sql(actor, MODEL, "m")
    where = (
        f"v.run_id = %s AND v.lifecycle = 'active' AND m.lifecycle = 'active' AND {level} >= {int(Level.READ)}"
        f" ORDER BY v.created_at DESC, v.id DESC LIMIT {MOST_SHOWN}"
    )
    found = rows.versions_where(where, [run_id, *params]) if run_id else []
    rows.fill_version_aliases(found)
    return found
