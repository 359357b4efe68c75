"""The log of a job: a file of lines with the time in front, masked and bounded, that can be read while it grows."""

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from apps.core import clock
from apps.runtime.limits import MIB, size_text
from apps.runtime.masking import Masker

LONGEST_LINE = 64 * 1024
KEPT_TAIL = 256 * 1024
# A line that has no end yet (a question, a progress bar) is shown after this many seconds.
PATIENCE = 0.5


class LogWriter:
    """Appends output to `path`. Each line begins with its time in UTC to the millisecond and one space.

    Past `limit` bytes only the last 256 KiB are kept, to be written at the end: a failing program says why in its last lines.
    `also` gets everything that this one gets (the log of a build is part of the log of its execution).
    """

    def __init__(self, path: Path, secrets: Iterable[str] = (), limit: int = 200 * MIB, also: "LogWriter | None" = None):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("ab", buffering=0)
        self._masker = Masker(secrets)
        self._limit = limit
        self._written = path.stat().st_size
        self._line = b""
        self._line_since = 0.0
        self._line_begun = False
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._lost = 0
        self._also = also

    def __enter__(self) -> "LogWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def feed(self, data: bytes) -> None:
        """Output of the job, in pieces of any size."""
        self._pass_on(self._masker.feed(data))

    def note(self, text: str) -> None:
        """A line of the platform's own, marked as such."""
        text = self._masker.text(text)
        if self._also is not None:
            self._also.note(text)
        self._end_line()
        self._write(b"".join(_stamped(f"=== {line} ===".encode()) for line in text.splitlines()))

    def settle(self) -> None:
        """Call it now and then: shows a line that has been waiting for its end."""
        if self._also is not None:
            self._also.settle()
        if self._line and clock.monotonic() - self._line_since > PATIENCE:
            self._write(self._begun(self._line))
            self._line, self._line_begun = b"", True

    def close(self) -> None:
        """Write what is held back and close the file; `also` stays open."""
        if self._file.closed:
            return
        self._pass_on(self._masker.flush())
        self._end_line()
        self._write_tail()
        self._file.close()

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return self._written

    def _pass_on(self, data: bytes) -> None:
        if self._also is not None:
            self._also.feed(data)
        self._take(data)

    def _take(self, data: bytes) -> None:
        if not data:
            return
        if not self._line:
            self._line_since = clock.monotonic()
        *lines, rest = (self._line + data).split(b"\n")
        if lines:
            first = self._begun(lines[0]) + b"\n"
            self._line_begun = False
            self._write(first + b"".join(_stamped(line) for line in lines[1:]))
            self._line_since = clock.monotonic()
        while len(rest) > LONGEST_LINE:
            self._write(self._begun(rest[:LONGEST_LINE]) + b"\n")
            rest, self._line_begun = rest[LONGEST_LINE:], False
        self._line = rest

    def _begun(self, line: bytes) -> bytes:
        """The line with its time, or without if its beginning stands in the file already."""
        return line if self._line_begun else _stamped(line)[:-1]

    def _end_line(self) -> None:
        if self._line or self._line_begun:
            self._write(self._begun(self._line) + b"\n")
            self._line, self._line_begun = b"", False

    def _write(self, data: bytes) -> None:
        room = self._limit - self._written
        if self._lost or len(data) > room:
            kept = data[: data.rfind(b"\n", 0, max(room, 0)) + 1] if not self._lost and room > 0 else b""
            self._append(kept)
            self._keep_tail(data[len(kept) :])
        else:
            self._append(data)

    def _append(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) or 0 :]
        self._written += len(data)

    def _keep_tail(self, data: bytes) -> None:
        self._lost += len(data)
        for line in data.splitlines(keepends=True):
            self._tail.append(line)
            self._tail_size += len(line)
        while self._tail_size > KEPT_TAIL:
            self._tail_size -= len(self._tail.popleft())

    def _write_tail(self) -> None:
        if not self._lost:
            return
        left_out = self._lost - self._tail_size
        self._append(b"" if self._written == 0 else b"\n" * (not self._ends_with_newline()))
        text = f"=== {size_text(left_out)} left out: the log is limited to {size_text(self._limit)} ==="
        self._append(_stamped(text.encode()) + b"".join(self._tail))

    def _ends_with_newline(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, 2)
            return file.read(1) == b"\n"


def _stamped(line: bytes) -> bytes:
    now = datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
    return f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z ".encode() + line + b"\n"


STAMP_LENGTH = len(_stamped(b"")) - 1
