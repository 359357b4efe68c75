"""Telling webhooks of events: written down with the event, sent by workers, signed, tried again with growing pauses."""

import base64
import hashlib
import hmac
import http.client
import json
import logging
from dataclasses import dataclass

from django.db import connection

from apps.access.queries.workspaces import require_admin, require_known
from apps.audit.services.rows import record
from apps.core import cipher, clock, prepared
from apps.core.actor import Actor
from apps.core.errors import DomainError, Invalid, Missing
from apps.core.ids import new_uuid
from apps.core.jobs import enqueue
from apps.core.transactions import atomic
from apps.notices import events
from apps.notices.models import Delivery, Webhook
from apps.notices.models.webhooks import ACTIVE, DATABRICKS, DELIVERED, FAILED, PENDING
from apps.notices.records import Event
from apps.notices.retrying import LEASE_MS, SHORT, pause_after
from apps.notices.services.webhooks import require_webhook_right
from apps.notices.targets import Answer, may_pass, post

log = logging.getLogger(__name__)

KEPT_MS = 30 * 24 * 3600 * 1000
MOST_AT_ONCE = 200
TIMEOUT, TEST_TIMEOUT = 30, 10  # seconds of each wait: by a worker, and while a person waits for the page


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt."""

    success: bool
    status: int | None
    body: str
    error: str
    again: bool = False
    wanted: float = 0  # the pause that the receiver asked for, in seconds


def emit_event(actor: Actor, event: Event) -> None:
    """Write down what each webhook that wants the event is told, in the transaction of the event, which has to be open; workers
    send it after.

    Asked with every version that is registered, and mostly in vain: plain SQL, and no savepoint, which together cost 0.9 ms.
    """
    require_known(actor)
    now = clock.now_ms()
    made = []
    for pk, kind, thing, wanted in _active(event.workspace_id):
        if thing not in (None, event.thing):
            continue
        for name in events.names(kind, event):
            if name in wanted:
                text = events.body(kind, pk, name, event, now)
                made.append(Delivery(webhook_id=pk, event=name, body=text, next_at=now, created_at=now))
    if made:
        Delivery.objects.bulk_create(made)
    for delivery in made:
        enqueue("notices.deliver", delivery.pk)


def _active(workspace_id: int) -> list[tuple[str, str, int | None, list[str]]]:
    sql = "SELECT id, kind, thing, CAST(events AS text) FROM notices_webhook WHERE workspace_id = %s AND status = %s"
    with connection.cursor() as cursor:
        prepared.execute(cursor, sql, [workspace_id, ACTIVE])
        return [(pk, kind, thing, json.loads(events)) for pk, kind, thing, events in cursor.fetchall()]


def deliver(actor: Actor, delivery_id: str) -> None:
    """One attempt of a delivery that is due; nothing happens if it is not, or somebody else has it."""
    require_admin(actor, "notices.deliver")
    now = clock.now_ms()
    due = Delivery.objects.filter(pk=delivery_id, state=PENDING, next_at__lte=now)
    if not due.update(next_at=now + LEASE_MS):
        return
    delivery = Delivery.objects.select_related("webhook").get(pk=delivery_id)
    if delivery.webhook.status != ACTIVE:
        Delivery.objects.filter(pk=delivery.pk).update(state=FAILED, next_at=None, finished_at=now, error="The webhook is paused")
        return
    began = clock.monotonic()
    outcome = _attempt(delivery.webhook, delivery.pk, delivery.body)
    _keep(delivery, outcome, round((clock.monotonic() - began) * 1000))


def _keep(delivery: Delivery, outcome: Outcome, milliseconds: int) -> None:
    attempts, now = delivery.attempts + 1, clock.now_ms()
    fields = {
        "attempts": attempts, "status": outcome.status, "answer": outcome.body[:10_000].replace("\x00", ""),
        "error": outcome.error[:1000], "milliseconds": milliseconds,
    }  # fmt: skip
    pause = pause_after(attempts, outcome.wanted) if outcome.again else None
    if pause is None:
        state = DELIVERED if outcome.success else FAILED
        Delivery.objects.filter(pk=delivery.pk).update(**fields, state=state, next_at=None, finished_at=now)
        return
    Delivery.objects.filter(pk=delivery.pk).update(**fields, next_at=now + round(pause * 1000))
    if pause <= SHORT:
        enqueue("notices.deliver", delivery.pk, countdown=pause + 0.5)


def _attempt(webhook: Webhook, delivery_id: str, body: str, timeout: float = TIMEOUT) -> Outcome:
    try:
        answer = _send(webhook, delivery_id, body, timeout)
    except DomainError as error:  # the address leads elsewhere by now, or the secret cannot be read
        return Outcome(False, None, "", error.message, again=may_pass(error))
    except (OSError, http.client.HTTPException) as error:
        return Outcome(False, None, "", f"{type(error).__name__}: {error}", again=True)
    refusal = answer.refusal if 300 <= answer.status < 400 else ""
    return Outcome(answer.is_taken, answer.status, answer.body, refusal, answer.is_passing, answer.retry_after)


def _send(webhook: Webhook, delivery_id: str, body: str, timeout: float) -> Answer:
    headers = {"Content-Type": "application/json", "User-Agent": "MLPlatform-Webhook/1"}
    if webhook.authorization is not None:
        headers["Authorization"] = cipher.decrypt(webhook.authorization)
    if webhook.job is not None:
        body = json.dumps({"job_id": webhook.job["job_id"], "job_parameters": {"event_message": body}})
    secret = cipher.decrypt(webhook.secret) if webhook.secret is not None else ""
    headers |= _signed(webhook.kind, secret, delivery_id, body)
    return post(webhook.url, body.encode(), headers, timeout=timeout, verify=webhook.verify_tls)


def _signed(kind: str, secret: str, delivery_id: str, body: str) -> dict[str, str]:
    """The headers that tell the receiver which delivery this is, and that it is ours."""
    if kind == DATABRICKS:
        digest = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
        return {"X-Databricks-Signature": digest, "X-Delivery-Id": delivery_id} if secret else {"X-Delivery-Id": delivery_id}
    moment = str(clock.now_ms() // 1000)
    headers = {"X-MLflow-Delivery-Id": delivery_id, "X-MLflow-Timestamp": moment}
    if secret:
        signed = hmac.new(secret.encode(), f"{delivery_id}.{moment}.{body}".encode(), hashlib.sha256).digest()
        headers["X-MLflow-Signature"] = "v1," + base64.b64encode(signed).decode()
    return headers


def try_webhook(actor: Actor, webhook_id: str, kind: str, event: str = "", *, thing: int | None = None) -> Outcome:
    """Send an example now and tell what came of it. Raises Missing, Invalid (event), Denied."""
    workspace_id = require_webhook_right(actor, kind, thing)
    webhook = Webhook.objects.filter(pk=webhook_id, workspace_id=workspace_id, kind=kind, thing=thing).first()
    if webhook is None:
        raise Missing(f"Webhook with ID {webhook_id} not found.")
    name = event or webhook.events[0]
    events.check(kind, [name])
    delivery_id = new_uuid()
    body = events.body(kind, webhook_id, name, events.example(kind, name), clock.now_ms())
    outcome = _attempt(webhook, delivery_id, body, timeout=TEST_TIMEOUT)
    record(actor, "webhook.test", noun="webhook", noun_id=webhook_id, details={"event": name, "status": outcome.status})
    return outcome


@atomic
def redeliver(actor: Actor, webhook_id: str, delivery_id: str, kind: str, *, thing: int | None = None) -> str:
    """Send an old delivery's body again, as a new delivery; its id. Raises Missing, Invalid (the webhook is off), Denied."""
    workspace_id = require_webhook_right(actor, kind, thing)
    found = Delivery.objects.filter(pk=delivery_id, webhook_id=webhook_id, webhook__workspace_id=workspace_id)
    old = found.filter(webhook__kind=kind, webhook__thing=thing).select_related("webhook").first()
    if old is None:
        raise Missing(f"Delivery with ID {delivery_id} not found.")
    if old.webhook.status != ACTIVE:
        raise Invalid("The webhook is not active")
    now = clock.now_ms()
    fresh = Delivery.objects.create(webhook_id=webhook_id, event=old.event, body=old.body, next_at=now, created_at=now)
    record(actor, "webhook.redeliver", noun="webhook", noun_id=webhook_id, details={"delivery": delivery_id, "as": fresh.pk})
    enqueue("notices.deliver", fresh.pk)
    return fresh.pk


def sweep_deliveries(actor: Actor) -> int:
    """Start what is due and was not started (the broker was away, a worker died). How many were started."""
    require_admin(actor, "notices.deliver")
    now = clock.now_ms()
    due = list(
        Delivery.objects.filter(state=PENDING, next_at__lte=now).order_by("next_at").values_list("pk", flat=True)[:MOST_AT_ONCE]
    )
    for delivery_id in due:
        enqueue("notices.deliver", delivery_id)
    return len(due)


def forget_deliveries(actor: Actor) -> None:
    """Remove what was delivered, or given up, long ago."""
    require_admin(actor, "notices.deliver")
    Delivery.objects.filter(created_at__lt=clock.now_ms() - KEPT_MS).exclude(state=PENDING).delete()
