"""Comments on a thing. Whoever stands above has asked whether the actor may see it."""

from apps.access.queries.workspaces import require_known
from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.notices.models import Comment
from apps.notices.records import CommentRecord


def list_comments(actor: Actor, noun: str, noun_id: str) -> list[CommentRecord]:
    """The comments on a thing, the oldest first, deleted ones without their text."""
    require_known(actor)
    rows = Comment.objects.filter(noun=noun, noun_id=noun_id).select_related("author").order_by("pk")
    return [_record(row) for row in rows[:1000]]


def count_comments(actor: Actor, noun: str, noun_id: str) -> int:
    """How many comments there are on a thing, without deleted ones."""
    require_known(actor)
    return Comment.objects.filter(noun=noun, noun_id=noun_id, deleted_at=None).count()


def list_participants(actor: Actor, noun: str, noun_id: str) -> set[int]:
    """Who said something to a thing, and still says it."""
    require_known(actor)
    rows = Comment.objects.filter(noun=noun, noun_id=noun_id, deleted_at=None, author_id__isnull=False)
    return {author for author in rows.order_by("author_id").values_list("author_id", flat=True).distinct() if author}


def get_comment(actor: Actor, comment_id: int) -> CommentRecord:
    """One comment, deleted or not. Raises Missing."""
    require_known(actor)
    row = Comment.objects.filter(pk=comment_id).select_related("author").first() if 0 < comment_id < 2**63 else None
    if row is None:
        raise Missing(f"Comment with id={comment_id} not found")
    return _record(row)


def _record(row: Comment) -> CommentRecord:
    name, label = (row.author.username, row.author.label) if row.author else (row.author_name, row.author_name)
    return CommentRecord(
        row.pk, row.noun, row.noun_id, name, row.author_id, row.text, row.created_at, row.updated_at, row.deleted_at is not None,
        label,
    )  # fmt: skip
