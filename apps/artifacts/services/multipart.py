"""Files that arrive in parts, in parallel, in any order, each as often as the client likes; and are published in one moment."""

import time
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db.models import F

from apps.artifacts import stores
from apps.artifacts.access import require_root
from apps.artifacts.models import Root, Upload
from apps.artifacts.paths import clean_path
from apps.artifacts.queries.blobs import find_same
from apps.artifacts.services.charging import require_allowance
from apps.artifacts.services.publishing import BlobGone, Content, Guard, publish
from apps.artifacts.services.uploads import Stored
from apps.artifacts.stores.base import Part
from apps.artifacts.streams import Readable, Tally
from apps.artifacts.tickets import LIFE, part_ticket, require_part_ticket
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import DomainError, Invalid, Missing, Unavailable

MAX_PARTS = 10_000
SILENCE = timedelta(seconds=60)
"""Joining gives a sign every few seconds; after so long without one its process is dead and another may go on."""
WAIT_SECONDS = 20
BEAT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Door:
    """Where one part goes: `url` in the store itself if that is open to clients, else `ticket` for `receive_part`."""

    number: int
    url: str
    ticket: str


@dataclass(frozen=True, slots=True)
class Begun:
    """An upload that waits for its parts."""

    upload_id: str
    doors: list[Door]


def create(actor: Actor, root: str, path: str, parts: int) -> Begun:
    """Begin an upload of `path` in 1 to 10,000 parts. Nothing is seen of it in lists until `complete`. Raises Invalid."""
    require_root(actor, root)
    path = clean_path(path)
    if not 1 <= parts <= MAX_PARTS:
        raise Invalid(f"Invalid value {parts} for parameter 'num_parts' supplied: it must be from 1 to {MAX_PARTS}")
    store = stores.current()
    key, remote_id = store.begin_parts()
    tree, _ = Root.objects.get_or_create(key=root)
    row = Upload.objects.create(
        root=tree, path=path, kind=Upload.Kind.MULTIPART, store=store.name, storage_key=key, remote_id=remote_id,
        parts=parts, owner_id=actor.user_id,
    )  # fmt: skip
    return Begun(row.pk, [_door(store, row, number) for number in range(1, parts + 1)])


def _door(store: stores.Store, row: Upload, number: int) -> Door:
    if store.signs_urls:
        return Door(number, store.sign_part(row.storage_key, row.remote_id, number, int(LIFE.total_seconds())), "")
    return Door(number, "", part_ticket(row.pk, number))


