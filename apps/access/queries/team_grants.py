"""What teams were given, in the shape that every room's table of grants answers in."""

from typing import Any, NamedTuple

from django.db import models

from apps.access.levels import Level
from apps.access.models import WorkspaceGrant
from apps.access.queries.workspaces import access_workspace, require_known
from apps.core.actor import Actor
from apps.core.errors import Missing


class TeamGrant(NamedTuple):
    """A level that a team has on something; `target` is how the wire names the thing."""

    id: int
    team_id: int
    team: str
    target: str
    level: Level


def team_grants(actor: Actor, rows: models.QuerySet[Any], target: str, team_ids: list[int]) -> list[TeamGrant]:
    """Those of a table's grants that belong to one of the teams, as far as the actor is in it; an administrator sees all."""
    require_known(actor)
    mine = {} if actor.is_admin else {"team__memberships__user_id": actor.user_id or 0}
    found = rows.filter(team_id__in=team_ids, **mine).order_by("pk").values_list("pk", "team_id", "team__name", target, "level")
    return [TeamGrant(pk, team_id, team, str(name), Level(level)) for pk, team_id, team, name, level in found]


def one_team_grant(actor: Actor, rows: models.QuerySet[Any], target: str, grant_id: int) -> TeamGrant:
    """A team's grant by number; whether the actor may know of it is asked by the room, of the thing. Raises Missing."""
    require_known(actor)
    found = rows.filter(pk=grant_id, team__isnull=False).values_list("pk", "team_id", "team__name", target, "level").first()
    if found is None:
        raise Missing("No role permission with that id exists")
    pk, team_id, team, name, level = found
    return TeamGrant(pk, team_id, team, str(name), Level(level))


def list_team_workspace_grants(actor: Actor, team_ids: list[int]) -> list[TeamGrant]:
    """What the teams have in the actor's workspace as a whole."""
    rows = WorkspaceGrant.objects.filter(workspace__name=actor.workspace)
    return team_grants(actor, rows, "workspace__name", team_ids)


def get_team_workspace_grant(actor: Actor, grant_id: int) -> TeamGrant:
    """One of them, for whoever may share the workspace. Raises Missing, Denied."""
    grant = one_team_grant(actor, WorkspaceGrant.objects.all(), "workspace__name", grant_id)
    access_workspace(actor, grant.target, "workspace.share")
    return grant
