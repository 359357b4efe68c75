"""What one person may do, on the wire of newer clients (protocol, section 19)."""

from collections.abc import Callable
from typing import Any

from apps.access.levels import Level, parse
from apps.accounts.queries import actors
from apps.accounts.queries import users as user_queries
from apps.api.mlflow.views import roles
from apps.api.mlflow.wire import BOTH_3, WireRequest, endpoint
from apps.core.actor import Actor
from apps.core.errors import Invalid, Missing
from apps.experiments.access import access_experiment
from apps.experiments.queries import experiments
from apps.registry.access import access_model
from apps.registry.queries import registered

LEVELS: dict[str, Callable[[Actor, str], int]] = {
    "experiment": lambda actor, number: access_experiment(actor, number, "experiment.read").level,
    "registered_model": lambda actor, name: access_model(actor, name, "model.read").level,
}


@endpoint("POST", "users/permissions/grant", prefixes=BOTH_3, section="19")
def grant(request: WireRequest) -> dict[str, Any]:
    kind, target = _resource(request)
    level = parse(request.fields.text("permission", required=True))
    roles.KINDS[kind].create(request.actor, target, level, user=request.fields.text("username", required=True))
    return {}


@endpoint("POST", "users/permissions/revoke", prefixes=BOTH_3, section="19")
def revoke(request: WireRequest) -> dict[str, Any]:
    kind, target = _resource(request)
    roles.KINDS[kind].delete(request.actor, target, user=request.fields.text("username", required=True))
    return {}


@endpoint("GET", "users/permissions/get", prefixes=BOTH_3, section="19")
def get(request: WireRequest) -> dict[str, Any]:
    """What a request of that person would be allowed, by the same look that it would take."""
    user = user_queries.get_by_name(request.actor, request.fields.text("username", required=True))
    kind, target = _resource(request)
    person = actors.actor_for_user(user, "system", workspace=request.actor.workspace)
    try:
        level = Level(LEVELS[kind](person, target))
    except Missing:
        level = Level.NO_PERMISSIONS
    return {"allowed": level >= Level.USE, "permission": level.name}


@endpoint("GET", "users/permissions/list", prefixes=BOTH_3, section="19")
def list_of_user(request: WireRequest) -> dict[str, Any]:
    return _listed(request, user_queries.get_by_name(request.actor, request.fields.text("username", required=True)))


@endpoint("GET", "users/current/permissions", prefixes=BOTH_3, section="19")
def list_own(request: WireRequest) -> dict[str, Any]:
    return _listed(request, user_queries.me(request.actor))


def _resource(request: WireRequest) -> tuple[str, str]:
    kind, target = roles.resource(request, "resource_id")
    if kind not in LEVELS:
        raise Invalid("resource_type 'workspace' is not granted to single people here: share the workspace, or give a role.")
    return kind, target


def _listed(request: WireRequest, user: Any) -> dict[str, Any]:
    """The person's own grants, as of a role of the name that the reference gives them, and those of their roles."""
    workspace = request.actor.workspace
    own = [
        ("experiment", str(number), level) for number, level in experiments.list_user_experiment_grants(request.actor, user.pk)
    ]
    models = registered.list_user_model_grants(request.actor, user.pk)
    own += [("registered_model", name, level) for where, name, level in models if where == workspace]
    rows = [_row(0, f"__user_{user.pk}__", workspace, kind, target, Level(level).name) for kind, target, level in own]
    rows += [
        _row(role["id"], role["name"], workspace, one["resource_type"], one["resource_pattern"], one["permission"])
        for role in roles.roles_of(request, user.pk)
        for one in role["permissions"]
    ]
    return {"is_admin": user.is_admin, "permissions": rows}


def _row(role_id: int, role: str, workspace: str, kind: str, pattern: str, permission: str) -> dict[str, Any]:
    return {
        "role_id": role_id,
        "role_name": role,
        "workspace": workspace,
        "resource_type": kind,
        "resource_pattern": pattern,
        "permission": permission,
    }
