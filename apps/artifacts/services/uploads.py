"""Files that arrive as one stream."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass

from django.db import DatabaseError, IntegrityError, connection

from apps.artifacts import stores
from apps.artifacts.access import require_root
from apps.artifacts.models import Root, Upload
from apps.artifacts.paths import clean_path
from apps.artifacts.queries.blobs import find_same
from apps.artifacts.queries.uses import experiment_of
from apps.artifacts.services.charging import require_allowance
from apps.artifacts.services.publishing import BlobGone, Content, Guard, publish
from apps.artifacts.sql import new_files
from apps.artifacts.sql.new_files import NewFile, Place
from apps.artifacts.stores.base import Store, Writer
from apps.artifacts.streams import BLOCK, Readable, Tally, read_blocks
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import DomainError
from apps.core.together import together
from apps.core.transactions import savepoint

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
    at the path stays until that moment, and for good if `guard` refuses. Raises Invalid (path), StorageFull (OverQuota before
    the first byte of a file that is known to be large), Unavailable when the sender or the store goes away, and what the guard
    raises.
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
    place = stores.current()
    attempt.store = place.name
    if length is not None and length <= BLOCK:
        _receive_small(attempt, place, stream, length, guard)
    else:
        _receive_large(attempt, place, stream, length, guard)
    return attempt.tally


def _receive_large(attempt: "_Attempt", place: Store, stream: Readable, length: int | None, guard: Guard | None) -> None:
    """Block by block into the store, which shows nothing of them yet."""
    left = require_allowance(attempt.actor, attempt.root, attempt.path, length or 0)
    tally = attempt.tally
    with _writing(attempt, place, length) as writer:
        for block in read_blocks(stream, length):
            tally.add(block)
            if left is not None and tally.size > left:
                left = require_allowance(attempt.actor, attempt.root, attempt.path, tally.size)
            writer.write(block)
            attempt.beat()
        if not _share(attempt, place, guard):
            key = writer.commit()
            with _undone_if_refused(place, key):
                attempt.publish(attempt.content(place, key), guard)


def _receive_small(attempt: "_Attempt", place: Store, stream: Readable, length: int, guard: Guard | None) -> None:
    """Into memory: what is to become of it can then be asked for at once, and the store is not troubled with what it has."""
    blocks = []
    for block in read_blocks(stream, length):
        attempt.tally.add(block)
        blocks.append(block)
    file = attempt.as_new_file(place)
    where = new_files.find_place(file) if file else None
    if file and where and where.is_fresh and place.size(where.storage_key) == file.size and _add(attempt.actor, file, where):
        return
    if not where:
        require_allowance(attempt.actor, attempt.root, attempt.path, attempt.tally.size)
    if not (where and where.blob_id is None) and _share(attempt, place, guard):
        return
    with _writing(attempt, place, length) as writer:
        for block in blocks:
            writer.write(block)
        key = writer.commit()
    with _undone_if_refused(place, key):
        if not (file and where and _add(attempt.actor, file, where, key)):
            attempt.publish(attempt.content(place, key), guard)


@contextmanager
def _writing(attempt: "_Attempt", place: Store, length: int | None) -> Iterator[Writer]:
    """A writer of the store, of which nothing stays that was not committed."""
    writer = place.writer(length)
    attempt.key = writer.key
    try:
        yield writer
    finally:
        writer.discard()


def _share(attempt: "_Attempt", place: Store, guard: Guard | None) -> bool:
    """Whether there is a blob with the same content, which the path now has."""
    tally = attempt.tally
    shared = find_same(attempt.actor, place, tally.sha256, tally.size)
    if not shared:
        return False
    try:
        attempt.publish(Content(tally.sha256, tally.size, place.name, blob_id=shared), guard)
    except BlobGone:
        return False
    return True


def _add(actor: Actor, file: NewFile, where: Place, key: str = "") -> bool:
    """Whether it could simply be added, with the content at `key` or that of the blob there is; else another has just been at
    this path or its folder."""
    require_root(actor, file.root)
    try:
        with savepoint() if connection.in_atomic_block else nullcontext():
            _add_together(file, where, key)
    except IntegrityError:
        return False
    return True


_add_together = together(new_files.add)


@contextmanager
def _undone_if_refused(place: Store, key: str) -> Iterator[None]:
    """Nothing points to the bytes when publishing is refused; after a lost answer of the database, cleaning decides."""
    try:
        yield
    except DomainError:
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

    def as_new_file(self, place: Store) -> NewFile | None:
        """What `new_files` needs to know; None if the sender has no number."""
        if self.actor.user_id is None:
            return None
        experiment = experiment_of(self.actor, self.root)
        return NewFile(self.root, self.path, self.tally.sha256, self.tally.size, place.name, experiment, self.actor.user_id)

    def content(self, place: Store, key: str) -> Content:
        """What has arrived, at `key`."""
        return Content(self.tally.sha256, self.tally.size, place.name, storage_key=key)

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
