"""Telling the world of what happened to a model: webhooks of both kinds, people, the chat. In the transaction of the act."""

from collections.abc import Iterable
from typing import Any

from apps.access.queries.workspaces import require_known
from apps.core.actor import Actor
from apps.notices.records import CommentedThing, CommentRecord, Event, Message
from apps.notices.services import comments
from apps.notices.services.chat import tell_chat
from apps.notices.services.deliveries import emit_event
from apps.notices.services.inbox import notify
from apps.registry import acts, links, stages
from apps.registry.access import ModelAccess
from apps.registry.models import ModelVersion, TransitionRequest
from apps.registry.subjects import Subject

_INTO = {stages.STAGING: "STAGING", stages.PRODUCTION: "PRODUCTION", stages.ARCHIVED: "ARCHIVED"}


def tell_model_created(actor: Actor, model: ModelAccess, tags: dict[str, str], description: str) -> None:
    """A model or prompt was made."""
    require_known(actor)
    _emit(
        actor, model, "prompt.created" if model.is_prompt else "registered_model.created",
        {"name": model.name, "tags": tags, "description": description},
        ("REGISTERED_MODEL_CREATED",), {"text": f"{actor.name} created registered model {model.name}"},
    )  # fmt: skip


def tell_version_created(actor: Actor, model: ModelAccess, number: int, said: dict[str, Any], template: str | None) -> None:
    """A version was registered; `said` has source, run_id, tags and description."""
    require_known(actor)
    data = {"name": model.name, "version": str(number), **said}
    name = "model_version.created"
    if template is not None:
        name = "prompt_version.created"
        data = {
            "name": model.name,
            "version": str(number),
            "template": template,
            "tags": said["tags"],
            "description": said["description"],
        }
    text = f"{actor.name} registered version {number} of {model.name}"
    _emit(actor, model, name, data, ("MODEL_VERSION_CREATED",), {"version": str(number), "run_id": said["run_id"], "text": text})


def tell_tag(actor: Actor, model: ModelAccess, number: int | None, key: str, value: str | None) -> None:
    """A tag of a version (or of a prompt, without number) was set, or deleted for None."""
    require_known(actor)
    noun = "prompt" if model.is_prompt else "model"
    if number is None and not model.is_prompt:
        return  # neither protocol has a word for tags of models
    entity = f"{noun}_tag" if number is None else f"{noun}_version_tag"
    data: dict[str, Any] = {"name": model.name, "key": key}
    if number is not None:
        data["version"] = str(number)
    if value is not None:
        data["value"] = value
    dialect = ("MODEL_VERSION_TAG_SET",) if value is not None and number is not None else ()
    text = f"{actor.name} set tag {key} of version {number} of {model.name}"
    _emit(
        actor, model, f"{entity}.{'deleted' if value is None else 'set'}", data, dialect, {"version": str(number), "text": text}
    )


def tell_alias(actor: Actor, model: ModelAccess, alias: str, number: int | None) -> None:
    """An alias was pointed to a version, or removed for None."""
    require_known(actor)
    entity = "prompt_alias" if model.is_prompt else "model_version_alias"
    data = {"name": model.name, "alias": alias} | ({"version": str(number)} if number is not None else {})
    _emit(actor, model, f"{entity}.{'deleted' if number is None else 'created'}", data, (), {})


def tell_move(actor: Actor, model: ModelAccess, number: int, old: str, new: str, activity: int) -> None:
    """A version moved to another stage, as that line of the activity says; whoever registered it is told."""
    require_known(actor)
    text = f"{actor.name} moved version {number} of {model.name} from {old} to {new}"
    names: tuple[str, ...] = ("MODEL_VERSION_TRANSITIONED_STAGE",)
    if new in _INTO:
        names += (f"MODEL_VERSION_TRANSITIONED_TO_{_INTO[new]}",)
    _emit(actor, model, "", {}, names, {"version": str(number), "from_stage": old, "to_stage": new, "text": text})
    url = links.version_page(model.workspace, model.name, number)
    owners = ModelVersion.objects.filter(model_id=model.id, number=number, owner__isnull=False).values_list("owner_id", flat=True)
    title = f"Version {number} of {model.name} is in {new}"
    notify(actor, [owner for owner in owners if owner], Message("version_moved", title, url, f"move:{activity}", text))
    if new in stages.ACTIVE or old in stages.ACTIVE:
        tell_chat(actor, model.workspace_id, "version_moved", f"{text}\n{url}")


