"""Writing, changing and removing comments. Whoever stands above has asked whether the actor may see the thing."""

from apps.access.queries.workspaces import require_admin, require_known, require_writer
from apps.accounts.models import User, name_key
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Denied, Missing
from apps.core.transactions import atomic
from apps.notices import rules
from apps.notices.models import Comment
from apps.notices.queries.comments import get_comment, list_participants
from apps.notices.records import CommentedThing, CommentRecord, Message
from apps.notices.services.inbox import notify

MOST_MENTIONS = 50


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


@atomic
def forget_comments(actor: Actor, noun: str, noun_ids: list[str]) -> None:
    """Remove what was said to things that are purged. Needs an administrator."""
    require_admin(actor, "trash.purge")
    Comment.objects.filter(noun=noun, noun_id__in=noun_ids).delete()


@atomic
def tell_comment(actor: Actor, comment: CommentRecord, thing: CommentedThing) -> None:
    """Tell whom a comment mentions, whose thing it is, and whoever spoke there before; nobody who may not read the thing.

    May be called again after the comment was edited: only people who are new in it are told.
    """
    require_known(actor)
    mentioned, others = _mentioned(comment.text), set(thing.concerned) | list_participants(actor, comment.noun, comment.noun_id)
    may_read = thing.readers(mentioned | others)
    title = f"{actor.name} mentioned you on {thing.words}"
    notify(actor, mentioned & may_read, Message("mention", title, thing.url, f"comment:{comment.id}:mention", comment.text))
    title = f"{actor.name} commented on {thing.words}"
    told = (others & may_read) - mentioned
    notify(actor, told, Message("comment", title, thing.url, f"comment:{comment.id}", comment.text))


def _mentioned(text: str) -> set[int]:
    """The people whom a text names."""
    keys = [name_key(name) for name in rules.mentions(text)[:MOST_MENTIONS]]
    return set(User.objects.filter(key__in=keys, is_active=True, kind=User.Kind.PERSON).values_list("pk", flat=True))


def _require_own(actor: Actor, comment: CommentRecord) -> None:
    if comment.is_deleted:
        raise Missing(f"Comment with id={comment.id} not found")
    if comment.author_id is None or comment.author_id != actor.user_id:
        raise Denied("only the author may change a comment")
