"""Mails and chat messages: written down with what they tell of, sent by workers, tried again with growing pauses."""

import html
import http.client
import json
import logging
import re
import smtplib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.core.mail import send_mail

from apps.access.queries.workspaces import require_admin, require_known
from apps.core import cipher
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import DomainError
from apps.core.jobs import enqueue
from apps.core.transactions import atomic
from apps.notices.models import ChatChannel, Notice, Outgoing, PersonalChat
from apps.notices.models.outgoing import CHANNEL, MAIL
from apps.notices.models.webhooks import DELIVERED, FAILED, PENDING
from apps.notices.retrying import LEASE_MS, SHORT, pause_after
from apps.notices.targets import may_pass, post

log = logging.getLogger(__name__)

CHAT_TIMEOUT = 10  # seconds
KEPT_MS = 30 * 24 * 3600 * 1000
MOST_AT_ONCE = 200
_EVERYBODY = re.compile(r"@(?=all\b|channel\b|here\b|everyone\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one attempt: no error is success. `wanted` is the pause that the receiver asked for, in seconds."""

    error: str = ""
    again: bool = False
    wanted: float = 0


@atomic
def send_notices(actor: Actor, key: str, ways: Mapping[int, Collection[str]]) -> None:
    """Leave the notice of that key to be sent outside: by user id, the ways each of them wants. Each goes each way once."""
    require_known(actor)
    if not ways:
        return
    now = now_ms()
    notices = dict(Notice.objects.filter(key=key, user_id__in=ways).values_list("pk", "user_id"))
    rows = [Outgoing(way=way, notice_id=pk, next_at=now, created_at=now) for pk, user in notices.items() for way in ways[user]]
    Outgoing.objects.bulk_create(rows, ignore_conflicts=True)
    for pk in Outgoing.objects.filter(notice_id__in=notices, state=PENDING).values_list("pk", flat=True):
        enqueue("notices.send", pk)


@atomic
def send_to_channels(actor: Actor, channel_ids: Collection[int], text: str) -> None:
    """Leave a text to be sent to these channels, in the transaction of what it tells of."""
    require_known(actor)
    now = now_ms()
    for pk in channel_ids:
        enqueue("notices.send", Outgoing.objects.create(way=CHANNEL, channel_id=pk, text=text, next_at=now, created_at=now).pk)


def send(actor: Actor, outgoing_id: int) -> None:
    """One attempt of what is due; nothing happens if it is not, or somebody else has it."""
    require_admin(actor, "notices.send")
    now = now_ms()
    if not Outgoing.objects.filter(pk=outgoing_id, state=PENDING, next_at__lte=now).update(next_at=now + LEASE_MS):
        return
    row = Outgoing.objects.select_related("notice__user", "channel").get(pk=outgoing_id)
    _keep(row, _mail(row) if row.way == MAIL else _chat(actor, row))


def _keep(row: Outgoing, outcome: Sent) -> None:
    attempts, now = row.attempts + 1, now_ms()
    fields = {"attempts": attempts, "error": outcome.error[:1000]}
    pause = pause_after(attempts, outcome.wanted) if outcome.error and outcome.again else None
    if pause is None:
        state = FAILED if outcome.error else DELIVERED
        Outgoing.objects.filter(pk=row.pk).update(**fields, state=state, next_at=None, finished_at=now)
    else:
        Outgoing.objects.filter(pk=row.pk).update(**fields, next_at=now + round(pause * 1000))
        if pause <= SHORT:
            enqueue("notices.send", row.pk, countdown=pause + 0.5)
    if row.way != MAIL:
        _note_on_chat(row, outcome.error, now)


def _note_on_chat(row: Outgoing, error: str, now: int) -> None:
    """Its owner sees on the settings page whether the chat answers."""
    fields = {"failed_at": now if error else None, "error": error[:1000]}
    if row.channel_id is not None:
        ChatChannel.objects.filter(pk=row.channel_id).exclude(error=fields["error"]).update(**fields)
    elif row.notice is not None:
        PersonalChat.objects.filter(user_id=row.notice.user_id).exclude(error=fields["error"]).update(**fields)


def _mail(row: Outgoing) -> Sent:
    notice = row.notice
    assert notice is not None
    if not notice.user.is_active or not notice.user.email:
        return Sent("the account has no mail address, or is closed")
    subject = f"[MLPlatform] {notice.title}"[:200].replace("\n", " ").replace("\r", " ")
    body = "\n\n".join(part for part in (notice.body, notice.url) if part)
    try:
        send_mail(subject, body + "\n", None, [notice.user.email])
    except (smtplib.SMTPException, OSError) as error:
        return Sent(f"{type(error).__name__}: {error}", again=_is_passing(error))
    return Sent()


def _is_passing(error: Exception) -> bool:
    """Whether the same mail may be taken later. A 5xx is the server's last word on it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code < 500 for code, _ in error.recipients.values())
    return not (isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500)


def _chat(actor: Actor, row: Outgoing) -> Sent:
    if row.channel is not None:
        return post_text(actor, bytes(row.channel.url), row.text) if row.channel.is_active else Sent("the channel is off")
    notice = row.notice
    assert notice is not None
    chat = PersonalChat.objects.filter(user_id=notice.user_id, user__is_active=True).first()
    if chat is None:
        return Sent("the person has no chat any more")
    return post_text(actor, bytes(chat.url), f"{notice.title}\n{notice.url}")


def post_text(actor: Actor, secret_url: bytes, text: str) -> Sent:
    """Post `{"text": …}` to an encrypted address of a chat: to what it leads to now, if that is a public address."""
    require_known(actor)
    try:
        body = json.dumps({"text": _plain(text)}).encode()
        answer = post(cipher.decrypt(secret_url), body, {"Content-Type": "application/json"}, timeout=CHAT_TIMEOUT)
    except DomainError as error:
        return Sent(error.message, again=may_pass(error))
    except (OSError, http.client.HTTPException) as error:
        return Sent(f"{type(error).__name__}: {error}", again=True)
    if answer.is_taken:
        return Sent()
    return Sent(answer.refusal, answer.is_passing, answer.retry_after)


def _plain(text: str) -> str:
    """A text that says what it says: what people named things neither becomes markup of the chat (`<!channel>`) nor rings for
    everybody in it."""
    return _EVERYBODY.sub("@\u200b", html.escape(text, quote=False))


def sweep_outgoing(actor: Actor) -> int:
    """Start what is due and was not started (the broker was away, a worker died). How many were started."""
    require_admin(actor, "notices.send")
    now = now_ms()
    due = Outgoing.objects.filter(state=PENDING, next_at__lte=now).order_by("next_at").values_list("pk", flat=True)
    started = list(due[:MOST_AT_ONCE])
    for pk in started:
        enqueue("notices.send", pk)
    return len(started)


def forget_outgoing(actor: Actor) -> None:
    """Remove what was sent, or given up, long ago."""
    require_admin(actor, "notices.send")
    Outgoing.objects.filter(finished_at__lt=now_ms() - KEPT_MS).exclude(state=PENDING).delete()
