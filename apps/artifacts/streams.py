"""Bytes on their way in, in blocks, so that memory does not grow with the file. Pure."""

import hashlib
from collections.abc import Iterator
from typing import Protocol

from apps.core.errors import Unavailable

BLOCK = 1024 * 1024


class Readable(Protocol):
    """Anything with `read(size)`; b"" is its end."""

    def read(self, size: int, /) -> bytes: ...


class Tally:
    """Size in bytes and SHA-256 of what went by."""

    def __init__(self) -> None:
        self.size = 0
        self._hash = hashlib.sha256()

    def add(self, block: bytes) -> None:
        """Count one block."""
        self._hash.update(block)
        self.size += len(block)

    @property
    def sha256(self) -> str:
        """64 lower-case hex digits."""
        return self._hash.hexdigest()


def read_blocks(stream: Readable, length: int | None) -> Iterator[bytes]:
    """The blocks of a body of `length` bytes, or of one that says itself where it ends (chunked) if that is None.

    Raises Unavailable if the sender stops early: what arrived must not be taken for the file, and sending again helps.
    """
    arrived = 0
    while length is None or arrived < length:
        block = _read(stream, BLOCK if length is None else min(BLOCK, length - arrived), arrived)
        if not block:
            break
        arrived += len(block)
        yield block
    if length is not None and arrived < length:
        raise _cut(arrived, f" of {length}")


def _read(stream: Readable, size: int, arrived: int) -> bytes:
    try:
        return stream.read(size)
    except OSError as error:  # the peer went away, or its chunks do not add up
        raise _cut(arrived, "") from error


def _cut(arrived: int, expected: str) -> Unavailable:
    return Unavailable(f"The upload was cut off after {arrived}{expected} bytes", retry_after=1)
