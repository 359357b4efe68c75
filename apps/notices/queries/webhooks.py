"""Webhooks and the log of their deliveries."""

from django.db.models import OuterRef, Subquery

from apps.access.queries.workspaces import access_workspace, require_admin, require_known
from apps.core.actor import Actor
from apps.core.errors import Invalid, Missing
from apps.core.paging import decode_offset, encode_offset
from apps.notices.models import Delivery, Webhook
from apps.notices.models.webhooks import MLFLOW
from apps.notices.records import DeliveryGlance, DeliveryRecord, WebhookRecord

MOST = 1000


def get_webhook(actor: Actor, webhook_id: str, kind: str, *, thing: int | None = None) -> WebhookRecord:
    """One webhook. Raises Missing, Denied."""
    workspace_id = require_to_read(actor, kind, thing)
    row = (
        Webhook.objects.filter(pk=webhook_id, workspace_id=workspace_id, kind=kind, thing=thing)
        .select_related("workspace")
        .first()
    )
    if row is None:
        raise Missing(f"Webhook with ID {webhook_id} not found.")
    return _record(row)


def list_webhooks(
    actor: Actor,
    kind: str,
    *,
    thing: int | None = None,
    max_results: int = 100,
    page_token: str = "",
    events: list[str] | None = None,
) -> tuple[list[WebhookRecord], str]:
    """A page of webhooks, the newest first, and the token of the next one. Raises Invalid, Denied."""
    workspace_id = require_to_read(actor, kind, thing)
    if not 1 <= max_results <= MOST:
        raise Invalid(f"Invalid value for parameter 'max_results' supplied: it must be between 1 and {MOST}.")
    offset = decode_offset(page_token)
    rows = Webhook.objects.filter(workspace_id=workspace_id, kind=kind, thing=thing).select_related("workspace")
    found = [_record(row) for row in rows.order_by("-created_at", "id")]
    if events:
        found = [one for one in found if set(one.events) & set(events)]
    token = encode_offset(offset + max_results) if len(found) > offset + max_results else ""
    return found[offset : offset + max_results], token


def list_narrowed_webhooks(actor: Actor, kind: str) -> list[WebhookRecord]:
    """Those of single things in the actor's workspace, the newest first. Whoever stands above leaves out those of things that the
    actor may not manage."""
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    rows = Webhook.objects.filter(workspace_id=workspace.id, kind=kind, thing__isnull=False).select_related("workspace")
    return [_record(row) for row in rows.order_by("-created_at", "id")[:MOST]]


def last_deliveries(actor: Actor, webhook_ids: list[str]) -> dict[str, DeliveryGlance]:
    """By webhook, how the newest delivery of each went; for webhooks that the actor was given. One query."""
    require_known(actor)
    newest = Delivery.objects.filter(webhook_id=OuterRef("pk")).order_by("-created_at", "id")
    rows = Webhook.objects.filter(pk__in=webhook_ids).annotate(
        last_state=Subquery(newest.values("state")[:1]), last_at=Subquery(newest.values("created_at")[:1])
    )
    return {pk: DeliveryGlance(state, at) for pk, state, at in rows.values_list("pk", "last_state", "last_at") if state}


def find_thing(actor: Actor, webhook_id: str, kind: str) -> int | None:
    """The thing that a webhook of the actor's workspace is narrowed to, for its room to ask for the right. Raises Missing."""
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    row = Webhook.objects.filter(pk=webhook_id, workspace_id=workspace.id, kind=kind).values_list("thing", flat=True)
    if not row:
        raise Missing(f"Webhook with ID {webhook_id} not found.")
    return row[0]


def require_to_read(actor: Actor, kind: str, thing: int | None) -> int:
    """The workspace's key if the actor may see such webhooks: as for changing them. Raises Denied, Missing."""
    require_known(actor)
    if kind == MLFLOW:
        require_admin(actor, "webhook.read")
    act = "workspace.read" if kind == MLFLOW or thing is not None else "workspace.share"
    return access_workspace(actor, actor.workspace, act).id


def list_deliveries(
    actor: Actor, webhook_id: str, kind: str, *, thing: int | None = None, limit: int = 100
) -> list[DeliveryRecord]:
    """The newest deliveries of a webhook. Raises Missing, Denied."""
    webhook = get_webhook(actor, webhook_id, kind, thing=thing)
    rows = Delivery.objects.filter(webhook_id=webhook.id).order_by("-created_at", "id")[: min(limit, MOST)]
    columns = (
        "pk", "webhook_id", "event", "body", "state", "attempts", "next_at", "status", "answer", "error", "milliseconds",
        "created_at", "finished_at",
    )  # fmt: skip
    return [DeliveryRecord(*row) for row in rows.values_list(*columns)]


def _record(row: Webhook) -> WebhookRecord:
    return WebhookRecord(
        row.pk, row.kind, row.workspace.name, row.thing, row.name, row.description, row.url, row.events, row.status,
        row.verify_tls, row.job, row.secret is not None, row.created_at, row.updated_at, )  # fmt: skip
