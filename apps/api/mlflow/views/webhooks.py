"""Webhooks on the wire (protocol, section 11); administrators only."""

from typing import Any

from apps.api.mlflow.codec import webhooks as codec
from apps.api.mlflow.wire import WireRequest, endpoint
from apps.core.errors import Invalid
from apps.notices.queries import webhooks as queries
from apps.notices.services import deliveries
from apps.notices.services import webhooks as services
from apps.notices.services.webhooks import NewWebhook, WebhookChange

MLFLOW = "mlflow"


@endpoint("POST", "webhooks", section="11")
def create(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    new = NewWebhook(
        MLFLOW,
        fields.text("url", required=True),
        codec.parse_events(fields),
        name=fields.text("name", required=True),
        description=fields.text("description"),
        status=codec.parse_status(fields) or "ACTIVE",
        secret=fields.text("secret"),
    )
    return {"webhook": codec.webhook_json(services.create_webhook(request.actor, new))}


@endpoint("GET", "webhooks", section="11")
def list_webhooks(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    found, token = queries.list_webhooks(
        request.actor, MLFLOW, max_results=codec.parse_max_results(fields), page_token=fields.text("page_token")
    )
    answer: dict[str, Any] = {"webhooks": [codec.webhook_json(webhook) for webhook in found]} if found else {}
    return answer | ({"next_page_token": token} if token else {})


@endpoint("GET", "webhooks/<str:webhook_id>", section="11")
def get(request: WireRequest) -> dict[str, Any]:
    return {"webhook": codec.webhook_json(queries.get_webhook(request.actor, request.kwargs["webhook_id"], MLFLOW))}


@endpoint("PATCH", "webhooks/<str:webhook_id>", section="11")
def update(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    url = fields.text("url")
    if url and not url.strip():
        raise Invalid("Webhook URL cannot be empty or just whitespace")
    change = WebhookChange(
        name=fields.text("name") or None,
        description=fields.text("description") or None,
        url=url or None,
        events=codec.parse_events(fields) or None,
        status=codec.parse_status(fields),
        secret=fields.text("secret") or None,
    )
    webhook = services.update_webhook(request.actor, request.kwargs["webhook_id"], MLFLOW, change)
    return {"webhook": codec.webhook_json(webhook)}


@endpoint("DELETE", "webhooks/<str:webhook_id>", section="11")
def delete(request: WireRequest) -> dict[str, Any]:
    services.delete_webhook(request.actor, request.kwargs["webhook_id"], MLFLOW)
    return {}


@endpoint("POST", "webhooks/<str:webhook_id>/test", section="11")
def try_it(request: WireRequest) -> dict[str, Any]:
    event = codec.parse_event(request.fields.object("event")) if request.fields.has("event") else ""
    outcome = deliveries.try_webhook(request.actor, request.kwargs["webhook_id"], MLFLOW, event)
    return {"result": codec.outcome_json(outcome)}
