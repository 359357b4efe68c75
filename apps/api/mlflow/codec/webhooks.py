"""Webhooks of the MLflow wire (protocol, section 11), from and to our records. Pure."""

from typing import Any

from apps.api.mlflow.codec.fields import Fields
from apps.core.errors import Invalid
from apps.notices.records import WebhookRecord
from apps.notices.services.deliveries import Outcome

ENTITIES = {
    "REGISTERED_MODEL": 1,
    "MODEL_VERSION": 2,
    "MODEL_VERSION_TAG": 3,
    "MODEL_VERSION_ALIAS": 4,
    "PROMPT": 5,
    "PROMPT_VERSION": 6,
    "PROMPT_TAG": 7,
    "PROMPT_VERSION_TAG": 8,
    "PROMPT_ALIAS": 9,
    "BUDGET_POLICY": 10,
}
ACTIONS = {"CREATED": 1, "UPDATED": 2, "DELETED": 3, "SET": 4, "EXCEEDED": 5}
STATUSES = {"ACTIVE": 1, "DISABLED": 2}


def webhook_json(webhook: WebhookRecord) -> dict[str, Any]:
    """The wire's `Webhook`; the secret is never in it."""
    data: dict[str, Any] = {
        "webhook_id": webhook.id,
        "name": webhook.name,
        "url": webhook.url,
        "events": [_event_json(event) for event in webhook.events],
        "status": webhook.status,
        "creation_timestamp": webhook.created_at,
        "last_updated_timestamp": webhook.updated_at,
    }
    return data | ({"description": webhook.description} if webhook.description else {})


def _event_json(event: str) -> dict[str, str]:
    entity, action = event.upper().split(".")
    return {"entity": entity, "action": action}


def parse_events(fields: Fields) -> list[str]:
    """Events as we keep them. Raises Invalid."""
    return list(dict.fromkeys(parse_event(item) for item in fields.objects("events")))


def parse_event(item: Fields) -> str:
    """One event, in any case. Raises Invalid."""
    for name in ("entity", "action"):
        if isinstance(item.data.get(name), str):
            item.data[name] = item.data[name].upper()
    entity, action = item.enum("entity", ENTITIES, required=True), item.enum("action", ACTIONS, required=True)
    return f"{entity}.{action}".lower()


def parse_status(fields: Fields) -> str | None:
    """The status, or None if it is not given. Raises Invalid."""
    return fields.enum("status", STATUSES)


def parse_max_results(fields: Fields) -> int:
    """Raises Invalid outside of 1..1000."""
    if not fields.has("max_results"):
        return 100
    number = fields.integer("max_results")
    if not 1 <= number <= 1000:
        raise Invalid(f"Invalid value {number} for parameter 'max_results' supplied: it must be between 1 and 1000.")
    return number


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """The wire's `WebhookTestResult`."""
    data: dict[str, Any] = {"success": outcome.success}
    if outcome.status is not None:
        data["response_status"] = outcome.status
    if outcome.body:
        data["response_body"] = outcome.body
    if outcome.error:
        data["error_message"] = outcome.error
    return data
