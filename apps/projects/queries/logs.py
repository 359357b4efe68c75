"""Reading a log, while it grows and afterwards; both the same to whoever reads."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from apps.artifacts.queries.reading import open_file
from apps.core import clock, stopping
from apps.core.actor import Actor
from apps.projects.access import access_execution
from apps.projects.logfiles import ARTIFACT, root_of
from apps.projects.models import Execution, LogChunk
from apps.projects.records import ENDED, LogPart

MOST = 4 * 1024 * 1024
SCANNED = 64 * 1024 * 1024
FOLLOW_SECONDS = 15 * 60
PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Match:
    """A line that holds the text: the offset of its first byte, the line without its end, and how many lines from where the
    search began lie before it."""

    start: int
    line: str
    lines_before: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Matches in order; `next` is where to go on looking, None at the end of what there is; `lines` were looked at."""

    matches: list[Match]
    next: int | None
    lines: int = 0


@dataclass(frozen=True, slots=True)
class LogFile:
    """The log as it is now, as a file to download; `sha256` names its content, which only ever grows."""

    name: str
    size: int
    sha256: str
    modified: datetime
    _actor: Actor = field(repr=False)
    _row: Execution = field(repr=False)

    def blocks(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to before `end`."""
        return _blocks(self._actor, self._row, start, self.size if end is None else min(end, self.size))


def read_log(actor: Actor, execution_id: int, start: int = 0, limit: int = 256 * 1024) -> LogPart:
    """At most `limit` bytes from the offset `start`; a negative `start` counts from the end. Raises Missing."""
    row = access_execution(actor, execution_id, "run.read")
    size = row.log_size
    begin = max(0, size + start) if start < 0 else min(start, size)
    data = b"".join(_blocks(actor, row, begin, min(size, begin + max(0, min(limit, MOST)))))
    end = begin + len(data)
    return LogPart(data, begin, end, size, row.state in ENDED and end >= size)


def stream_log(actor: Actor, execution_id: int) -> tuple[int, Iterator[bytes]]:
    """(size in bytes, the whole log in pieces), for a download. Raises Missing."""
    row = access_execution(actor, execution_id, "run.read")
    return row.log_size, _blocks(actor, row, 0, row.log_size)


def open_log(actor: Actor, execution_id: int) -> LogFile:
    """The log as a file, of which parts can be asked for. Raises Missing."""
    row = access_execution(actor, execution_id, "run.read")
    content = f"{row.run.run_id}-{row.log_size}"
    return LogFile(f"execution-{row.pk}.log", row.log_size, content, row.ended_at or row.created_at, actor, row)


def follow_log(actor: Actor, execution_id: int, start: int = 0, seconds: float = FOLLOW_SECONDS) -> Iterator[bytes]:
    """The log from the offset `start` as it grows, until the execution has ended or `seconds` are over.

    Raises Missing, before the first byte; whoever may not see it any more gets no further byte.
    """
    access_execution(actor, execution_id, "run.read")
    return _follow(actor, execution_id, start, clock.monotonic() + seconds)


def search_log(actor: Actor, execution_id: int, text: str, start: int = 0, limit: int = 200) -> Found:
    """Lines from the offset `start` on that hold `text`, in any case. Looks at 64 MiB a time. Raises Missing."""
    row = access_execution(actor, execution_id, "run.read")
    wanted = text.lower().encode()
    matches: list[Match] = []
    position, lines_before, rest = start, 0, b""
    for block in _blocks(actor, row, start, min(row.log_size, start + SCANNED)):
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            if wanted in line.lower():
                matches.append(Match(position, line.decode("utf-8", "replace"), lines_before))
            position += len(line) + 1
            lines_before += 1
            if len(matches) >= limit:
                return Found(matches, position, lines_before)
    if rest and wanted in rest.lower() and start + SCANNED >= row.log_size:
        matches.append(Match(position, rest.decode("utf-8", "replace"), lines_before))
    return Found(matches, position if start + SCANNED < row.log_size else None, lines_before)


def count_lines(actor: Actor, execution_id: int, start: int, end: int) -> int:
    """How many lines end between two offsets: what the number of a line in the middle is found by. Raises Missing."""
    row = access_execution(actor, execution_id, "run.read")
    return sum(block.count(b"\n") for block in _blocks(actor, row, max(0, start), min(end, row.log_size)))


def _follow(actor: Actor, execution_id: int, start: int, deadline: float) -> Iterator[bytes]:
    while True:
        part = read_log(actor, execution_id, start)
        start = part.next
        if part.data:
            yield part.data
        elif part.is_complete or clock.monotonic() > deadline or stopping.pause(PAUSE_SECONDS):
            return


def _blocks(actor: Actor, row: Execution, start: int, end: int) -> Iterator[bytes]:
    if start >= end:
        return
    if row.log_archived:
        yield from open_file(actor, root_of(row), ARTIFACT).blocks(start, end)
        return
    read = start
    for block in _chunks(row.pk, start, end):
        read += len(block)
        yield block
    if read < end and Execution.objects.filter(pk=row.pk, log_archived=True).exists():
        # It became an artifact between two looks.
        yield from open_file(actor, root_of(row), ARTIFACT).blocks(read, end)


def _chunks(execution_id: int, start: int, end: int) -> Iterator[bytes]:
    """Bytes of the rows from `start` to before `end`, up to the first gap."""
    rows = LogChunk.objects.filter(execution_id=execution_id, start__lt=end).order_by("start")
    first = rows.filter(start__lte=start).order_by("-start").values_list("start", flat=True).first()
    if first is None:
        return
    keys = list(rows.filter(start__gte=first).values_list("pk", "start", "size"))
    position = start
    for pk, begin, size in keys:
        if begin > position or position >= end:
            return
        if begin + size <= position:
            continue
        data = LogChunk.objects.filter(pk=pk).values_list("data", flat=True).first()
        if data is None:
            return
        piece = zlib.decompress(data)[position - begin : end - begin]
        position += len(piece)
        yield piece
