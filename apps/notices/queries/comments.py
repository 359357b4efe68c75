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


def get_comment(actor: Actor, comment_id: int) -> CommentRecord:
    """One comment, deleted or not. Raises Missing."""
    require_known(actor)
    row = Comment.objects.filter(pk=comment_id).select_related("author").first() if 0 < comment_id < 2**63 else None
    if row is None:
        raise Missing(f"Comment with id={comment_id} not found")
    return _record(row)


def _record(row: Comment) -> CommentRecord:
    name = row.author.username if row.author else row.author_name
    return CommentRecord(
        row.pk, row.noun, row.noun_id, name, row.author_id, row.text, row.created_at, row.updated_at, row.deleted_at is not None
    )