def tell_requested(actor: Actor, subject: Subject, request: TransitionRequest, approvers: Iterable[int]) -> None:
    """Somebody asks for something: whoever may approve it is told."""
    require_known(actor)
    text = f"{actor.name} asks for {subject.words}"
    if subject.act == acts.TRANSITION:
        names: tuple[str, ...] = ("TRANSITION_REQUEST_CREATED",)
        if subject.target in _INTO:
            names += (f"TRANSITION_REQUEST_TO_{_INTO[subject.target]}_CREATED",)
        fields = {"version": str(subject.number), "from_stage": request.from_stage, "to_stage": subject.target, "text": text}
        _emit(actor, subject.model, "", {}, names, fields)
    url = links.request_page(subject.model.workspace, request.pk)
    body = f"{text}\n\n{request.comment}" if request.comment else text
    notify(actor, approvers, Message("approval_wanted", f"Approve {subject.words}?", url, f"request:{request.pk}:wanted", body))
    tell_chat(actor, subject.model.workspace_id, "approval_wanted", f"{text}\n{url}")


def tell_ended(actor: Actor, model: ModelAccess, request: TransitionRequest) -> None:
    """A request got its last state: the requester is told."""
    require_known(actor)
    url = links.request_page(model.workspace, request.pk)
    title = f"Request {request.pk} for {model.name} is {request.state}"
    said = f"{actor.name}: {request.reason}" if request.reason else f"by {actor.name}"
    message = Message("request_decided", title, url, f"request:{request.pk}:{request.state}", said)
    notify(actor, [request.requester_id], message)
    tell_chat(actor, model.workspace_id, "request_decided", f"{title}, {said}\n{url}")


def tell_changes(actor: Actor, model: ModelAccess, request: TransitionRequest, comment: str) -> None:
    """An approver asks for changes: the requester is told."""
    require_known(actor)
    title = f"{actor.name} asks for changes before {model.name} is promoted"
    url = links.request_page(model.workspace, request.pk)
    notify(
        actor,
        [request.requester_id],
        Message("request_decided", title, url, f"request:{request.pk}:changes:{actor.user_id}", comment),
    )


def tell_dismissed(actor: Actor, model: ModelAccess, request: TransitionRequest, voters: Iterable[int]) -> None:
    """The version changed under its votes: whoever voted, and whoever asked, is told."""
    require_known(actor)
    url = links.request_page(model.workspace, request.pk)
    title = f"The version behind request {request.pk} for {model.name} has changed"
    key = f"request:{request.pk}:dismissed:{request.fingerprint[:16]}"
    body = "Earlier votes are dismissed: look at it again, then vote."
    notify(actor, [*voters, request.requester_id], Message("votes_dismissed", title, url, key, body))


def tell_override(actor: Actor, model: ModelAccess, request: TransitionRequest, concerned: Iterable[int]) -> None:
    """Somebody did it all the same: everybody is told."""
    require_known(actor)
    url = links.request_page(model.workspace, request.pk)
    title = f"{actor.name} overrode the policy of {model.name}"
    notify(actor, concerned, Message("override", title, url, f"request:{request.pk}:override", request.reason))
    tell_chat(actor, model.workspace_id, "override", f"{title}: {request.reason}\n{url}")


def tell_comment(actor: Actor, model: ModelAccess, number: int | None, comment: CommentRecord, thing: CommentedThing) -> None:
    """Somebody commented: webhooks are told of it, and people as of every comment."""
    require_known(actor)
    fields = {
        "version": str(number),
        "text": f"{actor.name} commented on version {number} of {model.name}",
        "comment": comment.text,
    }
    if number is not None:
        _emit(actor, model, "", {}, ("COMMENT_CREATED",), fields)
    comments.tell_comment(actor, comment, thing)


def _emit(
    actor: Actor, model: ModelAccess, mlflow: str, data: dict[str, Any], names: tuple[str, ...], fields: dict[str, Any]
) -> None:
    emit_event(actor, Event(model.workspace_id, model.id, mlflow, data, names, {"model_name": model.name, **fields}))
