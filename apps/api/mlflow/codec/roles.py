"""Roles of newer clients: between the wire's objects and our teams and grants (protocol, section 19). Pure."""

from typing import Any

from apps.access.queries.team_grants import TeamGrant
from apps.core.errors import Invalid

# A permission of a role is a row of one of three tables: its number on the wire is the row's times four, plus this.
KINDS = {"workspace": 0, "experiment": 1, "registered_model": 2}
PLACES = 4


def permission_id(kind: str, grant_id: int) -> int:
    """The number of a grant on the wire."""
    return grant_id * PLACES + KINDS[kind]


def kind_and_grant_id(number: int) -> tuple[str, int]:
    """The kind of resource and the grant behind a number of the wire. Raises Invalid."""
    grant_id, place = divmod(number, PLACES)
    for kind, own in KINDS.items():
        if own == place and grant_id > 0:
            return kind, grant_id
    raise Invalid(f"Invalid value {number} for parameter 'role_permission_id' supplied")


def permission_json(kind: str, grant: TeamGrant) -> dict[str, Any]:
    """The wire's `role_permission`."""
    return {
        "id": permission_id(kind, grant.id),
        "role_id": grant.team_id,
        "resource_type": kind,
        "resource_pattern": "*" if kind == "workspace" else grant.target,
        "permission": grant.level.name,
    }


def role_json(
    role_id: int, name: str, description: str, workspace: str, permissions: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """The wire's `role`."""
    return {
        "id": role_id,
        "name": name,
        "workspace": workspace,
        "description": description,
        "permissions": permissions or [],
    }


def assignment_json(number: int, user_id: int, role_id: int) -> dict[str, Any]:
    """The wire's `assignment`."""
    return {"id": number, "user_id": user_id, "role_id": role_id}


def parse_resource(kind: str, name: str, field: str, workspace: str) -> str:
    """What a grant is on: `*` for the workspace, an id or a name else. Raises Invalid, saying what there is instead."""
    if kind not in KINDS:
        raise Invalid(
            f"Invalid resource type '{kind}'. Permissions are granted on {', '.join(KINDS)}; what is in an experiment or a "
            "registered model has its permissions from there."
        )
    if kind == "workspace":
        if name != "*":
            raise Invalid(f"Invalid {field} '{name}' for resource_type='workspace'. It is '*', the workspace of the request.")
        return workspace
    if name == "*":
        raise Invalid(
            f"Invalid {field} '*' for resource_type='{kind}'. Grant on one of them, or on all that is in the workspace: "
            "resource_type='workspace', '*'."
        )
    return name
