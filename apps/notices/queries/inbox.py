"""One's own notices and preferences."""

from apps.access.queries.workspaces import require_known
from apps.core.actor import Actor
from apps.core.errors import Invalid, Missing
from apps.notices.kinds import KINDS, Channels
from apps.notices.models import Notice, Preference
from apps.notices.records import NoticeRecord

MOST = 200
COLUMNS = ("pk", "kind", "title", "body", "url", "actor_name", "read_at", "created_at")


def list_notices(actor: Actor, *, unread: bool = False, kind: str = "", before: int = 0, limit: int = 50) -> list[NoticeRecord]:
    """The actor's notices, the newest first; `before` is the id where the last page ended."""
    require_known(actor)
    rows = Notice.objects.filter(user_id=actor.user_id or 0, in_app=True)
    if unread:
        rows = rows.filter(read_at=None)
    if kind:
        rows = rows.filter(kind=kind)
    if before:
        rows = rows.filter(pk__lt=before)
    return [NoticeRecord(*row) for row in rows.order_by("-pk").values_list(*COLUMNS)[: min(limit, MOST)]]


def list_inbox(actor: Actor, *, kind: str = "", cursor: str = "", limit: int = 50) -> tuple[list[NoticeRecord], str]:
    """A page of the actor's notices, unread ones first and then the newest, and the cursor of the next page ("" on the last).

    A cursor is where a page ended: `u` or `r` (unread, read) and the id, so that reading meanwhile shifts nothing. Raises
    Invalid.
    """
    require_known(actor)
    part, before = _cursor(cursor)
    rows = Notice.objects.filter(user_id=actor.user_id or 0, in_app=True)
    if kind:
        rows = rows.filter(kind=kind)
    unread = rows.filter(read_at=None, **before) if part == "u" else rows.none()
    found = list(unread.order_by("-pk").values_list(*COLUMNS)[: limit + 1])
    if len(found) <= limit:
        read = rows.filter(read_at__isnull=False, **(before if part == "r" else {}))
        found += read.order_by("-pk").values_list(*COLUMNS)[: limit + 1 - len(found)]
    records = [NoticeRecord(*row) for row in found[:limit]]
    if len(found) <= limit:
        return records, ""
    last = records[-1]
    return records, f"{'u' if last.read_at is None else 'r'}{last.id}"


def _cursor(cursor: str) -> tuple[str, dict[str, int]]:
    """The part of the list and the condition for what comes next."""
    if not cursor:
        return "u", {}
    part, number = cursor[:1], cursor[1:]
    if part not in ("u", "r") or not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise Invalid(f"Invalid cursor {cursor[:50]!r}")
    return part, {"pk__lt": int(number)}


def get_notice(actor: Actor, notice_id: int) -> NoticeRecord:
    """One of the actor's own. Raises Missing."""
    require_known(actor)
    row = Notice.objects.filter(pk=notice_id, user_id=actor.user_id or 0, in_app=True).values_list(*COLUMNS).first()
    if row is None:
        raise Missing(f"Notice with id={notice_id} not found")
    return NoticeRecord(*row)


def count_unread(actor: Actor) -> int:
    """How many notices the actor has not read; 99 stands for more."""
    require_known(actor)
    return len(Notice.objects.filter(user_id=actor.user_id or 0, in_app=True, read_at=None).values_list("pk")[:99])


def list_preferences(actor: Actor) -> dict[str, Channels]:
    """Kind -> how the actor is told, as chosen or as it is at first."""
    require_known(actor)
    chosen = {row.kind: Channels(row.in_app, row.mail, row.chat) for row in Preference.objects.filter(user_id=actor.user_id or 0)}
    return {name: chosen.get(name, Channels(kind.in_app, kind.mail, kind.chat)) for name, kind in KINDS.items()}
