"""From bytes in a store to a name in a root: the one transaction that makes an upload visible."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.query import QuerySet

from apps.artifacts.access import require_actor, require_root
from apps.artifacts.conflicts import settled
from apps.artifacts.models import Artifact, Blob, Root, Upload
from apps.artifacts.models.blobs import GRACE
from apps.artifacts.paths import ancestors, base_name
from apps.artifacts.services.charging import Change, charge, require_room
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import Invalid
from apps.core.transactions import atomic

Guard = Callable[[], object]
"""Asked inside the transaction, before an existing file is replaced by other content or removed; raises to refuse. The room
above knows why a root may be frozen, and can lock what it looks at until the transaction ends."""


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes by their hash, and where they lie: in `blob_id` that exists, or at `storage_key`, confirmed and without a row."""

    sha256: str
    size: int
    store: str
    storage_key: str = ""
    blob_id: int | None = None


class BlobGone(Exception):
    """The blob that was to be shared is being deleted: write the bytes after all."""


@settled
@atomic
def publish(actor: Actor, root: str, path: str, content: Content, *, guard: Guard | None = None, upload_id: str = "") -> None:
    """Point `path` to the content, and note it in the upload that brought it.

    `guard` may refuse to replace an existing file by other content. Raises BlobGone, Invalid (a file in the place of a
    folder, or the reverse), OverQuota, Conflict, and what the guard raises.
    """
    require_root(actor, root)
    row, _ = Root.objects.get_or_create(key=root)
    blob_id = _take_blob(content)
    before = _point(actor, _make_folders(row, path), path, blob_id, guard)
    if before is not None:
        require_room(actor, root, content.size - sum(size for _, _, size in before))
        changes = [*((person, -files, -size) for person, files, size in before), (actor.user_id, 1, content.size)]
        charge(actor, root, changes, to_store=content.store if content.blob_id is None else "")
    _end_uploads(row, path, upload_id)


def _end_uploads(root: Root, path: str, upload_id: str) -> None:
    """The file is there: earlier failures are no news any more, and a stream's row has nothing more to tell."""
    Upload.objects.filter(pk=upload_id, kind=Upload.Kind.MULTIPART).update(state=Upload.State.STORED, updated_at=clock.now())
    Upload.objects.filter(Q(pk=upload_id, kind=Upload.Kind.STREAM) | Q(root=root, path=path, state=Upload.State.FAILED)).delete()


def _take_blob(content: Content) -> int:
    if content.blob_id is None:
        return Blob.objects.create(
            sha256=content.sha256, size=content.size, store=content.store, storage_key=content.storage_key
        ).pk
    now = clock.now()
    kept = Blob.objects.filter(pk=content.blob_id, state=Blob.State.STORED)
    if kept.filter(touched_at__gt=now - GRACE / 2).exists() or kept.update(touched_at=now):
        return content.blob_id
    raise BlobGone


def _make_folders(root: Root, path: str) -> Artifact:
    """The folder that `path` lies in, with all above it."""
    wanted = ancestors(path)
    known = {row.path: row for row in Artifact.objects.filter(root=root, path__in=wanted)}
    parent: Artifact | None = None
    for folder in wanted:
        row = known.get(folder)
        if row is None:
            row, _ = Artifact.objects.get_or_create(
                root=root, path=folder, defaults={"parent": parent, "name": base_name(folder)}
            )
        if row.blob_id is not None:
            raise Invalid(f"Invalid path: {folder!r} is a file, not a folder")
        parent = row
    assert parent is not None
    return parent


def _point(actor: Actor, folder: Artifact, path: str, blob_id: int, guard: Guard | None) -> list[Change] | None:
    """Whose files this takes away; None if the path has this very blob already."""
    now = clock.now()
    row, created = Artifact.objects.select_for_update().get_or_create(
        root_id=folder.root_id,
        path=path,
        defaults={
            "parent": folder, "name": base_name(path), "blob_id": blob_id, "owner_id": actor.user_id,
            "created_at": now, "updated_at": now,
        },
    )  # fmt: skip
    if created:
        return []
    if row.blob_id == blob_id:
        return None
    if row.blob_id is None:
        raise Invalid(f"Invalid path: {path!r} is a folder, not a file")
    if guard:
        guard()
    release_blobs(actor, Artifact.objects.filter(pk=row.pk))
    Artifact.objects.filter(pk=row.pk).update(blob_id=blob_id, owner_id=actor.user_id, updated_at=now)
    return [(row.owner_id, 1, row.blob.size)] if row.blob else []


def release_blobs(actor: Actor, rows: QuerySet[Artifact]) -> None:
    """Start the grace period of the blobs of `rows`, which lose a pointer in this transaction."""
    require_actor(actor)
    now = clock.now()
    stale = Blob.objects.filter(pk__in=rows.values("blob_id"), touched_at__lte=now - GRACE / 2)
    stale.update(touched_at=now)
