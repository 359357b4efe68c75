"""Registered models that one may see."""

from typing import Any

from django.db.models import Q

from apps.access import policy
from apps.access.levels import Level
from apps.access.queries.team_grants import TeamGrant, one_team_grant, team_grants
from apps.access.queries.workspaces import GrantRecord, access_workspace, grant_records, require_known
from apps.core.actor import Actor
from apps.core.errors import Denied, Invalid
from apps.core.paging import decode_offset, encode_offset
from apps.registry import stages
from apps.registry.access import MODEL, access_model, access_model_by_id
from apps.registry.granting import GrantsOfModel, grants_of
from apps.registry.models import ModelGrant
from apps.registry.records import ModelRecord, Page, VersionRecord
from apps.registry.search import models as search
from apps.registry.sql import rows

MOST = 1000


def get_registered_model(actor: Actor, name: str) -> ModelRecord:
    """The model of that name, with tags, aliases and latest versions. Raises Invalid, Missing."""
    model = access_model(actor, name, "model.read")
    record = ModelRecord(
        *rows.fetch(f"SELECT {rows.MODEL_COLUMNS}, %s FROM {rows.MODEL_FROM} WHERE m.id = %s", [model.level, model.id])[0]
    )
    rows.fill_models([record])
    return record


def search_models(
    actor: Actor, *, filter_text: str = "", max_results: int = 100, order_by: list[str] | None = None, page_token: str = ""
) -> Page:
    """A page of the models in the actor's workspace that match and may be read. Raises Invalid."""
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    if not 1 <= max_results <= MOST:
        raise Invalid(
            f"Invalid value for request parameter max_results. It must be between 1 and {MOST}, but got value {max_results}"
        )
    condition, order = search.condition(filter_text), search.order(order_by or [])
    offset = decode_offset(page_token)
    level, params = policy.level_sql(actor, MODEL, "m")
    sql = (
        f"SELECT {rows.MODEL_COLUMNS}, {level} AS level FROM {rows.MODEL_FROM}"
        f" WHERE m.workspace_id = %s AND m.lifecycle = 'active' AND {condition.text} AND {level} >= {int(Level.READ)}"
        f" ORDER BY {order} LIMIT %s OFFSET %s"
    )
    values: list[Any] = [*params, workspace.id, *condition.params, *params, max_results + 1, offset]
    found = [ModelRecord(*row) for row in rows.fetch(sql, values)]
    token = encode_offset(offset + max_results) if len(found) > max_results else ""
    found = found[:max_results]
    rows.fill_models(found)
    return Page(found, token)


def latest_versions(actor: Actor, name: str, wanted: list[str]) -> list[VersionRecord]:
    """The highest version of each of the stages `wanted`, or of all for none. Raises Invalid, Missing."""
    model = access_model(actor, name, "model.read")
    chosen = {stages.parse(stage) for stage in wanted} or set(stages.ALL)
    found = [version for version in rows.latest_versions([model.id]) if version.stage in chosen]
    rows.fill_version_tags(found)
    rows.fill_version_aliases(found)
    return found


def get_name(actor: Actor, model_id: int) -> str:
    """The name of the model with that number. Raises Missing."""
    return access_model_by_id(actor, model_id, "model.read").name


def own_stages(actor: Actor, name: str) -> int:
    """The right to stages that the actor, or a team of theirs, was given on the model. Raises Missing."""
    model = access_model(actor, name, "model.read")
    grants = ModelGrant.objects.filter(model_id=model.id)
    mine = grants.filter(Q(user_id=actor.user_id or 0) | Q(team__memberships__user_id=actor.user_id or 0))
    return max(mine.values_list("stages", flat=True), default=0)


def list_grants_by_id(actor: Actor, model_id: int) -> GrantsOfModel:
    """Who has which level and which right to stages; needs the right to share it. Raises Missing, Denied."""
    return grants_of(access_model_by_id(actor, model_id, "model.share").id)


def list_user_model_grants(actor: Actor, user_id: int) -> list[tuple[str, str, int]]:
    """(workspace, model, level) of each of an account's own grants on models; for itself and administrators. Raises Denied."""
    require_known(actor)
    if actor.user_id != user_id and not actor.is_admin:
        raise Denied("only the person themselves and administrators may see this")
    rows = ModelGrant.objects.filter(user_id=user_id, model__lifecycle="active").order_by("model__name")
    return list(rows.values_list("model__workspace__name", "model__name", "level"))


def list_model_grants(actor: Actor, name: str) -> list[GrantRecord]:
    """Who has which level on it; needs the right to share it. Raises Missing, Denied."""
    model = access_model(actor, name, "model.share")
    return grant_records(actor, ModelGrant.objects.filter(model_id=model.id))


def list_team_model_grants(actor: Actor, team_ids: list[int]) -> list[TeamGrant]:
    """What the teams have on models of the actor's workspace, as far as the actor is in them."""
    rows = ModelGrant.objects.filter(model__workspace__name=actor.workspace, model__lifecycle="active")
    return team_grants(actor, rows, "model__name", team_ids)


def get_team_model_grant(actor: Actor, grant_id: int) -> TeamGrant:
    """One of them, for whoever may share the model. Raises Missing, Denied."""
    rows = ModelGrant.objects.filter(model__workspace__name=actor.workspace, model__lifecycle="active")
    grant = one_team_grant(actor, rows, "model__name", grant_id)
    access_model(actor, grant.target, "model.share")
    return grant
