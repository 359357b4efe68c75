"""What every store of bytes can do. Keys are random and written once; names, folders and permissions are not its business."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from apps.artifacts.streams import Readable, Tally


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart upload, as the client confirms it."""

    number: int  # from 1
    etag: str


@dataclass(frozen=True, slots=True)
class Found:
    """Something that lies in the store."""

    key: str
    size: int
    modified: datetime


class Writer(Protocol):
    """Bytes on their way to one key. Nothing is to be seen of them until `commit` has returned."""

    key: str

    def write(self, block: bytes) -> None:
        """Take one block. Raises StorageFull, Unavailable."""

    def commit(self) -> str:
        """Make it durable; the key. After this returns, the bytes survive a power cut. Raises StorageFull, Unavailable."""

    def discard(self) -> None:
        """Forget everything; does nothing after `commit`. Never raises."""


class Store(Protocol):
    """A place for bytes. Each method raises Unavailable when the place does not answer, within 30 s."""

    name: str
    """What blobs remember of where they lie: `local`, or `s3://bucket/prefix`."""
    signs_urls: bool
    """Whether clients may be sent to the store itself (`sign_read`, `sign_part`)."""

    def writer(self, length: int | None, key: str = "") -> Writer:
        """Begin to write to a new key, or to one that bytes have in another store; `length` in bytes, if it is known."""

    def open(self, key: str, start: int = 0, end: int | None = None) -> BinaryIO:
        """The bytes from `start` to before `end`, to read and close. Raises Missing."""

    def size(self, key: str) -> int | None:
        """Bytes at `key`, None if there is nothing."""

    def delete(self, key: str) -> bool:
        """Remove; False if there was nothing."""

    def walk(self) -> Iterator[Found]:
        """All committed keys, in no particular order."""

    def sweep(self, before: datetime, keep: set[str], remove: bool = True) -> list[str]:
        """Remove what uploads left behind and nobody has touched since `before`; not for the keys to `keep`. What it was."""

    def begin_parts(self) -> tuple[str, str]:
        """Begin a multipart upload: (key, remote id)."""

    def put_part(self, key: str, remote_id: str, number: int, stream: Readable, length: int | None) -> str:
        """Take part `number` again or for the first time; its ETag without quotes. Raises StorageFull, Unavailable."""

    def join_parts(self, key: str, remote_id: str, parts: list[Part], beat: Callable[[int], None]) -> Tally:
        """Make the key of the parts, durable, and hash it; may be called again until `drop_parts`.

        `beat` is called with the bytes done, every block. Raises Invalid when the parts are not those that came.
        """

    def drop_parts(self, key: str, remote_id: str) -> None:
        """Forget a multipart upload; does nothing if there is none."""

    def sign_part(self, key: str, remote_id: str, number: int, seconds: int) -> str:
        """A URL to PUT part `number` to without credentials. Raises Unsupported."""

    def sign_read(self, key: str, name: str, seconds: int) -> str:
        """A URL to GET the bytes from, saved as `name`. Raises Unsupported."""

    def probe(self) -> None:
        """Ask the least that shows whether the store is there. Raises Unavailable."""

    def ping(self) -> None:
        """The same in haste, for whoever asks every few seconds and does not wait long. Raises Unavailable."""
