"""Bytes that leave the platform, written down in the audit: one row for a file or a zip."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from apps.artifacts import delivery, zipping
from apps.artifacts.access import require_root
from apps.artifacts.delivery import Asked, Delivery
from apps.artifacts.paths import base_name, clean_folder
from apps.artifacts.queries import listing, reading
from apps.audit.services import record
from apps.core.actor import Actor
from apps.core.errors import Missing

MAX_SECONDS = 604_800  # what S3 signs at most


@dataclass(frozen=True, slots=True)
class Signed:
    """A URL that gives the bytes to whoever has it, for a while."""

    url: str
    size: int


def download(actor: Actor, root: str, path: str, asked: Asked) -> Delivery:
    """The file for saving. Recorded when its first byte goes, not for each range of it. Raises Missing, Invalid, Unavailable."""
    require_root(actor, root)
    opened = reading.open_file(actor, root, path)
    answer = delivery.deliver(opened, asked)
    if answer.starts:
        _record(actor, root, opened.path, opened.size)
    return answer


def download_zip(actor: Actor, root: str, path: str = "") -> Iterator[bytes]:
    """A zip of the folder, names relative to it, written while it is read. Raises Missing if there is no file in it."""
    require_root(actor, root)
    folder = clean_folder(path)
    entries = listing.list_tree(actor, root, folder)
    if not entries:
        raise Missing(f"No such artifact: {folder or 'the run has none'}")
    _record(actor, root, f"{folder}/", sum(entry.size or 0 for entry in entries))
    skip = len(folder) + 1 if folder and entries[0].path != folder else len(folder) - len(base_name(folder))
    return zipping.zip_blocks(_members(actor, root, [entry.path for entry in entries], skip))


def sign_download(actor: Actor, root: str, path: str, seconds: int = 300) -> Signed:
    """A URL of the store itself. Raises Unsupported where clients cannot reach the store, Missing."""
    require_root(actor, root)
    opened = reading.open_file(actor, root, path)
    seconds = max(1, min(seconds, MAX_SECONDS))
    url = opened.store.sign_read(opened.storage_key, delivery.disposition(opened.name), seconds)
    _record(actor, root, opened.path, opened.size)
    return Signed(url, opened.size)


def _members(actor: Actor, root: str, paths: list[str], skip: int) -> Iterator[tuple[str, datetime, Iterator[bytes]]]:
    """Opened one after the other, when the zip comes to them; a file that was deleted meanwhile is left out."""
    for path in paths:
        try:
            opened = reading.open_file(actor, root, path)
        except Missing:
            continue
        yield path[skip:], opened.modified, opened.blocks()


def _record(actor: Actor, root: str, path: str, size: int) -> None:
    record(
        actor, "artifact.download", noun="artifact", noun_id=root, name=path, workspace=actor.workspace, details={"bytes": size}
    )
