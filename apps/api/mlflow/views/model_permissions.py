"""Permissions of registered models on the wire (protocol, section 13)."""

from typing import Any

from apps.access.levels import parse
from apps.api.mlflow.codec import people as codec
from apps.api.mlflow.wire import WireRequest, endpoint
from apps.core.errors import Missing
from apps.registry.queries import registered
from apps.registry.services import grants


@endpoint("POST", "registered-models/permissions/create", section="13")
def create(request: WireRequest) -> dict[str, Any]:
    name, username = _keys(request)
    grants.create_model_grant(request.actor, name, parse(request.fields.text("permission", required=True)), user=username)
    return {"registered_model_permission": _permission(request, name, username)}


@endpoint("GET", "registered-models/permissions/get", section="13")
def get(request: WireRequest) -> dict[str, Any]:
    return {"registered_model_permission": _permission(request, *_keys(request))}


@endpoint("PATCH", "registered-models/permissions/update", section="13")
def update(request: WireRequest) -> dict[str, Any]:
    name, username = _keys(request)
    grants.update_model_grant(request.actor, name, parse(request.fields.text("permission", required=True)), user=username)
    return {}


@endpoint("DELETE", "registered-models/permissions/delete", section="13")
def delete(request: WireRequest) -> dict[str, Any]:
    name, username = _keys(request)
    grants.delete_model_grant(request.actor, name, user=username)
    return {}


def _keys(request: WireRequest) -> tuple[str, str]:
    return request.fields.text("name", required=True), request.fields.text("username", required=True)


def _permission(request: WireRequest, name: str, username: str) -> dict[str, Any]:
    for grant in registered.list_model_grants(request.actor, name):
        if grant.kind == "user" and grant.grantee.casefold() == username.casefold():
            return codec.model_permission_json(request.actor.workspace, name, grant.grantee_id, grant.level)
    raise Missing(f"Registered model permission with name={name} and username={username} not found")
