"""Bringing all bytes to another store, while the platform goes on. May be killed and run again at any point."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings

from apps.artifacts import stores
from apps.artifacts.access import require_platform
from apps.artifacts.models import Blob
from apps.artifacts.services.charging import charge_store
from apps.artifacts.stores.base import Store
from apps.artifacts.streams import BLOCK
from apps.core.actor import Actor
from apps.core.errors import DomainError, Invalid
from apps.core.transactions import atomic

BATCH = 500


@dataclass(slots=True)
class Moved:
    """Files and bytes that were copied, or would be; those that were there already; what could not be moved, and why."""

    files: int = 0
    size: int = 0
    already: int = 0
    warnings: list[str] = field(default_factory=list)


def move_artifacts(
    actor: Actor, to: str, *, dry_run: bool = False, tell: Callable[[Moved], object] = lambda moved: None
) -> Moved:
    """Copy all bytes to the store at `to` (as MLPLATFORM_ARTIFACT_ROOT names one), and point the rows there.

    Each file keeps its key; it is compared with its SHA-256 as it is read and read back from where it went, before its row says
    so. What the platform stores meanwhile goes where it is set to go: switch MLPLATFORM_ARTIFACT_ROOT, restart, and call this
    again for the rest. Nothing is deleted where the files came from. `tell` is called after each file. Raises Denied, Invalid,
    Unavailable when the new store does not answer.
    """
    require_platform(actor)
    target = stores.at(to) if stores.is_bucket(to) else stores.plain_folder(to)
    folder = _source_folder(to)
    target.probe()
    if not dry_run:
        _remember(to, folder)
    moved, after = Moved(), 0
    while batch := list(Blob.objects.filter(pk__gt=after).exclude(state=Blob.State.DELETING).order_by("pk")[:BATCH]):
        for blob in batch:
            if blob.store == target.name and (blob.store != "local" or target.size(blob.storage_key) == blob.size):
                moved.already += 1
                continue
            _move(actor, blob, _source(blob, folder), target, moved, dry_run)
            tell(moved)
        after = batch[-1].pk
    if to == settings.ARTIFACT_ROOT and not stores.is_bucket(to) and not moved.warnings and not dry_run:
        stores.remember_folder(to)  # nothing is looked for elsewhere any more
    return moved


def _source_folder(to: str) -> str:
    """Where the blobs that are called `local` lie now. Raises Invalid when an earlier move did not come to its end."""
    if to == settings.ARTIFACT_ROOT:
        return stores.former_folder() or stores.local_folder()
    folder = stores.local_folder()
    if folder == to:  # a second run, from a bucket to there
        return folder
    if not stores.is_bucket(to) and stores.is_bucket(settings.ARTIFACT_ROOT) and Blob.objects.filter(store="local").exists():
        raise Invalid(f"Some files still lie in {folder}: move them to {settings.ARTIFACT_ROOT} first")
    return folder


def _remember(to: str, folder: str) -> None:
    """From the first file on readers have to find both what has been moved and what has not."""
    if not stores.is_bucket(to) and stores.is_bucket(settings.ARTIFACT_ROOT):
        stores.remember_folder(to)
    elif to != settings.ARTIFACT_ROOT:
        stores.remember_folder(folder)


def _source(blob: Blob, folder: str) -> Store:
    return stores.plain_folder(folder) if blob.store == "local" else stores.named(blob.store)


def _move(actor: Actor, blob: Blob, source: Store, target: Store, moved: Moved, dry_run: bool) -> None:
    try:
        if not dry_run:
            _copy(blob, source, target)
            if not _point(actor, blob, target):
                target.delete(blob.storage_key)
                return
    except DomainError as error:
        moved.warnings.append(f"{blob.storage_key}: {error.message}")
        return
    moved.files += 1
    moved.size += blob.size


def _copy(blob: Blob, source: Store, target: Store) -> None:
    writer = target.writer(blob.size, blob.storage_key)
    try:
        if _hash(source, blob.storage_key, writer.write) != blob.sha256:
            raise Invalid("the bytes are not those that were stored; it was not moved")
        writer.commit()
    finally:
        writer.discard()
    if _hash(target, blob.storage_key) != blob.sha256:
        raise Invalid("other bytes came back from the new store; it was not moved")


def _hash(store: Store, key: str, take: Callable[[bytes], object] = lambda block: None) -> str:
    digest = hashlib.sha256()
    with store.open(key) as file:
        while block := file.read(BLOCK):
            digest.update(block)
            take(block)
    return digest.hexdigest()


@atomic
def _point(actor: Actor, blob: Blob, target: Store) -> bool:
    """False if the blob has gone meanwhile; a folder that is moved to a folder is called `local` before and after."""
    same = Blob.objects.filter(pk=blob.pk, store=blob.store).exclude(state=Blob.State.DELETING)
    if blob.store == target.name:
        return same.exists()
    if not same.update(store=target.name):
        return False
    charge_store(actor, blob.store, -1, -blob.size)
    charge_store(actor, target.name, 1, blob.size)
    return True
