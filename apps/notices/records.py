"""What queries return and services take: plain data."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class CommentRecord:
    """A comment; times in ms. `text` is "" for one that was deleted."""

    id: int
    noun: str
    noun_id: str
    author: str
    author_id: int | None
    text: str
    created_at: int
    updated_at: int
    is_deleted: bool
    author_label: str = ""


@dataclass(frozen=True, slots=True)
class CommentedThing:
    """What a comment is about, as the room that owns it says it.

    `words` are for sentences ("run sunny-fox-7"), `url` is where it is read, `concerned` whose thing it is, and `readers` leaves
    of some accounts those that may read it.
    """

    words: str
    url: str
    concerned: list[int]
    readers: Callable[[Collection[int]], set[int]]


@dataclass(frozen=True, slots=True)
class WebhookRecord:
    """A webhook without its secrets; times in ms."""

    id: str
    kind: str
    workspace: str
    thing: int | None
    name: str
    description: str
    url: str
    events: list[str]
    status: str
    verify_tls: bool
    job: dict[str, Any] | None
    has_secret: bool
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One telling; times in ms."""

    id: str
    webhook_id: str
    event: str
    body: str
    state: str
    attempts: int
    next_at: int | None
    status: int | None
    answer: str
    error: str
    milliseconds: int | None
    created_at: int
    finished_at: int | None


@dataclass(frozen=True, slots=True)
class DeliveryGlance:
    """How a webhook's newest delivery went; `at` in ms."""

    state: str
    at: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in the words of both protocols.

    `mlflow` is `entity.action` (or "" if that protocol has no word for it), `data` its payload; `databricks` are the names of the
    other one and `fields` its payload. `thing` is the key of the registered model it happened to.
    """

    workspace_id: int
    thing: int
    mlflow: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    databricks: tuple[str, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """A notice to the asker; times in ms."""

    id: int
    kind: str
    title: str
    body: str
    url: str
    actor: str
    read_at: int | None
    created_at: int


@dataclass(frozen=True, slots=True)
class ChatRecord:
    """A person's chat without its address, which is a secret; times in ms."""

    host: str
    created_at: int
    failed_at: int | None
    error: str


@dataclass(frozen=True, slots=True)
class ChannelRecord:
    """A workspace's channel without its address; times in ms."""

    id: int
    name: str
    host: str
    kinds: list[str]
    is_active: bool
    created_at: int
    failed_at: int | None
    error: str


@dataclass(frozen=True, slots=True)
class Message:
    """What a notice says. The same `key` reaches a person once."""

    kind: str
    title: str
    url: str
    key: str
    body: str = ""
