"""Making, changing and removing workspaces, and sharing them."""

import re

from django.db import IntegrityError, models

from apps.access.levels import Level
from apps.access.models import DEFAULT_WORKSPACE_ID, NAME_PATTERN, Workspace, WorkspaceGrant
from apps.access.queries.workspaces import WorkspaceRecord, access_workspace, require_admin
from apps.access.services import grants
from apps.audit.services.rows import record
from apps.core.actor import Actor
from apps.core.errors import AlreadyExists, Conflict, Invalid
from apps.core.transactions import atomic, savepoint


@atomic
def create_workspace(actor: Actor, name: str, description: str = "") -> WorkspaceRecord:
    """A new, empty workspace; its maker may MANAGE it. Needs an administrator. Raises Invalid, AlreadyExists, Denied."""
    require_admin(actor, "workspace.create")
    if not re.fullmatch(NAME_PATTERN, name):
        raise Invalid(
            f"Invalid workspace name '{name}': lower-case letters, digits and hyphens, at most 63, no hyphen at the ends"
        )
    try:
        with savepoint():
            workspace = Workspace.objects.create(name=name, description=description)
    except IntegrityError:
        raise AlreadyExists(f"Workspace '{name}' already exists") from None
    if actor.user_id is not None:
        WorkspaceGrant.objects.create(workspace=workspace, user_id=actor.user_id, level=Level.MANAGE)
    record(actor, "workspace.create", noun="workspace", noun_id=str(workspace.pk), name=name, workspace=name)
    return WorkspaceRecord(workspace.pk, name, description, Level.MANAGE)


@atomic
def update_workspace(actor: Actor, name: str, description: str) -> WorkspaceRecord:
    """Change the description. Raises Missing, Denied."""
    workspace = access_workspace(actor, name, "workspace.update")
    Workspace.objects.filter(pk=workspace.id).update(description=description)
    record(actor, "workspace.update", noun="workspace", noun_id=str(workspace.id), name=name, workspace=name)
    return WorkspaceRecord(workspace.id, name, description, workspace.level)


@atomic
def delete_workspace(actor: Actor, name: str) -> None:
    """Remove an empty workspace. Needs an administrator. Raises Conflict while anything is in it, Invalid for `default`."""
    require_admin(actor, "workspace.delete")
    workspace = access_workspace(actor, name, "workspace.delete")
    if workspace.id == DEFAULT_WORKSPACE_ID:
        raise Invalid("The workspace 'default' cannot be deleted")
    try:
        with savepoint():
            Workspace.objects.filter(pk=workspace.id).delete()
    except models.ProtectedError:
        raise Conflict(f"Workspace '{name}' is not empty: move or purge what is in it first") from None
    record(actor, "workspace.delete", noun="workspace", noun_id=str(workspace.id), name=name, workspace=name)


@atomic
def share_workspace(actor: Actor, name: str, level: Level, *, user: str = "", team: str = "") -> None:
    """Give a person or a team a level on the workspace. Raises Missing, Denied."""
    workspace = access_workspace(actor, name, "workspace.share")
    grantee = grants.resolve_grantee(actor, user=user, team=team)
    grants.put_grant(actor, WorkspaceGrant, {"workspace_id": workspace.id}, grantee, level)
    details = {"user": user, "team": team, "level": level.name}
    record(actor, "workspace.share", noun="workspace", noun_id=str(workspace.id), name=name, workspace=name, details=details)


@atomic
def create_workspace_grant(actor: Actor, name: str, level: Level, *, user: str = "", team: str = "") -> int:
    """The same as a grant that must not exist yet; its number. Raises AlreadyExists, Missing, Denied."""
    workspace = access_workspace(actor, name, "workspace.share")
    grantee = grants.resolve_grantee(actor, user=user, team=team)
    number = grants.create_grant(actor, WorkspaceGrant, {"workspace_id": workspace.id}, grantee, level)
    details = {"user": user, "team": team, "level": level.name}
    record(actor, "workspace.share", noun="workspace", noun_id=str(workspace.id), name=name, workspace=name, details=details)
    return number


@atomic
def unshare_workspace(actor: Actor, name: str, *, user: str = "", team: str = "") -> None:
    """Take a grant on the workspace away. Raises Missing, Denied."""
    workspace = access_workspace(actor, name, "workspace.share")
    grantee = grants.resolve_grantee(actor, user=user, team=team)
    grants.delete_grant(actor, WorkspaceGrant, {"workspace_id": workspace.id}, grantee)
    details = {"user": user, "team": team, "level": None}
    record(actor, "workspace.share", noun="workspace", noun_id=str(workspace.id), name=name, workspace=name, details=details)
