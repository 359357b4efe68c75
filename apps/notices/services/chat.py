"""Chats that are told: a person's own, and the channels of a workspace."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.db import IntegrityError

from apps.access.queries.workspaces import access_workspace, require_known, require_writer
from apps.audit.services.rows import record
from apps.core import cipher
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import AlreadyExists, Denied, Invalid, Missing
from apps.core.transactions import atomic, savepoint
from apps.notices.kinds import KINDS
from apps.notices.models import ChatChannel, PersonalChat
from apps.notices.services import outgoing
from apps.notices.services.outgoing import Sent
from apps.notices.targets import check_target


@atomic
def create_channel(actor: Actor, name: str, url: str, kinds: list[str]) -> int:
    """A channel of the actor's workspace, whose MANAGE it needs. Its id. Raises Invalid, AlreadyExists, Denied."""
    workspace = access_workspace(actor, actor.workspace, "workspace.share")
    if not name.strip() or len(name) > 200:
        raise Invalid("Missing value for required parameter 'name': at most 200 characters")
    _check_kinds(kinds)
    check_target(url)
    try:
        with savepoint():
            row = ChatChannel.objects.create(
                workspace_id=workspace.id, name=name.strip(), url=cipher.encrypt(url), host=_host(url), kinds=kinds,
                created_by_id=actor.user_id, created_at=now_ms(),
            )  # fmt: skip
    except IntegrityError:
        raise AlreadyExists(f"A channel named {name!r} exists already") from None
    record(actor, "chat.change", noun="chat", noun_id=row.pk, name=name, workspace=workspace.name, details={"kinds": kinds})
    return row.pk


@atomic
def delete_channel(actor: Actor, channel_id: int) -> None:
    """Remove a channel. Raises Missing, Denied."""
    workspace = access_workspace(actor, actor.workspace, "workspace.share")
    _channel(workspace.id, channel_id).delete()
    record(actor, "chat.change", noun="chat", noun_id=channel_id, workspace=workspace.name, details={"deleted": True})


def try_channel(actor: Actor, channel_id: int) -> Sent:
    """Send a channel a few words now, and tell what came of it. Raises Missing, Denied."""
    workspace = access_workspace(actor, actor.workspace, "workspace.share")
    channel = _channel(workspace.id, channel_id)
    outcome = outgoing.post_text(actor, bytes(channel.url), _greeting(actor))
    ChatChannel.objects.filter(pk=channel.pk).update(failed_at=now_ms() if outcome.error else None, error=outcome.error[:1000])
    return outcome


def tell_chat(actor: Actor, workspace_id: int, kind: str, text: str) -> None:
    """Tell the channels that want this kind, in the transaction of what the text tells of."""
    require_known(actor)
    rows: Iterable[tuple[int, list[str]]] = ChatChannel.objects.filter(workspace_id=workspace_id, is_active=True).values_list(
        "pk", "kinds"
    )
    outgoing.send_to_channels(actor, [pk for pk, kinds in rows if kind in kinds], text)


@atomic
def set_own_chat(actor: Actor, url: str) -> None:
    """The address at which one's own chat takes messages. Raises Invalid, Denied."""
    user_id = require_person(actor)
    check_target(url)
    fields = {"url": cipher.encrypt(url), "host": _host(url), "created_at": now_ms(), "failed_at": None, "error": ""}
    PersonalChat.objects.update_or_create(user_id=user_id, defaults=fields)
    record(actor, "chat.change", noun="user", noun_id=user_id, name=actor.name, details={"host": fields["host"]})


@atomic
def delete_own_chat(actor: Actor) -> None:
    """Forget it. Raises Missing, Denied."""
    user_id = require_person(actor)
    deleted, _ = PersonalChat.objects.filter(user_id=user_id).delete()
    if not deleted:
        raise Missing("You have no chat here")
    record(actor, "chat.change", noun="user", noun_id=user_id, name=actor.name, details={"deleted": True})


def try_own_chat(actor: Actor) -> Sent:
    """Send one's own chat a few words now, and tell what came of it. Raises Missing, Denied."""
    user_id = require_person(actor)
    chat = PersonalChat.objects.filter(user_id=user_id).first()
    if chat is None:
        raise Missing("You have no chat here")
    outcome = outgoing.post_text(actor, bytes(chat.url), _greeting(actor))
    PersonalChat.objects.filter(pk=chat.pk).update(failed_at=now_ms() if outcome.error else None, error=outcome.error[:1000])
    return outcome


def require_person(actor: Actor) -> int:
    """The number of the person, who is here without a limited token. Raises Denied."""
    require_writer(actor)
    if actor.limits or actor.kind != "person" or actor.user_id is None:
        raise Denied("only people have a chat, and change it with their own sign-in or an unlimited token")
    return actor.user_id


def _channel(workspace_id: int, channel_id: int) -> ChatChannel:
    row = ChatChannel.objects.filter(pk=channel_id, workspace_id=workspace_id).first() if 0 < channel_id < 2**63 else None
    if row is None:
        raise Missing(f"Channel with id={channel_id} not found")
    return row


def _check_kinds(kinds: list[str]) -> None:
    if not kinds:
        raise Invalid(f"Choose at least one kind of {', '.join(KINDS)}.")
    for kind in kinds:
        if kind not in KINDS:
            raise Invalid(f"Invalid kind '{kind}'. Value must be one of {', '.join(KINDS)}.")


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "")[:255]


def _greeting(actor: Actor) -> str:
    return f"MLPlatform reaches this chat. {actor.name} asked for this message."
