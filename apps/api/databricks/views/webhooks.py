"""Registry webhooks in the Databricks dialect (protocol, section 20.5)."""

from typing import Any

from apps.api.databricks import codec
from apps.api.mlflow.codec.fields import Fields
from apps.api.mlflow.wire import WireRequest, endpoint
from apps.core.errors import Invalid
from apps.notices.records import WebhookRecord
from apps.notices.services.webhooks import WebhookChange
from apps.registry.queries import webhooks as queries
from apps.registry.services import webhooks as services
from apps.registry.services.webhooks import NewRegistryWebhook


@endpoint("POST", "registry-webhooks/create", section="20.5")
def create(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    spec = _spec(fields)
    new = NewRegistryWebhook(
        model_name=fields.text("model_name"),
        events=fields.texts("events", required=True),
        description=fields.text("description"),
        status=fields.text("status") or "ACTIVE",
        **spec,
    )
    return {"webhook": _shown(request, services.create_registry_webhook(request.actor, new))}


@endpoint("GET", "registry-webhooks/list", section="20.5")
def list_webhooks(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    found, token = queries.list_registry_webhooks(
        request.actor,
        model_name=fields.text("model_name"),
        events=fields.texts("events"),
        max_results=fields.integer("max_results", default=100) or 100,
        page_token=fields.text("page_token"),
    )
    answer: dict[str, Any] = {"webhooks": [_shown(request, webhook) for webhook in found]} if found else {}
    return answer | ({"next_page_token": token} if token else {})


@endpoint("PATCH", "registry-webhooks/update", section="20.5")
def update(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    change = WebhookChange(description=fields.optional_text("description"), status=fields.text("status") or None)
    change.events = fields.texts("events") or None
    if fields.has("http_url_spec") or fields.has("job_spec"):
        spec = _spec(fields)
        change.url, change.verify_tls = spec["url"], spec["verify_tls"]
        change.secret, change.authorization = spec["secret"] or None, spec["authorization"] or None
        change.fields = {"job": spec["job"]}
    webhook = services.update_registry_webhook(request.actor, fields.text("id", required=True), change)
    return {"webhook": _shown(request, webhook)}


@endpoint("DELETE", "registry-webhooks/delete", section="20.5")
def delete(request: WireRequest) -> dict[str, Any]:
    services.delete_registry_webhook(request.actor, request.fields.text("id", required=True))
    return {}


@endpoint("POST", "registry-webhooks/test", section="20.5")
def try_it(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    outcome = services.try_registry_webhook(request.actor, fields.text("id", required=True), fields.text("event"))
    answer: dict[str, Any] = {"body": outcome.body or outcome.error}
    return answer | ({"status_code": outcome.status} if outcome.status is not None else {})


def _shown(request: WireRequest, webhook: WebhookRecord) -> dict[str, Any]:
    return codec.webhook_json(webhook, queries.model_name_of(request.actor, webhook))


def _spec(fields: Fields) -> dict[str, Any]:
    """What to call: one of both specs. Raises Invalid."""
    if fields.has("http_url_spec") == fields.has("job_spec"):
        raise Invalid("Give one of http_url_spec and job_spec")
    if fields.has("http_url_spec"):
        spec = fields.object("http_url_spec")
        return {
            "url": spec.text("url", required=True), "verify_tls": spec.boolean("enable_ssl_verification", default=True),
            "secret": spec.text("secret"), "authorization": spec.text("authorization"), "job": None,
        }  # fmt: skip
    spec = fields.object("job_spec")
    workspace = spec.text("workspace_url")
    if not workspace:
        raise Invalid("job_spec.workspace_url: this server runs no Databricks jobs, so name the workspace that does")
    url = f"{workspace if '://' in workspace else 'https://' + workspace}".rstrip("/") + "/api/2.1/jobs/run-now"
    job = {"job_id": spec.text("job_id", required=True), "workspace_url": workspace}
    token = spec.text("access_token", required=True)
    return {"url": url, "verify_tls": True, "secret": "", "authorization": f"Bearer {token}", "job": job}
