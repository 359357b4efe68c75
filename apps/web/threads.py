"""What people say to a run, a version or a request: one thread for all three, shown by templates/ui/_thread.html.

A page of such a thing puts `thread(request, noun, key)` into its context and includes the part. Everything in it is an
ordinary form that leads back to the page; with scripts only the thread is put in its place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from apps.accounts.queries.users import Person
from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.experiments.queries import comments as run_queries
from apps.experiments.services import comments as run_services
from apps.notices.queries.comments import get_comment
from apps.notices.records import CommentRecord
from apps.registry.queries import comments as registry_queries
from apps.registry.services import comments as registry_services
from apps.web.base import actor_of

RUN, VERSION, REQUEST = "run", "version", "request"


@dataclass(frozen=True, slots=True)
class Noun:
    """How the comments of a kind of thing are read and written, by the thing's key in addresses."""

    read: Callable[[Actor, str], list[CommentRecord]]
    write: Callable[[Actor, str, str], CommentRecord]
    people: Callable[[Actor, str, str], list[Person]]


@dataclass(slots=True)
class Said:
    """A comment, with what this person may do to it."""

    comment: CommentRecord
    at: int
    may_edit: bool
    may_delete: bool


@dataclass(slots=True)
class Thread:
    """For ui/_thread.html. `entries` are comments (`Said`) and the page's own events, the oldest first."""

    noun: str
    key: str
    entries: list[Any]
    count: int
    post_url: str
    people_url: str
    next: str
    open: bool = True


def thread(
    request: HttpRequest, noun: str, key: str, *, events: list[dict[str, Any]] | None = None, is_open: bool = True
) -> Thread:
    """The comments on a thing.

    `key` is a run's id, a request's number, or a version's `<model>/<number>`. `events` stand between the comments by their
    time: those of ui/_timeline.html, `when` in ms. `is_open`: whether somebody may comment (not in the trash). Raises Missing.
    """
    actor = actor_of(request)
    comments = _noun(noun).read(actor, key)
    said: list[Any] = [_said(actor, comment) for comment in comments if not comment.is_deleted]
    entries = sorted([*said, *[{**event, "at": event["when"]} for event in events or []]], key=_at)
    post_url, people_url = reverse("web:comments", args=[noun, key]), reverse("web:comment_people", args=[noun, key])
    return Thread(noun, key, entries, len(said), post_url, people_url, request.get_full_path(), is_open)


def add(actor: Actor, noun: str, key: str, text: str) -> CommentRecord:
    """Say something. Raises Invalid, Missing, Denied."""
    return _noun(noun).write(actor, key, text)


def people(actor: Actor, noun: str, key: str, text: str) -> list[Person]:
    """Who has `text` in the name and may read the thing. Raises Missing."""
    return _noun(noun).people(actor, key, text)


def edit(actor: Actor, comment_id: int, text: str) -> None:
    """Change one's own. Raises Invalid, Missing, Denied."""
    _services(actor, comment_id).edit_comment(actor, comment_id, text)


def delete(actor: Actor, comment_id: int) -> None:
    """Take back one's own. Raises Missing, Denied."""
    _services(actor, comment_id).delete_comment(actor, comment_id)


def _services(actor: Actor, comment_id: int) -> Any:
    """The room whose thing the comment is about; that room asks whether the actor may see it."""
    return run_services if get_comment(actor, comment_id).noun == run_queries.RUN else registry_services


def _said(actor: Actor, comment: CommentRecord) -> Said:
    own = comment.author_id is not None and comment.author_id == actor.user_id
    return Said(comment, comment.created_at, own, own or actor.is_admin)


def _at(entry: Any) -> int:
    return entry.at if isinstance(entry, Said) else entry["at"]


def _noun(noun: str) -> Noun:
    if noun not in NOUNS:
        raise Missing("There is no such page.")
    return NOUNS[noun]


def _version(key: str) -> tuple[str, str]:
    """(model, number) of a version's key. A model's name holds no slash."""
    name, _, number = key.rpartition("/")
    return name, number


def _request(key: str) -> int:
    if not key.isascii() or not key.isdecimal():
        raise Missing("There is no such page.")
    return int(key)


NOUNS = {
    RUN: Noun(run_queries.run_comments, run_services.comment_on_run, run_queries.run_people),
    VERSION: Noun(
        lambda actor, key: registry_queries.version_comments(actor, *_version(key)),
        lambda actor, key, text: registry_services.comment_on_version(actor, *_version(key), text),
        lambda actor, key, text: registry_queries.version_people(actor, *_version(key), text),
    ),
    REQUEST: Noun(
        lambda actor, key: registry_queries.request_comments(actor, _request(key)),
        lambda actor, key, text: registry_services.comment_on_request(actor, _request(key), text),
        lambda actor, key, text: registry_queries.request_people(actor, _request(key), text),
    ),
}
