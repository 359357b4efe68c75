"""Telling a workspace's chat."""

import http.client
import json
import logging
from urllib.parse import urlsplit

from django.db import IntegrityError

from apps.access.queries.workspaces import access_workspace, require_admin, require_known
from apps.audit.services.rows import record
from apps.core import cipher
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import AlreadyExists, DomainError, Invalid, Missing
from apps.core.jobs import enqueue
from apps.core.transactions import atomic, savepoint
from apps.notices.kinds import KINDS
from apps.notices.models import ChatChannel
from apps.notices.targets import check_target, post

log = logging.getLogger(__name__)


@atomic
def create_channel(actor: Actor, name: str, url: str, kinds: list[str]) -> int:
    """A channel of the actor's workspace, whose MANAGE it needs. Its id. Raises Invalid, AlreadyExists, Denied."""
    workspace = access_workspace(actor, actor.workspace, "workspace.share")
    if not name.strip() or len(name) > 200:
        raise Invalid("Missing value for required parameter 'name': at most 200 characters")
    for kind in kinds:
        if kind not in KINDS:
            raise Invalid(f"Invalid kind '{kind}'. Value must be one of {', '.join(KINDS)}.")
    check_target(url)
    try:
        with savepoint():
            row = ChatChannel.objects.create(
                workspace_id=workspace.id, name=name.strip(), url=cipher.encrypt(url), host=(urlsplit(url).hostname or "")[:255],
                kinds=kinds, created_by_id=actor.user_id, created_at=now_ms(),
            )  # fmt: skip
    except IntegrityError:
        raise AlreadyExists(f"A channel named {name!r} exists already") from None
    record(actor, "chat.change", noun="chat", noun_id=row.pk, name=name, workspace=workspace.name, details={"kinds": kinds})
    return row.pk


@atomic
def delete_channel(actor: Actor, channel_id: int) -> None:
    """Remove a channel. Raises Missing, Denied."""
    workspace = access_workspace(actor, actor.workspace, "workspace.share")
    deleted, _ = ChatChannel.objects.filter(pk=channel_id, workspace_id=workspace.id).delete()
    if not deleted:
        raise Missing(f"Channel with id={channel_id} not found")
    record(actor, "chat.change", noun="chat", noun_id=channel_id, workspace=workspace.name, details={"deleted": True})


def tell_chat(actor: Actor, workspace_id: int, kind: str, text: str) -> None:
    """Tell the channels that want this kind, after the transaction. A chat that is away misses it; app and mail do not."""
    require_known(actor)
    rows = ChatChannel.objects.filter(workspace_id=workspace_id, is_active=True).values_list("pk", "kinds")
    for pk, kinds in rows:
        if kind in kinds:
            enqueue("notices.chat", pk, text)


def send_to_chat(actor: Actor, channel_id: int, text: str) -> None:
    """Post one text to one channel, and note on the channel whether that went well."""
    require_admin(actor, "notices.chat")
    channel = ChatChannel.objects.filter(pk=channel_id, is_active=True).first()
    if channel is None:
        return
    error = _post(channel, text)
    if error:
        log.info("chat channel %s: %s", channel_id, error)
        ChatChannel.objects.filter(pk=channel_id).update(failed_at=now_ms(), error=error[:1000])
    elif channel.error:
        ChatChannel.objects.filter(pk=channel_id).update(failed_at=None, error="")


def _post(channel: ChatChannel, text: str) -> str:
    try:
        answer = post(
            cipher.decrypt(channel.url), json.dumps({"text": text}).encode(), {"Content-Type": "application/json"}, timeout=10
        )
    except DomainError as error:
        return error.message
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    return "" if answer.status < 400 else f"answered {answer.status}: {answer.body[:200]}"
