"""One's own notices and preferences."""

from apps.access.queries.workspaces import require_known
from apps.core.actor import Actor
from apps.notices.kinds import KINDS, Channels
from apps.notices.models import Notice, Preference
from apps.notices.records import NoticeRecord

MOST = 200


def list_notices(actor: Actor, *, unread: bool = False, before: int = 0, limit: int = 50) -> list[NoticeRecord]:
    """The actor's notices, the newest first; `before` is the id where the last page ended."""
    require_known(actor)
    rows = Notice.objects.filter(user_id=actor.user_id or 0, in_app=True)
    if unread:
        rows = rows.filter(read_at=None)
    if before:
        rows = rows.filter(pk__lt=before)
    columns = ("pk", "kind", "title", "body", "url", "actor_name", "read_at", "created_at")
    return [NoticeRecord(*row) for row in rows.order_by("-pk").values_list(*columns)[: min(limit, MOST)]]


def count_unread(actor: Actor) -> int:
    """How many notices the actor has not read; 99 stands for more."""
    require_known(actor)
    return len(Notice.objects.filter(user_id=actor.user_id or 0, in_app=True, read_at=None).values_list("pk")[:99])


def list_preferences(actor: Actor) -> dict[str, Channels]:
    """Kind -> how the actor is told, as chosen or as it is at first."""
    require_known(actor)
    chosen = {row.kind: Channels(row.in_app, row.mail, row.chat) for row in Preference.objects.filter(user_id=actor.user_id or 0)}
    return {name: chosen.get(name, Channels(kind.in_app, kind.mail, kind.chat)) for name, kind in KINDS.items()}
