"""Files that arrive as one stream."""

import logging
from contextlib import suppress
from dataclasses import dataclass

from django.db import DatabaseError

from apps.artifacts import stores
from apps.artifacts.access import require_root
from apps.artifacts.models import Root, Upload
from apps.artifacts.paths import clean_path
from apps.artifacts.queries.blobs import find_same
from apps.artifacts.services.charging import require_allowance
from apps.artifacts.services.publishing import BlobGone, Content, Guard, publish
from apps.artifacts.stores.base import Store, Writer
from apps.artifacts.streams import BLOCK, Readable, Tally, read_blocks
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import DomainError

log = logging.getLogger(__name__)

BEAT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is safe: its path, its size in bytes, its SHA-256 in hex."""

    path: str
    size: int
    sha256: str


def store(
    actor: Actor, root: str, path: str, stream: Readable, length: int | None = None, *, guard: Guard | None = None
) -> Stored:
    """Take the file `path` of `root` from `stream`; when this returns it survives a power cut, and everybody sees it whole.

    `length` in bytes is what the sender announced; None lets the stream say where it ends. Memory stays flat. An older file
    at the path stays until that moment, and for good if `guard` refuses. Raises Invalid (path), StorageFull (OverQuota before the
    first byte if the length is known), Unavailable when the sender or the store goes away, and what the guard raises.
    """
    require_root(actor, root)
    path = clean_path(path)
    attempt = _Attempt(actor, root, path, length)
    try:
        tally = _receive(attempt, stream, length, guard)
    except DomainError as error:
        attempt.fail(error)
        raise
    return Stored(path, tally.size, tally.sha256)


def _receive(attempt: "_Attempt", stream: Readable, length: int | None, guard: Guard | None) -> Tally:
    left = require_allowance(attempt.actor, attempt.root, attempt.path, length or 0)
    place = stores.current()
    tally = attempt.tally
    writer = place.writer(length)
    attempt.key, attempt.store = writer.key, place.name
    try:
        for block in read_blocks(stream, length):
            tally.add(block)
            if left is not None and tally.size > left:
                left = require_allowance(attempt.actor, attempt.root, attempt.path, tally.size)
            writer.write(block)
            attempt.beat()
        _publish(attempt, place, writer, guard)
    finally:
        writer.discard()
    return tally


def _publish(attempt: "_Attempt", place: Store, writer: Writer, guard: Guard | None) -> None:
    """Share a blob with the same content if there is one; else make ours durable and then visible."""
    tally = attempt.tally
    if shared := find_same(attempt.actor, place, tally.sha256, tally.size):
        try:
            return attempt.publish(Content(tally.sha256, tally.size, place.name, blob_id=shared), guard)
        except BlobGone:
            pass
    key = writer.commit()
    try:
        attempt.publish(Content(tally.sha256, tally.size, place.name, storage_key=key), guard)
    except DomainError:  # refused, so nothing points here; after a lost answer of the database, cleaning looks who is right
        with suppress(DomainError):
            place.delete(key)
        raise


class _Attempt:
    """The upload as its row tells it: none for a small file that arrives, one from the second block on or at a failure."""

    def __init__(self, actor: Actor, root: str, path: str, length: int | None):
        self.actor, self.root, self.path, self.length = actor, root, path, length
        self.tally = Tally()
        self.key = self.store = ""
        self._row: Upload | None = None
        self._next = 0.0

    def publish(self, content: Content, guard: Guard | None) -> None:
        """Show the file; the row, if there is one, goes with it."""
        upload_id = self._row.pk if self._row else ""
        publish(self.actor, self.root, self.path, content, guard=guard, upload_id=upload_id)

    def beat(self) -> None:
        """Say that bytes still come, now and then."""
        if self.tally.size <= BLOCK or clock.monotonic() < self._next:
            return
        self._next = clock.monotonic() + BEAT_SECONDS
        self._save(Upload.State.RECEIVING, "")

    def fail(self, error: DomainError) -> None:
        """Leave a trace on the root; a database that is away must not hide the first error."""
        try:
            self._save(Upload.State.FAILED, error.message)
        except DatabaseError as second:
            log.warning("failed upload of %s not recorded: %s", self.path, second)

    def _save(self, state: str, error: str) -> None:
        now = clock.now()
        if self._row is None:
            root, _ = Root.objects.get_or_create(key=self.root)
            self._row = Upload.objects.create(
                root=root, path=self.path, kind=Upload.Kind.STREAM, state=state, error=error[:1000],
                expected=self.length, arrived=self.tally.size, store=self.store, storage_key=self.key,
                owner_id=self.actor.user_id,
            )  # fmt: skip
            return
        Upload.objects.filter(pk=self._row.pk).update(state=state, arrived=self.tally.size, error=error[:1000], updated_at=now)
