"""Uploads that are under way or failed: what a run should have and has not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.artifacts.access import require_root
from apps.artifacts.models import Upload
from apps.core import clock
from apps.core.actor import Actor

SILENCE = timedelta(seconds=90)
"""A stream that gives no sign for so long has lost its worker."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A file that did not arrive, or not yet. `expected` is None where the sender did not say how many bytes would come."""

    id: str
    path: str
    state: str
    expected: int | None
    arrived: int
    error: str
    started: datetime
    updated: datetime


def unfinished(actor: Actor, root: str, limit: int = 200) -> list[Attempt]:
    """The newest attempt of each path that has not succeeded since, newest first."""
    require_root(actor, root)
    rows = Upload.objects.filter(root__key=root).exclude(state__in=[Upload.State.STORED, Upload.State.ABORTED])
    newest: dict[str, Attempt] = {}
    for row in rows.order_by("-updated_at")[: limit * 2]:
        newest.setdefault(row.path, _attempt(row))
    return list(newest.values())[:limit]


def _attempt(row: Upload) -> Attempt:
    state, error = row.state, row.error
    lost = row.kind == Upload.Kind.STREAM and state == Upload.State.RECEIVING and row.updated_at < clock.now() - SILENCE
    if lost:
        state, error = Upload.State.FAILED, "The upload stopped without an end: its sender or its worker died"
    return Attempt(row.pk, row.path, state, row.expected, row.arrived, error, row.created_at, row.updated_at)
