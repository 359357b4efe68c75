"""Roles on the wire (protocol, section 19). A role is a team, seen from the request's workspace: its permissions are what the
team was granted there, its assignments are its members."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from apps.access.levels import parse
from apps.access.queries import team_grants
from apps.access.queries.team_grants import TeamGrant
from apps.access.services import workspaces
from apps.accounts.queries import teams as team_queries
from apps.accounts.queries import users as user_queries
from apps.accounts.services import teams
from apps.api.mlflow.codec import roles as codec
from apps.api.mlflow.wire import BOTH_3, WireRequest, endpoint
from apps.core.actor import Actor
from apps.core.errors import Invalid
from apps.experiments.queries import experiments
from apps.experiments.services import grants as experiment_grants
from apps.registry.queries import registered
from apps.registry.services import grants as model_grants


class Kind(NamedTuple):
    """How grants on one kind of resource are read and written; the writers take actor, target and `user` or `team`."""

    of_teams: Callable[[Actor, list[int]], list[TeamGrant]]
    by_id: Callable[[Actor, int], TeamGrant]
    create: Callable[..., int]
    update: Callable[..., None]
    delete: Callable[..., None]


KINDS = {
    "workspace": Kind(
        team_grants.list_team_workspace_grants,
        team_grants.get_team_workspace_grant,
        workspaces.create_workspace_grant,
        workspaces.share_workspace,
        workspaces.unshare_workspace,
    ),
    "experiment": Kind(
        experiments.list_team_experiment_grants,
        experiments.get_team_experiment_grant,
        experiment_grants.create_experiment_grant,
        experiment_grants.update_experiment_grant,
        experiment_grants.delete_experiment_grant,
    ),
    "registered_model": Kind(
        registered.list_team_model_grants,
        registered.get_team_model_grant,
        model_grants.create_model_grant,
        model_grants.update_model_grant,
        model_grants.delete_model_grant,
    ),
}


@endpoint("POST", "roles/create", prefixes=BOTH_3, section="19")
def create(request: WireRequest) -> dict[str, Any]:
    _require_own_workspace(request, [request.fields.text("workspace", required=True)])
    made = teams.create_team(request.actor, request.fields.text("name", required=True), request.fields.text("description"))
    return {"role": _role(request, made.pk)}


@endpoint("GET", "roles/get", prefixes=BOTH_3, section="19")
def get(request: WireRequest) -> dict[str, Any]:
    return {"role": _role(request, request.fields.integer("role_id", required=True))}


@endpoint("GET", "roles/list", prefixes=BOTH_3, section="19")
def list_all(request: WireRequest) -> dict[str, Any]:
    named = request.fields.texts("workspace")
    _require_own_workspace(request, named)
    rows = team_queries.list_teams(request.actor) if named else team_queries.all_teams(request.actor)
    return {"roles": _roles(request, [(row.id, row.name, row.description) for row in rows])}


@endpoint("PATCH", "roles/update", prefixes=BOTH_3, section="19")
def update(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    name, description = fields.optional_text("name"), fields.optional_text("description")
    if name is None and description is None:
        raise Invalid("At least one of 'name' or 'description' must be provided to update a role.")
    team = team_queries.get(request.actor, fields.integer("role_id", required=True))
    teams.update_team(
        request.actor,
        team.pk,
        name=team.name if name is None else name,
        description=team.description if description is None else description,
    )
    return {"role": _role(request, team.pk)}


@endpoint("DELETE", "roles/delete", prefixes=BOTH_3, section="19")
def delete(request: WireRequest) -> dict[str, Any]:
    teams.delete_team(request.actor, request.fields.integer("role_id", required=True))
    return {}


@endpoint("POST", "roles/permissions/add", prefixes=BOTH_3, section="19")
def add_permission(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    team = team_queries.name_of(request.actor, fields.integer("role_id", required=True))
    kind, target = resource(request, "resource_pattern")
    level = parse(fields.text("permission", required=True))
    number = KINDS[kind].create(request.actor, target, level, team=team.name)
    return {"role_permission": codec.permission_json(kind, TeamGrant(number, team.id, team.name, target, level))}


@endpoint("PATCH", "roles/permissions/update", prefixes=BOTH_3, section="19")
def update_permission(request: WireRequest) -> dict[str, Any]:
    kind, grant = _grant(request)
    level = parse(request.fields.text("permission", required=True))
    KINDS[kind].update(request.actor, grant.target, level, team=grant.team)
    return {"role_permission": codec.permission_json(kind, grant._replace(level=level))}


@endpoint("DELETE", "roles/permissions/remove", prefixes=BOTH_3, section="19")
def remove_permission(request: WireRequest) -> dict[str, Any]:
    kind, grant = _grant(request)
    KINDS[kind].delete(request.actor, grant.target, team=grant.team)
    return {}


@endpoint("GET", "roles/permissions/list", prefixes=BOTH_3, section="19")
def list_permissions(request: WireRequest) -> dict[str, Any]:
    team = team_queries.get(request.actor, request.fields.integer("role_id", required=True))
    return {"role_permissions": _permissions(request, [team.pk])[team.pk]}


@endpoint("POST", "roles/assign", prefixes=BOTH_3, section="19")
def assign(request: WireRequest) -> dict[str, Any]:
    role_id, user_id = request.fields.integer("role_id", required=True), _user_id(request)
    teams.add_member(request.actor, role_id, user_id)
    members = team_queries.get(request.actor, role_id).memberships.all()
    number = next(member.pk for member in members if member.user_id == user_id)
    return {"assignment": codec.assignment_json(number, user_id, role_id)}


@endpoint("DELETE", "roles/unassign", prefixes=BOTH_3, section="19")
def unassign(request: WireRequest) -> dict[str, Any]:
    teams.remove_member(request.actor, request.fields.integer("role_id", required=True), _user_id(request))
    return {}


@endpoint("GET", "roles/users/list", prefixes=BOTH_3, section="19")
def list_users(request: WireRequest) -> dict[str, Any]:
    team = team_queries.get(request.actor, request.fields.integer("role_id", required=True))
    members = sorted(team.memberships.all(), key=lambda member: member.pk)
    return {"assignments": [codec.assignment_json(member.pk, member.user_id, team.pk) for member in members]}


@endpoint("GET", "users/roles/list", prefixes=BOTH_3, section="19")
def list_roles_of_user(request: WireRequest) -> dict[str, Any]:
    user = user_queries.get_by_name(request.actor, request.fields.text("username", required=True))
    return {"roles": roles_of(request, user.pk)}


def roles_of(request: WireRequest, user_id: int) -> list[dict[str, Any]]:
    """The roles of an account, for itself and administrators. Raises Denied."""
    mine = {team.id for team in team_queries.teams_of(request.actor, user_id)}
    rows = [row for row in team_queries.list_teams(request.actor) if row.id in mine]
    return _roles(request, [(row.id, row.name, row.description) for row in rows])


def resource(request: WireRequest, name: str) -> tuple[str, str]:
    """The kind of resource that a request names and which one, its id or pattern being in the field `name`. Raises Invalid."""
    kind, which = request.fields.text("resource_type", required=True), request.fields.text(name, required=True)
    return kind, codec.parse_resource(kind, which, name, request.actor.workspace)


def _role(request: WireRequest, role_id: int) -> dict[str, Any]:
    team = team_queries.get(request.actor, role_id)
    return _roles(request, [(team.pk, team.name, team.description)])[0]


def _roles(request: WireRequest, rows: list[tuple[int, str, str]]) -> list[dict[str, Any]]:
    """Roles with their permissions, in three statements whatever their number."""
    permissions = _permissions(request, [number for number, *_ in rows])
    workspace = request.actor.workspace
    return [codec.role_json(number, name, description, workspace, permissions[number]) for number, name, description in rows]


def _permissions(request: WireRequest, team_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {number: [] for number in team_ids}
    for kind, how in KINDS.items():
        for grant in how.of_teams(request.actor, list(found)):
            found[grant.team_id].append(codec.permission_json(kind, grant))
    return found


def _grant(request: WireRequest) -> tuple[str, TeamGrant]:
    kind, grant_id = codec.kind_and_grant_id(request.fields.integer("role_permission_id", required=True))
    return kind, KINDS[kind].by_id(request.actor, grant_id)


def _user_id(request: WireRequest) -> int:
    return user_queries.find_person(request.actor, request.fields.text("username", required=True)).id


def _require_own_workspace(request: WireRequest, named: list[str]) -> None:
    other = [name for name in named if name != request.actor.workspace]
    if other:
        raise Invalid(
            f"Invalid workspace '{other[0]}': roles are asked for in the workspace of the request, '{request.actor.workspace}'. "
            "Another is named by the header X-MLFLOW-WORKSPACE."
        )
