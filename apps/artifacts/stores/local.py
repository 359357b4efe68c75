"""A folder as store. What it acknowledges is on the disk: the bytes, their name, and the names of the folders above."""

import errno
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from apps.artifacts.stores.base import Found, Part, Writer
from apps.artifacts.stores.files import DurableFile
from apps.artifacts.stores.keys import BLOBS, new_key
from apps.artifacts.streams import BLOCK, Readable, Tally, read_blocks
from apps.core.errors import Invalid, Missing, StorageFull, Unavailable, Unsupported

STAGING = "staging"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class LocalStore:
    """Blobs below `folder`. Staging is a folder beside them, on the same file system, so that a rename publishes.

    `former` is where they lay before: what has not been copied from there is read and deleted there.
    """

    name = "local"
    signs_urls = False

    def __init__(self, folder: Path, former: Path | None = None):
        self.folder, self._former = folder, former
        self.staging = folder / STAGING
        self._prepared = False

    def prepare_once(self) -> None:
        """`prepare`, the first time in this process."""
        if not self._prepared:
            self.prepare()

    def prepare(self) -> None:
        """Make all folders and wait until their names are on the disk.

        All 256 at once: made one by one, a second writer could find a folder whose name the first has not yet synced,
        and acknowledge a blob that a power cut takes away with its folder.
        """
        with _translated():
            self.staging.mkdir(parents=True, exist_ok=True)
            for number in range(256):
                (self.folder / BLOBS / f"{number:02x}").mkdir(parents=True, exist_ok=True)
            for folder in (self.folder / BLOBS, self.folder, self.folder.parent):
                _sync_folder(folder)
        self._prepared = True

    def writer(self, length: int | None, key: str = "") -> Writer:
        """Refuses at once what cannot fit: better than to fill the disk for everybody and then give up."""
        if length is not None and length > self.free_bytes():
            raise StorageFull(f"{length} bytes do not fit on the artifact disk")
        return LocalWriter(self, key)

    def open(self, key: str, start: int = 0, end: int | None = None) -> BinaryIO:
        with _translated():
            try:
                file = self._found(key).open("rb", buffering=0)
            except FileNotFoundError:
                raise Missing("The bytes of this artifact are missing in the store") from None
            file.seek(start)
            return file  # FileIO reads like a BinaryIO; the reader stops at `end`

    def size(self, key: str) -> int | None:
        with _translated():
            try:
                return self._found(key).stat().st_size
            except FileNotFoundError:
                return None

    def local_path(self, key: str) -> Path:
        """Where the bytes lie."""
        return self._path(key)

    def delete(self, key: str) -> bool:
        with _translated():
            try:
                self._found(key).unlink()
                if self._former:
                    (self._former / key).unlink(missing_ok=True)
            except FileNotFoundError:
                return False
            return True

    def walk(self) -> Iterator[Found]:
        for folder in sorted((self.folder / BLOBS).glob("??")):
            with os.scandir(folder) as entries:
                for entry in entries:
                    with suppress(FileNotFoundError):  # deleted since the folder was read
                        stat = entry.stat()
                        yield Found(f"{BLOBS}/{folder.name}/{entry.name}", stat.st_size, _utc(stat.st_mtime))

    def sweep(self, before: datetime, keep: set[str], remove: bool = True) -> list[str]:
        gone = []
        kept = {self._parts(key).name for key in keep}
        for path in sorted(self.staging.iterdir()) if self.staging.is_dir() else []:
            with suppress(FileNotFoundError):
                if path.name not in kept and _newest(path) < before:
                    if remove:
                        _remove(path)
                    gone.append(path.name)
        return gone

    def begin_parts(self) -> tuple[str, str]:
        key = new_key()
        with _translated():
            self._parts(key).mkdir(parents=True)
        return key, ""

    def put_part(self, key: str, remote_id: str, number: int, stream: Readable, length: int | None) -> str:
        folder = self._parts(key)
        if not folder.is_dir():
            raise Missing("This upload is over")
        temporary = folder / f".{uuid.uuid4().hex}.tmp"
        tally = Tally()
        try:
            with _translated(), temporary.open("xb", buffering=0) as file:
                for block in read_blocks(stream, length):
                    tally.add(block)
                    _write(file, block)
                temporary.rename(folder / f"{number:05d}")
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        return tally.sha256

    def join_parts(self, key: str, remote_id: str, parts: list[Part], beat: Callable[[int], None]) -> Tally:
        writer = LocalWriter(self, key)
        tally = Tally()
        try:
            for part in parts:
                for block in self._part_blocks(key, part):
                    tally.add(block)
                    writer.write(block)
                    beat(tally.size)
            writer.commit()
        finally:
            writer.discard()
        return tally

    def drop_parts(self, key: str, remote_id: str) -> None:
        shutil.rmtree(self._parts(key), ignore_errors=True)

    def sign_part(self, key: str, remote_id: str, number: int, seconds: int) -> str:
        raise Unsupported("A folder has no addresses of its own")

    def sign_read(self, key: str, name: str, seconds: int) -> str:
        raise Unsupported("A folder has no addresses of its own")

    def probe(self) -> None:
        """Whether the folder is there and may be written to."""
        self.prepare_once()
        if not os.access(self.staging, os.W_OK | os.X_OK):
            raise Unavailable(f"The artifact folder may not be written to by user {os.geteuid()}")

    def ping(self) -> None:
        """Whether a byte can be written."""
        with _translated():
            self.staging.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self.staging, prefix=".ready-")
            try:
                os.write(descriptor, b"1")
            finally:
                os.close(descriptor)
                os.unlink(name)

    def free_bytes(self) -> int:
        """Bytes that may still be written."""
        self.prepare_once()
        with _translated():
            return shutil.disk_usage(self.staging).free

    def _path(self, key: str) -> Path:
        return self.folder / key

    def _found(self, key: str) -> Path:
        """Where it lies now."""
        path = self._path(key)
        return path if self._former is None or path.exists() else self._former / key

    def _parts(self, key: str) -> Path:
        return self.staging / f"{key.rpartition('/')[2]}.parts"

    def _part_blocks(self, key: str, part: Part) -> Iterator[bytes]:
        tally = Tally()
        try:
            file = (self._parts(key) / f"{part.number:05d}").open("rb", buffering=0)
        except FileNotFoundError:
            raise Invalid(f"Part {part.number} has not arrived") from None
        with _translated(), file:
            while block := file.read(BLOCK):
                tally.add(block)
                yield block
        if tally.sha256 != part.etag:
            raise Invalid(f"Part {part.number} is not the one that arrived: its ETag differs")


