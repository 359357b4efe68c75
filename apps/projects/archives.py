"""Unpacking what a stranger packed: only plain files and folders, only inside, only so many, only so large."""

import bz2
import gzip
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from apps.core.errors import Invalid

BLOCK = 256 * 1024
MAX_HEADER = 1024 * 1024
SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2")
_JUNK = {"__MACOSX", ".DS_Store"}


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest archive that is unpacked: bytes of all files together and number of entries."""

    total_bytes: int = 1024**3
    entries: int = 20_000


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What came out: number of files and their bytes."""

    files: int
    size: int


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    is_folder: bool
    is_executable: bool
    content: Any


def unpack(archive: Path, folder: Path, limits: Limits | None = None) -> Unpacked:
    """Unpack a zip, tar, tar.gz or tar.bz2 (told by its content) into the empty `folder`.

    Raises Invalid for anything else and for links, devices, names that lead outside, doubled names and too much of anything;
    what was written until then stays for the caller to remove.
    """
    limits = limits or Limits()
    with archive.open("rb") as stream:
        head = stream.read(8)
        stream.seek(0)
        try:
            if head.startswith(b"PK"):
                return _write(_zip_entries(stream), folder, limits)
            return _write(_tar_entries(_decompressed(stream, head, limits)), folder, limits)
        except (zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, OSError, NotImplementedError, RuntimeError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise Invalid(f"The archive is damaged or of an unknown kind: {error}") from None


def project_root(folder: Path) -> Path:
    """The folder itself, or the only folder in it: archives made by git hosts wrap everything in one."""
    children = list(folder.iterdir())
    return children[0] if len(children) == 1 and children[0].is_dir() else folder


def _write(entries: Iterator[_Entry], folder: Path, limits: Limits) -> Unpacked:
    files, size, count = set[PurePosixPath](), 0, 0
    folders = {PurePosixPath(".")}
    for entry in entries:
        count += 1
        if count > limits.entries:
            raise Invalid(f"The archive holds more than {limits.entries} entries")
        path = _safe(entry.name)
        if path is None:
            continue
        above = set(path.parents)
        if path in files or above & files or (path in folders and not entry.is_folder):
            raise Invalid(f"The archive holds {entry.name!r} twice")
        folders |= above
        target = folder / path
        if entry.is_folder:
            folders.add(path)
            target.mkdir(parents=True, exist_ok=True)
            continue
        files.add(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        size += _copy(entry, target, limits.total_bytes - size)
    return Unpacked(len(files), size)


def _copy(entry: _Entry, target: Path, room: int) -> int:
    """Bytes written. Counts what really comes out: the sizes in the archive are its author's word."""
    written = 0
    with entry.content() as source, target.open("xb") as sink:
        while block := source.read(BLOCK):
            written += len(block)
            if written > room:
                raise Invalid("The archive unpacks to more bytes than are allowed")
            sink.write(block)
    target.chmod(0o755 if entry.is_executable else 0o644)
    return written


def _safe(name: str) -> PurePosixPath | None:
    """The relative path of an entry, None for what operating systems leave behind. Raises Invalid for a name that leads out."""
    plain = name.replace("\\", "/")
    if not plain or any(ord(letter) < 32 or ord(letter) == 127 for letter in plain):
        raise Invalid(f"The archive holds an impossible name: {name!r}")
    path = PurePosixPath(plain)
    if path.is_absolute() or ".." in path.parts or _has_drive(plain):
        raise Invalid(f"The archive holds a name that leads outside: {name!r}")
    if len(path.parts) > 64 or any(len(part.encode("utf-8", "replace")) > 255 for part in path.parts):
        raise Invalid(f"The archive holds an impossible name: {name[:200]!r}")
    if _JUNK & set(path.parts) or path == PurePosixPath("."):
        return None
    return path


def _has_drive(name: str) -> bool:
    return len(name) > 1 and name[1] == ":" and name[0].isalpha()


def _zip_entries(stream: IO[bytes]) -> Iterator[_Entry]:
    with zipfile.ZipFile(stream) as archive:
        for info in archive.infolist():
            mode = info.external_attr >> 16
            kind = stat.S_IFMT(mode)
            if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
                raise Invalid(f"The archive holds {info.filename!r}, which is a link or a device")
            if info.flag_bits & 1:
                raise Invalid("The archive is encrypted")
            yield _Entry(
                info.filename,
                info.is_dir() or kind == stat.S_IFDIR,
                bool(mode & 0o111),
                lambda info=info: archive.open(info),
            )


def _tar_entries(stream: Any) -> Iterator[_Entry]:
    with tarfile.open(fileobj=stream, mode="r:") as archive:
        for info in archive:
            if info.type in {tarfile.XGLTYPE, tarfile.XHDTYPE}:
                continue
            if not (info.isreg() or info.isdir()):
                raise Invalid(f"The archive holds {info.name!r}, which is a link or a device")
            yield _Entry(info.name, info.isdir(), bool(info.mode & 0o111), lambda info=info: archive.extractfile(info))


def _decompressed(stream: IO[bytes], head: bytes, limits: Limits) -> Any:
    opened: Any = stream
    if head.startswith(b"\x1f\x8b"):
        opened = gzip.GzipFile(fileobj=stream)
    elif head.startswith(b"BZh"):
        opened = bz2.BZ2File(stream)
    elif head.startswith(b"\xfd7zXZ"):
        raise Invalid("xz archives are not unpacked; pack as .zip, .tar or .tar.gz")
    return _Bounded(opened, limits.total_bytes + 2048 * limits.entries)


class _Bounded:
    """A stream for tarfile that neither reads a whole huge header into memory nor goes on for ever in a compressed void."""

    def __init__(self, stream: IO[bytes], limit: int):
        self._stream = stream
        self._limit = limit

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > MAX_HEADER:
            raise Invalid("The archive holds a header that is too large")
        self._check(self._stream.tell() + size)
        return self._stream.read(size)

    def seek(self, place: int, whence: int = 0) -> int:
        if whence != 0:
            raise Invalid("The archive cannot be read in order")
        self._check(place)
        return self._stream.seek(place)

    def tell(self) -> int:
        return self._stream.tell()

    def _check(self, place: int) -> None:
        if place > self._limit:
            raise Invalid("The archive unpacks to more bytes than are allowed")


def remove(folder: Path) -> None:
    """Remove a folder of unpacked or fetched files, whatever modes they have; a missing one is fine."""
    shutil.rmtree(folder, ignore_errors=True)
