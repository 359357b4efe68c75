"""Workspaces that one may see, and the checks that need no thing."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models.expressions import RawSQL

from apps.access import policy
from apps.access.levels import Level
from apps.access.models import Workspace, WorkspaceGrant
from apps.core.actor import Actor
from apps.core.errors import Denied, Missing, Unauthenticated


@dataclass(frozen=True, slots=True)
class WorkspaceRecord:
    """A workspace and the asker's level in it."""

    id: int
    name: str
    description: str
    level: Level


@dataclass(frozen=True, slots=True)
class GrantRecord:
    """Who has which level on a thing."""

    grantee: str
    kind: str  # "user" or "team"
    grantee_id: int
    label: str
    level: Level


def _visible(actor: Actor) -> models.QuerySet[Workspace]:
    sql, params = policy.workspace_level_sql(actor)
    queryset = Workspace.objects.annotate(level=RawSQL(sql, params, models.SmallIntegerField()))
    return queryset.filter(level__gte=Level.READ)


def _record(row: Workspace) -> WorkspaceRecord:
    return WorkspaceRecord(row.pk, row.name, row.description, Level(row.level))  # type: ignore[attr-defined]


def access_workspace(actor: Actor, name: str, act: str) -> WorkspaceRecord:
    """The workspace of that name if `act` may be done to it. Raises Unauthenticated, Missing or Denied."""
    require_known(actor)
    row = _visible(actor).filter(name=name).first()
    policy.check(actor, act, row.level if row else None, f"Workspace '{name}' not found")  # type: ignore[attr-defined]
    assert row is not None
    return _record(row)


def list_workspaces(actor: Actor) -> list[WorkspaceRecord]:
    """All that the actor may see, `default` first, then by name."""
    require_known(actor)
    return sorted(map(_record, _visible(actor)), key=lambda w: (w.name != "default", w.name))


def list_workspace_grants(actor: Actor, name: str) -> list[GrantRecord]:
    """The grants on a workspace; needs the right to share it."""
    workspace = access_workspace(actor, name, "workspace.share")
    return grant_records(actor, WorkspaceGrant.objects.filter(workspace_id=workspace.id))


def grant_records(actor: Actor, grants: models.QuerySet[Any]) -> list[GrantRecord]:
    """Rows of any grant table as records, people first, by name. The caller has asked for the right to see them."""
    require_known(actor)
    rows = grants.values_list("user_id", "user__username", "user__display_name", "team_id", "team__name", "level")
    records = [
        GrantRecord(username, "user", user_id, display or username, Level(level))
        if user_id is not None
        else GrantRecord(team, "team", team_id, team, Level(level))
        for user_id, username, display, team_id, team, level in rows
    ]
    return sorted(records, key=lambda r: (r.kind == "team", r.grantee))


def require_known(actor: Actor) -> None:
    """Somebody has to be signed in. Raises Unauthenticated."""
    if not actor.is_known:
        raise Unauthenticated("You are not authenticated. Sign in or send a token.")


def require_writer(actor: Actor) -> None:
    """Somebody signed in whose token may change things. Raises Unauthenticated or Denied."""
    require_known(actor)
    if actor.limits.get("scope") == "read":
        raise Denied("this token may only read")


def require_admin(actor: Actor, act: str) -> None:
    """An administrator has to be signed in. Raises Unauthenticated or Denied."""
    require_writer(actor)
    if not actor.is_admin:
        raise Denied(f"{act} needs an administrator")


def require_in_workspace(actor: Actor, workspace_id: int, missing: str) -> None:
    """A thing reached by id has to be of the workspace that the request named, if it named one. Raises Missing."""
    if actor.workspace != "default" and not Workspace.objects.filter(pk=workspace_id, name=actor.workspace).exists():
        raise Missing(missing)