class LocalWriter:
    """A file in staging that becomes a blob by one rename."""

    def __init__(self, store: LocalStore, key: str = ""):
        self._store = store
        self.key = key or new_key()
        self._temporary = store.staging / f".{uuid.uuid4().hex}.tmp"
        with _translated():
            store.prepare_once()
            try:
                self._file = DurableFile(self._temporary)
            except FileNotFoundError:
                store.prepare()
                self._file = DurableFile(self._temporary)

    def write(self, block: bytes) -> None:
        with _translated():
            self._file.write(block)

    def commit(self) -> str:
        target = self._store.local_path(self.key)
        with _translated():
            self._file.sync()
            self._file.close()
            try:
                self._temporary.rename(target)
            except FileNotFoundError:  # somebody removed the folders of a running server
                self._store.prepare()
                self._temporary.rename(target)
            _sync_folder(target.parent)
        return self.key

    def discard(self) -> None:
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self._temporary.unlink(missing_ok=True)


def _write(file, block: bytes) -> None:  # a raw file: `write` may take less than it is given
    view = memoryview(block)
    while view:
        view = view[file.write(view) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull("The artifact disk is full") from error
        raise Unavailable(f"The artifact folder cannot be used: {error.strerror or error}", retry_after=5) from error


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _newest(path: Path) -> datetime:
    """When anything at or directly in `path` last changed."""
    times = [path.stat().st_mtime, *(entry.stat().st_mtime for entry in (path.iterdir() if path.is_dir() else ()))]
    return _utc(max(times))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