def receive_part(actor: Actor, ticket: str, stream: Readable, length: int | None) -> str:
    """Take one part, for the first time or again; its ETag without quotes.

    The ticket is the permission, so the actor may be anonymous. Raises Denied, Missing when the upload is over, StorageFull
    (OverQuota when what came so far is too much for whoever began it), Unavailable.
    """
    upload_id, number = require_part_ticket(ticket)
    row = Upload.objects.select_related("root").filter(pk=upload_id, state=Upload.State.RECEIVING).first()
    if row is None:
        raise Missing("This upload is over")
    # Parts that were sent again count again in `arrived`: half of it has surely come once. Completion counts exactly.
    owner = replace(actor, user_id=row.owner_id, kind="person")
    require_allowance(owner, row.root.key, row.path, max(length or 0, row.arrived // 2))
    etag = stores.named(row.store).put_part(row.storage_key, row.remote_id, number, stream, length)
    live = Upload.objects.filter(pk=upload_id, state=Upload.State.RECEIVING)
    live.update(arrived=F("arrived") + (length or 0), updated_at=clock.now())
    return etag


def complete(
    actor: Actor, root: str, path: str, upload_id: str, parts: list[Part], *, guard: Guard | None = None
) -> Stored | None:
    """Join the parts, hash the whole and publish it; None if that was done before: it may be sent again, also meanwhile.

    Raises Missing (no such upload), Invalid (parts that are not those that came), Unavailable while another call is at it,
    StorageFull, and what the guard raises.
    """
    require_root(actor, root)
    path = clean_path(path)
    row = _claim(root, path, upload_id)
    if row is None:
        return None
    store = stores.named(row.store)
    try:
        tally = store.join_parts(row.storage_key, row.remote_id, _in_order(parts), _Beat(row))
        _publish(actor, row, root, store, tally, guard)
    except DomainError as error:
        Upload.objects.filter(pk=row.pk, state=Upload.State.ASSEMBLING).update(
            state=Upload.State.RECEIVING, error=error.message[:1000], updated_at=clock.now()
        )
        raise
    store.drop_parts(row.storage_key, row.remote_id)
    return Stored(path, tally.size, tally.sha256)


def abort(actor: Actor, root: str, path: str, upload_id: str) -> None:
    """Forget an upload and its parts; nothing happens if it is over. Raises Missing, Invalid."""
    require_root(actor, root)
    row = _find(root, clean_path(path), upload_id)
    if Upload.objects.filter(pk=row.pk, state=Upload.State.RECEIVING).update(state=Upload.State.ABORTED, updated_at=clock.now()):
        stores.named(row.store).drop_parts(row.storage_key, row.remote_id)


def _find(root: str, path: str, upload_id: str) -> Upload:
    row = Upload.objects.filter(pk=upload_id, root__key=root, kind=Upload.Kind.MULTIPART).first()
    if row is None:
        raise Missing(f"No such upload: {upload_id}")
    if row.path != path:
        raise Invalid(f"Invalid path: this upload was begun for {row.path!r}")
    return row


def _claim(root: str, path: str, upload_id: str) -> Upload | None:
    """The upload, for us to finish; None if it is stored. Waits for another call that is at it, which may come to an end."""
    deadline = clock.monotonic() + WAIT_SECONDS
    while True:
        row = _find(root, path, upload_id)
        if row.state == Upload.State.STORED:
            return None
        if row.state in {Upload.State.ABORTED, Upload.State.FAILED}:
            raise Missing(f"This upload is over: {row.error or 'it was aborted'}")
        free = row.state == Upload.State.RECEIVING or row.updated_at < clock.now() - SILENCE
        if free and _take(row):
            return row
        if clock.monotonic() > deadline:
            raise Unavailable("The parts are being joined", retry_after=5)
        time.sleep(0.3)


def _take(row: Upload) -> bool:
    same = Upload.objects.filter(pk=row.pk, state=row.state, updated_at=row.updated_at)
    return same.update(state=Upload.State.ASSEMBLING, error="", updated_at=clock.now()) == 1


def _in_order(parts: list[Part]) -> list[Part]:
    ordered = sorted(parts, key=lambda part: part.number)
    numbers = [part.number for part in ordered]
    if not parts or len(set(numbers)) != len(numbers):
        raise Invalid("Invalid value for parameter 'parts' supplied: name each part once")
    return ordered


def _publish(actor: Actor, row: Upload, root: str, store: stores.Store, tally: Tally, guard: Guard | None) -> None:
    """As for a stream: content that is here already is shared, and what we joined goes."""
    if shared := find_same(actor, store, tally.sha256, tally.size):
        try:
            content = Content(tally.sha256, tally.size, store.name, blob_id=shared)
            publish(actor, root, row.path, content, guard=guard, upload_id=row.pk)
            store.delete(row.storage_key)
            return
        except BlobGone:
            pass
    content = Content(tally.sha256, tally.size, store.name, storage_key=row.storage_key)
    publish(actor, root, row.path, content, guard=guard, upload_id=row.pk)


class _Beat:
    """Keeps the row's heart beating while bytes are joined."""

    def __init__(self, row: Upload):
        self._row, self._next = row, 0.0

    def __call__(self, done: int) -> None:
        if clock.monotonic() >= self._next:
            self._next = clock.monotonic() + BEAT_SECONDS
            Upload.objects.filter(pk=self._row.pk).update(updated_at=clock.now(), arrived=done)
