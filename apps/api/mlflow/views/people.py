"""Users and permissions of experiments on the wire (protocol, sections 13 and 19)."""

from typing import Any

from django.http import HttpResponse

from apps.access.levels import parse
from apps.accounts.queries import users as user_queries
from apps.accounts.services import lifecycle, passwords, users
from apps.api.mlflow.codec import people as codec
from apps.api.mlflow.wire import WireRequest, endpoint
from apps.core.errors import Missing
from apps.experiments.queries import experiments as queries
from apps.experiments.services import grants
from apps.registry.queries import registered


@endpoint("POST", "users/create", section="13")
def create_user(request: WireRequest) -> dict[str, Any] | HttpResponse:
    name, password = request.fields.text("username"), request.fields.text("password")
    if not name or not password:
        return HttpResponse("Username and password cannot be empty.", status=400, content_type="text/plain")
    return {"user": codec.user_json(users.create_user(request.actor, name, password=password))}


@endpoint("GET", "users/get", section="13")
def get_user(request: WireRequest) -> dict[str, Any]:
    user = user_queries.get_by_name(request.actor, request.fields.text("username", required=True))
    return {"user": _with_permissions(request, user)}


@endpoint("GET", "users/current", section="19")
def current_user(request: WireRequest) -> dict[str, Any]:
    user = user_queries.me(request.actor)
    return {"user": _with_permissions(request, user)}


@endpoint("GET", "users/list", section="13")
def list_users(request: WireRequest) -> dict[str, Any]:
    found = user_queries.all_users(request.actor)
    return {"users": [{"id": user.pk, "username": user.username, "is_admin": user.is_admin} for user in found]}


@endpoint("PATCH", "users/update-password", section="13")
def update_password(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    user = user_queries.get_by_name(request.actor, fields.text("username", required=True))
    password = fields.text("password", required=True)
    passwords.set_password(request.actor, user.pk, password, current=fields.optional_text("current_password"))
    return {}


@endpoint("PATCH", "users/update-admin", section="13")
def update_admin(request: WireRequest) -> dict[str, Any]:
    user = user_queries.get_by_name(request.actor, request.fields.text("username", required=True))
    lifecycle.set_admin(request.actor, user.pk, request.fields.boolean("is_admin", required=True))
    return {}


@endpoint("DELETE", "users/delete", section="13")
def delete_user(request: WireRequest) -> dict[str, Any]:
    user = user_queries.get_by_name(request.actor, request.fields.text("username", required=True))
    lifecycle.delete(request.actor, user.pk)
    return {}


@endpoint("POST", "experiments/permissions/create", section="13")
def create_permission(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    experiment_id, name = _keys(request)
    level = parse(fields.text("permission", required=True))
    grants.create_experiment_grant(request.actor, experiment_id, level, user=name)
    return {"experiment_permission": _permission(request, experiment_id, name)}


@endpoint("GET", "experiments/permissions/get", section="13")
def get_permission(request: WireRequest) -> dict[str, Any]:
    return {"experiment_permission": _permission(request, *_keys(request))}


@endpoint("PATCH", "experiments/permissions/update", section="13")
def update_permission(request: WireRequest) -> dict[str, Any]:
    experiment_id, name = _keys(request)
    grants.update_experiment_grant(
        request.actor, experiment_id, parse(request.fields.text("permission", required=True)), user=name
    )
    return {}


@endpoint("DELETE", "experiments/permissions/delete", section="13")
def delete_permission(request: WireRequest) -> dict[str, Any]:
    experiment_id, name = _keys(request)
    grants.delete_experiment_grant(request.actor, experiment_id, user=name)
    return {}


def _with_permissions(request: WireRequest, user: Any) -> dict[str, Any]:
    models = registered.list_user_model_grants(request.actor, user.pk)
    return codec.user_json(user, queries.list_user_experiment_grants(request.actor, user.pk), models)


def _keys(request: WireRequest) -> tuple[str, str]:
    return request.fields.text("experiment_id", required=True), request.fields.text("username", required=True)


def _permission(request: WireRequest, experiment_id: str, name: str) -> dict[str, Any]:
    for grant in queries.list_experiment_grants(request.actor, experiment_id):
        if grant.kind == "user" and grant.grantee.casefold() == name.casefold():
            return codec.permission_json(experiment_id, grant.grantee_id, grant.level)
    raise Missing(f"Experiment permission with experiment_id={experiment_id} and username={name} not found")
