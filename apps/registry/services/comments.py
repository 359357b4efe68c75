"""Comments on versions and on requests."""

from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.core.transactions import atomic
from apps.notices.queries.comments import get_comment
from apps.notices.records import CommentedThing, CommentRecord
from apps.notices.services import comments
from apps.registry import links
from apps.registry.access import ModelAccess, access_model_by_id, access_request, access_version
from apps.registry.lines import Line, line_of
from apps.registry.models import ModelVersion, TransitionRequest
from apps.registry.queries.comments import REQUEST, VERSION, readers_of
from apps.registry.services.announcing import tell_comment
from apps.registry.services.history import note


@atomic
def comment_on_version(actor: Actor, name: str, version: str, text: str) -> CommentRecord:
    """Say something to a version; whoever may read it may. Raises Invalid, Missing, Denied."""
    found = access_version(actor, name, version, "request.comment")
    comment = comments.add_comment(actor, VERSION, str(found.id), text)
    note(actor, "request.comment", found.model, Line("comment", found.number, comment=text[:500]))
    tell_comment(actor, found.model, found.number, comment, _version(actor, found.model, found.id))
    return comment


@atomic
def comment_on_request(actor: Actor, request_id: int, text: str) -> CommentRecord:
    """Say something to a request, whatever its state. Raises Invalid, Missing, Denied."""
    found = access_request(actor, request_id, "request.comment")
    request = TransitionRequest.objects.select_related("version").get(pk=found.id)
    comment = comments.add_comment(actor, REQUEST, str(found.id), text)
    note(actor, "request.comment", found.model, line_of("comment", request, comment=text[:500]))
    number = request.version.number if request.version else None
    tell_comment(actor, found.model, number, comment, _request(actor, found.model, found.id))
    return comment


@atomic
def edit_comment(actor: Actor, comment_id: int, text: str) -> CommentRecord:
    """Change one's own comment; people who are new in it are told. Raises Invalid, Missing, Denied."""
    model = access_commented(actor, comment_id)
    comment = comments.edit_comment(actor, comment_id, text)
    about = _request if comment.noun == REQUEST else _version
    comments.tell_comment(actor, comment, about(actor, model, int(comment.noun_id)))
    return comment


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


def _version(actor: Actor, model: ModelAccess, version_id: int) -> CommentedThing:
    number, owner = ModelVersion.objects.values_list("number", "owner_id").get(pk=version_id)
    url = links.version_page(model.workspace, model.name, number)
    concerned = [owner] if owner else []
    return CommentedThing(f"version {number} of {model.name}", url, concerned, readers_of(actor, model))


def _request(actor: Actor, model: ModelAccess, request_id: int) -> CommentedThing:
    requester = TransitionRequest.objects.values_list("requester_id", flat=True).get(pk=request_id)
    url = links.request_page(model.workspace, request_id)
    concerned = [requester] if requester else []
    return CommentedThing(f"request {request_id} for {model.name}", url, concerned, readers_of(actor, model))
