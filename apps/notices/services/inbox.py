"""Telling people, as each of them wants to be told."""

from collections.abc import Iterable

from apps.access.queries.workspaces import require_known
from apps.accounts.models import User
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Invalid
from apps.core.transactions import atomic
from apps.notices.kinds import KINDS, Channels
from apps.notices.models import Notice, PersonalChat, Preference
from apps.notices.models.outgoing import CHAT, MAIL
from apps.notices.records import Message
from apps.notices.services.outgoing import send_notices


@atomic
def notify(actor: Actor, user_ids: Iterable[int], message: Message) -> None:
    """Leave a notice for these people, without the actor; in the transaction of what it tells of."""
    require_known(actor)
    wanted = set(user_ids) - {actor.user_id or 0}
    if not wanted:
        return
    people = User.objects.filter(pk__in=wanted, is_active=True, kind=User.Kind.PERSON).values_list("pk", "email")
    chosen = {row.user_id: row for row in Preference.objects.filter(user_id__in=wanted, kind=message.kind)}
    chats = set(PersonalChat.objects.filter(user_id__in=wanted).values_list("user_id", flat=True))
    now, rows, ways = now_ms(), [], {}
    for user_id, email in people:
        channels = _channels_of(message.kind, chosen.get(user_id))
        outside = [MAIL] * bool(channels.mail and email) + [CHAT] * (channels.chat and user_id in chats)
        if channels.in_app or outside:
            rows.append(_row(actor, user_id, message, channels.in_app, MAIL in outside, now))
        if outside:
            ways[user_id] = outside
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    send_notices(actor, message.key[:200], ways)


def _channels_of(kind: str, chosen: Preference | None) -> Channels:
    """As the person chose, or as the kind is at first."""
    default = KINDS[kind]
    return Channels(chosen.in_app, chosen.mail, chosen.chat) if chosen else Channels(default.in_app, default.mail, default.chat)


def _row(actor: Actor, user_id: int, message: Message, in_app: bool, mail: bool, now: int) -> Notice:
    return Notice(
        user_id=user_id, kind=message.kind, title=message.title[:500], body=message.body, url=message.url[:2000],
        actor_name=actor.name[:300], key=message.key[:200], in_app=in_app, mail=mail, mailed_at=now if mail else None,
        created_at=now,
    )  # fmt: skip


@atomic
def mark_read(actor: Actor, notice_ids: list[int] | None = None) -> int:
    """Mark one's own notices as read, or all of them for None. How many were unread."""
    require_known(actor)
    rows = Notice.objects.filter(user_id=actor.user_id or 0, read_at=None)
    if notice_ids is not None:
        rows = rows.filter(pk__in=[pk for pk in notice_ids if 0 < pk < 2**63])
    return rows.update(read_at=now_ms())


@atomic
def set_preference(actor: Actor, kind: str, *, in_app: bool, mail: bool, chat: bool | None = None) -> None:
    """How one wants to be told of a kind of thing; None leaves the chat as it is. Raises Invalid for a kind that there is not."""
    require_known(actor)
    if kind not in KINDS or actor.user_id is None:
        raise Invalid(f"Invalid kind '{kind}'. Value must be one of {', '.join(KINDS)}.")
    if chat is None:
        chat = _channels_of(kind, Preference.objects.filter(user_id=actor.user_id, kind=kind).first()).chat
    Preference.objects.update_or_create(user_id=actor.user_id, kind=kind, defaults={"in_app": in_app, "mail": mail, "chat": chat})
