"""Making, changing and removing webhooks."""

from dataclasses import dataclass, field
from typing import Any

from apps.access.queries.workspaces import access_workspace, require_admin, require_writer
from apps.audit.services.rows import record
from apps.core import cipher
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Denied, Invalid, Missing
from apps.core.transactions import atomic
from apps.notices import events, rules
from apps.notices.models import Webhook
from apps.notices.models.webhooks import ACTIVE, MLFLOW
from apps.notices.queries.webhooks import get_webhook
from apps.notices.records import WebhookRecord
from apps.notices.targets import check_target

MAX_DESCRIPTION, MAX_SECRET = 10_000, 4000


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """What somebody says of a webhook. `thing` narrows it to one registered model, whose room has asked for the right then."""

    kind: str
    url: str
    events: list[str]
    name: str = ""
    description: str = ""
    status: str = ACTIVE
    secret: str = ""
    authorization: str = ""
    verify_tls: bool = True
    thing: int | None = None
    job: dict[str, Any] | None = None


@dataclass(slots=True)
class WebhookChange:
    """What changes; None leaves it as it is."""

    name: str | None = None
    description: str | None = None
    url: str | None = None
    events: list[str] | None = None
    status: str | None = None
    secret: str | None = None
    authorization: str | None = None
    verify_tls: bool | None = None
    fields: dict[str, Any] = field(default_factory=dict)


def require_webhook_right(actor: Actor, kind: str, thing: int | None) -> int:
    """The workspace's key if the actor may have webhooks in it.

    MLflow's are for administrators, the others for whoever may MANAGE the workspace; for one thing its room has asked. Raises
    Denied, Missing.
    """
    require_writer(actor)
    if actor.limits:
        raise Denied("this token may not change webhooks")
    if kind == MLFLOW:
        require_admin(actor, "webhook.change")
    act = "workspace.read" if kind == MLFLOW or thing is not None else "workspace.share"
    return access_workspace(actor, actor.workspace, act).id


@atomic
def create_webhook(actor: Actor, new: NewWebhook) -> WebhookRecord:
    """A webhook in the actor's workspace. Its address is looked up now and before every delivery. Raises Invalid, Denied."""
    workspace_id = require_webhook_right(actor, new.kind, new.thing)
    if new.kind == MLFLOW or new.name:
        rules.check_webhook_name(new.name)
    _check_texts(new.description)
    events.check(new.kind, new.events)
    events.check_status(new.kind, new.status)
    check_target(new.url)
    _check_secrets(new.secret, new.authorization)
    now = now_ms()
    row = Webhook.objects.create(
        kind=new.kind, workspace_id=workspace_id, thing=new.thing, name=new.name, description=new.description, url=new.url,
        events=new.events, status=new.status, secret=_kept(new.secret), authorization=_kept(new.authorization),
        verify_tls=new.verify_tls, job=new.job, created_at=now, updated_at=now, created_by_id=actor.user_id,
    )  # fmt: skip
    _audit(actor, row, "created")
    return get_webhook(actor, row.pk, new.kind, thing=new.thing)


@atomic
def update_webhook(actor: Actor, webhook_id: str, kind: str, change: WebhookChange, *, thing: int | None = None) -> WebhookRecord:
    """Change what is given. Raises Invalid, Missing, Denied."""
    workspace_id = require_webhook_right(actor, kind, thing)
    row = _row(workspace_id, webhook_id, kind, thing)
    fields: dict[str, Any] = {**change.fields, "updated_at": now_ms()}
    if change.name is not None:
        rules.check_webhook_name(change.name)
    if change.url is not None:
        check_target(change.url)
    if change.events is not None:
        events.check(kind, change.events)
    if change.status is not None:
        events.check_status(kind, change.status)
    for name in ("name", "description", "url", "events", "status", "verify_tls"):
        if (value := getattr(change, name)) is not None:
            fields[name] = value
    _check_secrets(change.secret or "", change.authorization or "")
    for name in ("secret", "authorization"):
        if (value := getattr(change, name)) is not None:
            fields[name] = _kept(value)
    _check_texts(fields.get("description", ""))
    Webhook.objects.filter(pk=row.pk).update(**fields)
    _audit(actor, row, "changed")
    return get_webhook(actor, webhook_id, kind, thing=thing)


@atomic
def delete_webhook(actor: Actor, webhook_id: str, kind: str, *, thing: int | None = None) -> None:
    """Remove it with the log of its deliveries. Raises Missing, Denied."""
    workspace_id = require_webhook_right(actor, kind, thing)
    row = _row(workspace_id, webhook_id, kind, thing)
    _audit(actor, row, "deleted")
    row.delete()


@atomic
def forget_webhooks(actor: Actor, kind: str, thing: int) -> None:
    """Remove those of a thing that is purged. Needs an administrator."""
    require_admin(actor, "trash.purge")
    Webhook.objects.filter(kind=kind, thing=thing).delete()


def _row(workspace_id: int, webhook_id: str, kind: str, thing: int | None) -> Webhook:
    row = Webhook.objects.filter(pk=webhook_id, workspace_id=workspace_id, kind=kind, thing=thing).first()
    if row is None:
        raise Missing(f"Webhook with ID {webhook_id} not found.")
    return row


def _kept(secret: str) -> bytes | None:
    return cipher.encrypt(secret) if secret else None


def _check_texts(description: str) -> None:
    if len(description) > MAX_DESCRIPTION or "\x00" in description:
        raise Invalid(f"Invalid value for parameter 'description' supplied: at most {MAX_DESCRIPTION} characters, no NUL")


def _check_secrets(secret: str, authorization: str) -> None:
    """The second is sent as a header, which holds printable ASCII. Raises Invalid."""
    if len(secret) > MAX_SECRET or len(authorization) > MAX_SECRET:
        raise Invalid(f"Invalid value for parameter 'secret' or 'authorization' supplied: at most {MAX_SECRET} characters")
    if not authorization.isprintable() or not authorization.isascii():
        raise Invalid("Invalid value for parameter 'authorization' supplied: it is a header, of printable ASCII characters")


def _audit(actor: Actor, row: Webhook, what: str) -> None:
    details = {"what": what, "kind": row.kind, "events": row.events, "thing": row.thing, "url": row.url}
    record(actor, "webhook.change", noun="webhook", noun_id=row.pk, name=row.name or row.url[:200], details=details)
