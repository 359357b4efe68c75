"""The words of the Databricks workspace registry (protocol, section 20), from and to our records. Pure."""

from collections.abc import Sequence
from typing import Any

from apps.access.levels import Level
from apps.access.queries.workspaces import GrantRecord
from apps.api.mlflow.codec.fields import Fields
from apps.api.mlflow.codec.registry import model_json, version_json
from apps.core.errors import Invalid
from apps.notices.records import CommentRecord, WebhookRecord
from apps.registry.approval_records import ActivityRecord, RequestRecord
from apps.registry.records import ModelRecord, VersionRecord

NO_STAGES, STAGING_VERSIONS, PRODUCTION_VERSIONS = 0, 1, 2
CAN_READ, CAN_EDIT, CAN_MANAGE = "CAN_READ", "CAN_EDIT", "CAN_MANAGE"
CAN_STAGING, CAN_PRODUCTION = "CAN_MANAGE_STAGING_VERSIONS", "CAN_MANAGE_PRODUCTION_VERSIONS"
# What each level of the dialect is here: a level, and the right to stages beside it.
LEVELS: dict[str, tuple[Level, int]] = {
    CAN_READ: (Level.READ, NO_STAGES),
    CAN_EDIT: (Level.EDIT, NO_STAGES),
    CAN_STAGING: (Level.EDIT, STAGING_VERSIONS),
    CAN_PRODUCTION: (Level.EDIT, PRODUCTION_VERSIONS),
    CAN_MANAGE: (Level.MANAGE, PRODUCTION_VERSIONS),
}
DESCRIPTIONS = {
    CAN_READ: "May see the model and its versions, and ask for a transition",
    CAN_EDIT: "May register versions, change descriptions and tags, and move versions where no policy applies",
    CAN_STAGING: "As CAN_EDIT, and named for Staging",
    CAN_PRODUCTION: "As CAN_EDIT, and named for Staging and Production",
    CAN_MANAGE: "May also delete and share it",
}
_ACTIVITIES = {
    "requested": "REQUESTED_TRANSITION",
    "approved": "APPROVED_REQUEST",
    "rejected": "REJECTED_REQUEST",
    "cancelled": "CANCELLED_REQUEST",
    "expired": "CANCELLED_REQUEST",
    "failed": "CANCELLED_REQUEST",
    "comment": "NEW_COMMENT",
}


def permission_level(level: int, stages: int = NO_STAGES) -> str:
    """The dialect's word for a level with its right to stages."""
    if level >= Level.MANAGE:
        return CAN_MANAGE
    if level >= Level.EDIT:
        return {PRODUCTION_VERSIONS: CAN_PRODUCTION, STAGING_VERSIONS: CAN_STAGING}.get(stages, CAN_EDIT)
    return CAN_READ


def parse_level(word: str, allowed: Sequence[str]) -> tuple[Level, int]:
    """A level of ours. Raises Invalid."""
    if word not in allowed:
        raise Invalid(f"Invalid permission level '{word}'. Value must be one of {', '.join(allowed)}.")
    return LEVELS[word]


def model_databricks_json(model: ModelRecord, stages: int) -> dict[str, Any]:
    """`registered_model_databricks`."""
    data = model_json(model)
    data.pop("aliases", None)
    data.pop("workspace", None)
    return data | {"id": str(model.pk), "permission_level": permission_level(model.level, stages)}


def version_databricks_json(version: VersionRecord, requests: list[dict[str, Any]], level: str) -> dict[str, Any]:
    """`model_version_databricks`."""
    data = version_json(version)
    data.pop("aliases", None)
    return data | {"permission_level": level} | ({"open_requests": requests} if requests else {})


def transition_request_json(request: RequestRecord, actions: list[str]) -> dict[str, Any]:
    """`TransitionRequest`."""
    data: dict[str, Any] = {"to_stage": request.target, "user_id": request.requester, "creation_timestamp": request.created_at}
    if request.comment:
        data["comment"] = request.comment
    return data | ({"available_actions": actions} if actions else {})


def activity_json(activity: ActivityRecord) -> dict[str, Any]:
    """`Activity`."""
    data: dict[str, Any] = {
        "id": str(activity.id),
        "activity_type": _ACTIVITIES.get(activity.kind, _applied(activity)),
        "user_id": activity.actor,
        "creation_timestamp": activity.at,
        "last_updated_timestamp": activity.at,
    }
    texts = {
        "from_stage": activity.from_stage,
        "to_stage": activity.to_stage,
        "comment": activity.comment,
        "system_comment": activity.system_comment,
    }
    return data | {name: text for name, text in texts.items() if text}


def _applied(activity: ActivityRecord) -> str:
    return "SYSTEM_TRANSITION" if activity.system_comment else "APPLIED_TRANSITION"


def comment_json(comment: CommentRecord, user_id: int | None) -> dict[str, Any]:
    """`CommentObject`, with what the asker may do with it."""
    data: dict[str, Any] = {
        "id": str(comment.id),
        "user_id": comment.author,
        "comment": comment.text,
        "creation_timestamp": comment.created_at,
        "last_updated_timestamp": comment.updated_at,
    }
    own = comment.author_id is not None and comment.author_id == user_id
    return data | ({"available_actions": ["EDIT_COMMENT", "DELETE_COMMENT"]} if own else {})


def grants_json(kind: str, key: str, grants: list[tuple[GrantRecord, int]], services: set[str]) -> dict[str, Any]:
    """The permissions of an object: one entry a grantee. `services` are the names that belong to service accounts."""
    entries = []
    for grant, stages in grants:
        name = "group_name" if grant.kind == "team" else "service_principal_name" if grant.grantee in services else "user_name"
        if grant.level < Level.READ:
            continue  # the dialect has no word for an explicit "nothing"
        permission = {"permission_level": permission_level(grant.level, stages), "inherited": False}
        entries.append({name: grant.grantee, "display_name": grant.label, "all_permissions": [permission]})
    return {"object_id": f"/{kind}s/{key}", "object_type": kind, "access_control_list": entries}


def levels_json(words: Sequence[str]) -> dict[str, Any]:
    """`permissionLevels`."""
    return {"permission_levels": [{"permission_level": word, "description": DESCRIPTIONS[word]} for word in words]}


def parse_grants(fields: Fields, allowed: Sequence[str]) -> list[tuple[dict[str, str], Level, int]]:
    """(grantee, level, stages) of each entry of `access_control_list`. Raises Invalid."""
    found = []
    for entry in fields.objects("access_control_list"):
        user = entry.text("user_name") or entry.text("service_principal_name")
        team = entry.text("group_name")
        if bool(user) == bool(team):
            raise Invalid("access_control_list: each entry names one of user_name, group_name, service_principal_name")
        level, stages = parse_level(entry.text("permission_level", required=True), allowed)
        found.append(({"user": user, "team": team}, level, stages))
    return found


def webhook_json(webhook: WebhookRecord, model_name: str) -> dict[str, Any]:
    """A registry webhook, without secrets."""
    data: dict[str, Any] = {
        "id": webhook.id,
        "events": webhook.events,
        "status": webhook.status,
        "creation_timestamp": webhook.created_at,
        "last_updated_timestamp": webhook.updated_at,
    }
    if webhook.description:
        data["description"] = webhook.description
    if model_name:
        data["model_name"] = model_name
    if webhook.job:
        data["job_spec"] = webhook.job
    else:
        data["http_url_spec"] = {"url": webhook.url, "enable_ssl_verification": webhook.verify_tls}
    return data
