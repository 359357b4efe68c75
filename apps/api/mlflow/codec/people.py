"""Users and permissions: between the wire's objects and our records (protocol, sections 13 and 19). Pure."""

from typing import Any

from apps.access.levels import Level


def user_json(
    user: Any, experiments: list[tuple[int, int]] | None = None, models: list[tuple[str, str, int]] | None = None
) -> dict[str, Any]:
    """The wire's user. The 3.11 client needs all six keys, the 3.18 client reads the first three."""
    return {
        "id": user.pk,
        "username": user.username,
        "is_admin": user.is_admin,
        "experiment_permissions": [permission_json(str(number), user.pk, level) for number, level in experiments or []],
        "registered_model_permissions": [
            model_permission_json(workspace, name, user.pk, level) for workspace, name, level in models or []
        ],
        "scorer_permissions": [],
    }


def permission_json(experiment_id: str, user_id: int, level: int) -> dict[str, Any]:
    """The wire's experiment permission."""
    return {"experiment_id": experiment_id, "user_id": user_id, "permission": Level(level).name}


def model_permission_json(workspace: str, name: str, user_id: int, level: int) -> dict[str, Any]:
    """The wire's registered model permission."""
    return {"workspace": workspace, "name": name, "user_id": user_id, "permission": Level(level).name}
