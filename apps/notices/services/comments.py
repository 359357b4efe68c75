"""Writing, changing and removing comments. Whoever stands above has asked whether the actor may see the thing."""

from apps.access.queries.workspaces import require_writer
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Denied, Missing
from apps.core.transactions import atomic
from apps.notices import rules
from apps.notices.models import Comment
from apps.notices.queries.comments import get_comment
from apps.notices.records import CommentRecord


@atomic
def add_comment(actor: Actor, noun: str, noun_id: str, text: str) -> CommentRecord:
    """Say something to a thing. Raises Invalid, Denied."""
    require_writer(actor)
    rules.check_comment(text)
    now = now_ms()
    row = Comment.objects.create(
        noun=noun,
        noun_id=noun_id,
        author_id=actor.user_id,
        author_name=actor.name[:300],
        text=text,
        created_at=now,
        updated_at=now,
    )
    return get_comment(actor, row.pk)


@atomic
def edit_comment(actor: Actor, comment_id: int, text: str) -> CommentRecord:
    """Change one's own comment. Raises Invalid, Missing, Denied."""
    require_writer(actor)
    rules.check_comment(text)
    _require_own(actor, get_comment(actor, comment_id))
    Comment.objects.filter(pk=comment_id).update(text=text, updated_at=now_ms())
    return get_comment(actor, comment_id)


@atomic
def delete_comment(actor: Actor, comment_id: int) -> None:
    """Take back one's own comment; administrators may remove any. Its place stays, its text goes. Raises Missing, Denied."""
    require_writer(actor)
    comment = get_comment(actor, comment_id)
    if not actor.is_admin:
        _require_own(actor, comment)
    Comment.objects.filter(pk=comment_id, deleted_at=None).update(text="", deleted_at=now_ms())


def _require_own(actor: Actor, comment: CommentRecord) -> None:
    if comment.is_deleted:
        raise Missing(f"Comment with id={comment.id} not found")
    if comment.author_id is None or comment.author_id != actor.user_id:
        raise Denied("only the author may change a comment")
