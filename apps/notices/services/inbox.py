"""Telling people, as each of them wants to be told."""

from collections.abc import Iterable

from django.core.mail import send_mail

from apps.access.queries.workspaces import require_admin, require_known
from apps.accounts.models import User
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Invalid
from apps.core.jobs import enqueue
from apps.core.transactions import atomic
from apps.notices.kinds import KINDS
from apps.notices.models import Notice, Preference
from apps.notices.records import Message

MOST_AT_ONCE = 200


@atomic
def notify(actor: Actor, user_ids: Iterable[int], message: Message) -> None:
    """Leave a notice for these people, without the actor; in the transaction of what it tells of."""
    require_known(actor)
    wanted = set(user_ids) - {actor.user_id or 0}
    people = User.objects.filter(pk__in=wanted, is_active=True, kind=User.Kind.PERSON).values_list("pk", "email")
    chosen = {row.user_id: row for row in Preference.objects.filter(user_id__in=wanted, kind=message.kind)}
    default = KINDS[message.kind]
    now, rows = now_ms(), []
    for user_id, email in people:
        in_app, mail = default.in_app, default.mail
        if user_id in chosen:
            in_app, mail = chosen[user_id].in_app, chosen[user_id].mail
        if in_app or (mail and email):
            rows.append(_row(actor, user_id, message, in_app, mail and bool(email), now))
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    if any(row.mail for row in rows):
        enqueue("notices.mail")


def _row(actor: Actor, user_id: int, message: Message, in_app: bool, mail: bool, now: int) -> Notice:
    return Notice(
        user_id=user_id, kind=message.kind, title=message.title[:500], body=message.body, url=message.url[:2000],
        actor_name=actor.name[:300], key=message.key[:200], in_app=in_app, mail=mail, created_at=now,
    )  # fmt: skip


@atomic
def mark_read(actor: Actor, notice_ids: list[int] | None = None) -> int:
    """Mark one's own notices as read, or all of them for None. How many were unread."""
    require_known(actor)
    rows = Notice.objects.filter(user_id=actor.user_id or 0, read_at=None)
    if notice_ids is not None:
        rows = rows.filter(pk__in=notice_ids)
    return rows.update(read_at=now_ms())


@atomic
def set_preference(actor: Actor, kind: str, *, in_app: bool, mail: bool) -> None:
    """How one wants to be told of a kind of thing. Raises Invalid for one that there is not."""
    require_known(actor)
    if kind not in KINDS or actor.user_id is None:
        raise Invalid(f"Invalid kind '{kind}'. Value must be one of {', '.join(KINDS)}.")
    Preference.objects.update_or_create(user_id=actor.user_id, kind=kind, defaults={"in_app": in_app, "mail": mail})


def send_mails(actor: Actor) -> int:
    """Mail what waits to be mailed, each once: marked before it is sent, so that a broken mailbox does not repeat the others. How
    many.
    """
    require_admin(actor, "notices.mail")
    due = Notice.objects.filter(mail=True, mailed_at=None, user__is_active=True).select_related("user").order_by("pk")
    return sum(_send(notice) for notice in list(due[:MOST_AT_ONCE]))


def _send(notice: Notice) -> bool:
    if not Notice.objects.filter(pk=notice.pk, mailed_at=None).update(mailed_at=now_ms()):
        return False
    body = "\n\n".join(part for part in (notice.body, notice.url) if part)
    send_mail(f"[MLPlatform] {notice.title}"[:200].replace("\n", " "), body + "\n", None, [notice.user.email], fail_silently=True)
    return True
