"""Writing a file that has to be on the disk when it is done.

What goes through the page cache is copied there and then waited for until the kernel has written it back: an upload of 200 MB
took 0.66 s for 0.17 s of the disk's work. So all but the beginning of a large file goes past it (O_DIRECT, see open(2)), which
also leaves the cache to what is read often. Not every file system can do that; then it is written as usual.
"""

import errno
import fcntl
import mmap
import os
from contextlib import suppress
from pathlib import Path

from apps.artifacts.streams import BLOCK

# Bytes. What is smaller will probably be read soon, and the cache is faster than the disk. Direct writes begin here, whole blocks
# from memory of whole pages: disks want place, length and memory to be multiples of 512 or 4,096.
LARGE = 4 * BLOCK
_DIRECT: int = getattr(os, "O_DIRECT", 0)


class DurableFile:
    """A new file. Methods raise OSError; `close` may be called at any time and again."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        self._size = 0
        self._buffer: mmap.mmap | None = None  # aligned memory, once the file is written directly
        self._filled = 0
        self._may_be_direct = bool(_DIRECT)

    def write(self, block: bytes) -> None:
        """Append."""
        view = memoryview(block)
        if self._buffer is None and self._may_be_direct and self._size + len(view) > LARGE:
            beginning, view = view[: LARGE - self._size], view[LARGE - self._size :]
            self._append(beginning)
            self._begin_direct()
        if self._buffer is None:
            self._append(view)
        else:
            self._collect(view)

    def sync(self) -> None:
        """Wait until all of it is on the disk."""
        self._end_direct()
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Let go of it."""
        if self._buffer is not None:
            self._buffer.close()
            self._buffer = None
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _append(self, view: memoryview) -> None:
        """Write may take less than it is given."""
        while view:
            taken = os.write(self._descriptor, view)
            self._size += taken
            view = view[taken:]

    def _begin_direct(self) -> None:
        try:
            self._set_direct(_DIRECT)
        except OSError:  # this file system cannot
            self._may_be_direct = False
        else:
            self._buffer = mmap.mmap(-1, BLOCK)

    def _set_direct(self, flag: int) -> None:
        flags = fcntl.fcntl(self._descriptor, fcntl.F_GETFL)
        fcntl.fcntl(self._descriptor, fcntl.F_SETFL, (flags & ~_DIRECT) | flag)

    def _collect(self, view: memoryview) -> None:
        while view:
            if self._buffer is None:  # it turned out that it cannot be direct
                return self._append(view)
            taken = min(len(view), BLOCK - self._filled)
            self._buffer[self._filled : self._filled + taken] = view[:taken]
            self._filled += taken
            view = view[taken:]
            if self._filled == BLOCK:
                self._write_buffer()
        return None

    def _write_buffer(self) -> None:
        """All of the full buffer; by way of the cache where a write was refused or ended at an odd place."""
        assert self._buffer is not None
        try:
            taken = os.write(self._descriptor, self._buffer)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            taken = 0
        self._size += taken
        if taken == BLOCK:
            self._filled = 0
            return
        self._give_up_direct(self._buffer[taken:])

    def _give_up_direct(self, rest: bytes) -> None:
        assert self._buffer is not None
        self._buffer.close()
        self._buffer, self._filled, self._may_be_direct = None, 0, False
        with suppress(OSError):
            self._set_direct(0)
        self._append(memoryview(rest))

    def _end_direct(self) -> None:
        """The end of the file is no whole block."""
        if self._buffer is not None:
            self._give_up_direct(self._buffer[: self._filled])
