"""The events of both kinds of webhooks, and their payloads. Pure.

MLflow's are kept as `registered_model.created`; the Databricks dialect's under their own names.
"""

import json
from datetime import UTC, datetime
from typing import Any

from apps.core.errors import Invalid
from apps.notices.records import Event

MLFLOW, DATABRICKS = "mlflow", "databricks"
MLFLOW_EVENTS: dict[str, dict[str, Any]] = {
    "registered_model.created": {"name": "example_model", "tags": {"key": "value"}, "description": "An example"},
    "model_version.created": {
        "name": "example_model", "version": "1", "source": "models:/123", "run_id": "abcd1234abcd5678", "tags": {"key": "value"},
        "description": "An example",
    },
    "model_version_tag.set": {"name": "example_model", "version": "1", "key": "key", "value": "value"},
    "model_version_tag.deleted": {"name": "example_model", "version": "1", "key": "key"},
    "model_version_alias.created": {"name": "example_model", "alias": "example_alias", "version": "1"},
    "model_version_alias.deleted": {"name": "example_model", "alias": "example_alias"},
    "prompt.created": {"name": "example_prompt", "tags": {"key": "value"}, "description": "An example"},
    "prompt_version.created": {
        "name": "example_prompt", "version": "1", "template": "Hello {{name}}!", "tags": {"key": "value"},
        "description": "An example",
    },
    "prompt_tag.set": {"name": "example_prompt", "key": "key", "value": "value"},
    "prompt_tag.deleted": {"name": "example_prompt", "key": "key"},
    "prompt_version_tag.set": {"name": "example_prompt", "version": "1", "key": "key", "value": "value"},
    "prompt_version_tag.deleted": {"name": "example_prompt", "version": "1", "key": "key"},
    "prompt_alias.created": {"name": "example_prompt", "alias": "example_alias", "version": "1"},
    "prompt_alias.deleted": {"name": "example_prompt", "alias": "example_alias"},
    "budget_policy.exceeded": {},
}  # fmt: skip
DATABRICKS_EVENTS = (
    "MODEL_VERSION_CREATED", "MODEL_VERSION_TRANSITIONED_STAGE", "TRANSITION_REQUEST_CREATED", "COMMENT_CREATED",
    "REGISTERED_MODEL_CREATED", "MODEL_VERSION_TAG_SET", "MODEL_VERSION_TRANSITIONED_TO_STAGING",
    "MODEL_VERSION_TRANSITIONED_TO_PRODUCTION", "MODEL_VERSION_TRANSITIONED_TO_ARCHIVED",
    "TRANSITION_REQUEST_TO_STAGING_CREATED", "TRANSITION_REQUEST_TO_PRODUCTION_CREATED", "TRANSITION_REQUEST_TO_ARCHIVED_CREATED",
)  # fmt: skip
_STATUSES = {MLFLOW: ("ACTIVE", "DISABLED"), DATABRICKS: ("ACTIVE", "DISABLED", "TEST_MODE")}


def check(kind: str, events: list[str]) -> None:
    """Raises Invalid for no event or one that this kind does not know."""
    known = MLFLOW_EVENTS if kind == MLFLOW else DATABRICKS_EVENTS
    if not events:
        raise Invalid("Webhook events must be a non-empty list")
    for event in events:
        if event not in known:
            raise Invalid(f"Invalid webhook event '{event}'. There are {', '.join(known)}.")


def check_status(kind: str, status: str) -> None:
    """Raises Invalid."""
    if status not in _STATUSES[kind]:
        raise Invalid(f"Invalid webhook status '{status}'. Value must be one of {', '.join(_STATUSES[kind])}.")


def names(kind: str, event: Event) -> tuple[str, ...]:
    """What this kind calls the event; nothing if it has no word for it."""
    if kind == MLFLOW:
        return (event.mlflow,) if event.mlflow else ()
    return event.databricks


def body(kind: str, webhook_id: str, name: str, event: Event, now: int) -> str:
    """The JSON to send, exactly; `now` in ms."""
    if kind == MLFLOW:
        entity, action = name.split(".")
        at = datetime.fromtimestamp(now / 1000, UTC).isoformat()
        return json.dumps({"entity": entity, "action": action, "timestamp": at, "data": event.data})
    return json.dumps({"event": name, "webhook_id": webhook_id, "event_timestamp": now, **event.fields})


def example(kind: str, name: str) -> Event:
    """An event of that name for a test."""
    if kind == MLFLOW:
        return Event(0, 0, name, MLFLOW_EVENTS[name])
    fields = {"model_name": "example_model", "version": "1", "text": f"A test of the event {name}"}
    return Event(0, 0, databricks=(name,), fields=fields)
