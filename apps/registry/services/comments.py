"""Comments on versions and on requests."""

from apps.accounts.models import User, name_key
from apps.accounts.queries.actors import actor_for_user
from apps.core.actor import Actor
from apps.core.errors import DomainError, Missing
from apps.core.transactions import atomic
from apps.notices.queries.comments import get_comment
from apps.notices.records import CommentRecord
from apps.notices.rules import mentions
from apps.notices.services import comments
from apps.registry import links
from apps.registry.access import ModelAccess, access_model_by_id, access_request, access_version
from apps.registry.lines import Line, line_of
from apps.registry.models import ModelVersion, TransitionRequest
from apps.registry.queries.comments import REQUEST, VERSION
from apps.registry.services.announcing import Told, tell_comment
from apps.registry.services.history import note

MOST_MENTIONS = 50


@atomic
def comment_on_version(actor: Actor, name: str, version: str, text: str) -> CommentRecord:
    """Say something to a version; whoever may read it may. Raises Invalid, Missing, Denied."""
    found = access_version(actor, name, version, "request.comment")
    comment = comments.add_comment(actor, VERSION, str(found.id), text)
    note(actor, "request.comment", found.model, Line("comment", found.number, comment=text[:500]))
    url = links.version_page(found.model.workspace, found.model.name, found.number)
    tell_comment(actor, found.model, found.number, url, comment, Told(_mentioned(found.model, text), []))
    return comment


@atomic
def comment_on_request(actor: Actor, request_id: int, text: str) -> CommentRecord:
    """Say something to a request, whatever its state. Raises Invalid, Missing, Denied."""
    found = access_request(actor, request_id, "request.comment")
    request = TransitionRequest.objects.select_related("version").get(pk=found.id)
    comment = comments.add_comment(actor, REQUEST, str(found.id), text)
    note(actor, "request.comment", found.model, line_of("comment", request, comment=text[:500]))
    url = links.request_page(found.model.workspace, found.id)
    number = request.version.number if request.version else None
    tell_comment(actor, found.model, number, url, comment, Told(_mentioned(found.model, text), [request.requester_id]))
    return comment


@atomic
def edit_comment(actor: Actor, comment_id: int, text: str) -> CommentRecord:
    """Change one's own comment. Raises Invalid, Missing, Denied."""
    access_commented(actor, comment_id)
    return comments.edit_comment(actor, comment_id, text)


@atomic
def delete_comment(actor: Actor, comment_id: int) -> None:
    """Take back one's own comment. Raises Missing, Denied."""
    access_commented(actor, comment_id)
    comments.delete_comment(actor, comment_id)


def access_commented(actor: Actor, comment_id: int) -> ModelAccess:
    """The model that a comment is about, if the actor may read it. Raises Missing."""
    comment = get_comment(actor, comment_id)
    missing = Missing(f"Comment with id={comment_id} not found")
    if comment.is_deleted:
        raise missing
    try:
        if comment.noun == REQUEST:
            return access_request(actor, int(comment.noun_id), "request.comment").model
        if comment.noun == VERSION:
            model_id = ModelVersion.objects.values_list("model_id", flat=True).get(pk=int(comment.noun_id))
            return access_model_by_id(actor, model_id, "request.comment")
    except Missing:
        pass
    raise missing


def _mentioned(model: ModelAccess, text: str) -> list[int]:
    """The people whom a text names and who may read the model: nobody else learns of it."""
    keys = [name_key(name) for name in mentions(text)[:MOST_MENTIONS]]
    people = User.objects.filter(key__in=keys, is_active=True, kind=User.Kind.PERSON)
    return [user.pk for user in people if _may_read(actor_for_user(user, "system"), model)]


def _may_read(person: Actor, model: ModelAccess) -> bool:
    try:
        access_model_by_id(person, model.id, "model.read")
    except DomainError:
        return False
    return True
