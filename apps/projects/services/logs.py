"""The log on its way: from the worker into rows that every web process reads, and at the end into an artifact of the run."""

import zlib
from collections.abc import Iterator

from apps.access.queries.workspaces import require_admin
from apps.artifacts.services import uploads
from apps.core.actor import Actor
from apps.core.transactions import atomic
from apps.projects.logfiles import ARTIFACT, root_of
from apps.projects.models import Execution, LogChunk
from apps.projects.records import ACTIVE, ENDED


@atomic
def append(actor: Actor, execution_id: int, claim: str, start: int, data: bytes) -> bool:
    """Add the bytes that begin at the offset `start`; again is fine. Whether the worker still has the claim."""
    require_admin(actor, "execution.log")
    size = start + len(data)
    if not Execution.objects.filter(pk=execution_id, claim=claim, state__in=ACTIVE).update(log_size=size):
        return False
    facts = {"size": len(data), "data": zlib.compress(data, 1)}
    LogChunk.objects.update_or_create(execution_id=execution_id, start=start, defaults=facts)
    return True


def archive(actor: Actor, execution_id: int) -> bool:
    """Make the log of an ended execution an artifact of its run and drop the rows; again is fine. Whether it is one now.

    Raises StorageFull, Unavailable: then it is tried again.
    """
    require_admin(actor, "execution.log")
    row = Execution.objects.select_related("run").filter(pk=execution_id, state__in=ENDED).first()
    if row is None:
        return False
    if not row.log_archived:
        if row.log_size:
            uploads.store(actor, root_of(row), ARTIFACT, _Stream(_pieces(execution_id)), row.log_size)
        _drop(execution_id)
    return True


@atomic
def _drop(execution_id: int) -> None:
    Execution.objects.filter(pk=execution_id).update(log_archived=True)
    LogChunk.objects.filter(execution_id=execution_id).delete()


def _pieces(execution_id: int) -> Iterator[bytes]:
    """The log piece by piece; one row in memory at a time."""
    starts = list(LogChunk.objects.filter(execution_id=execution_id).order_by("start").values_list("pk", flat=True))
    for pk in starts:
        yield zlib.decompress(LogChunk.objects.values_list("data", flat=True).get(pk=pk))


class _Stream:
    """An iterator of bytes as something to read from."""

    def __init__(self, pieces: Iterator[bytes]):
        self._pieces, self._rest = pieces, b""

    def read(self, size: int = -1, /) -> bytes:
        while len(self._rest) < size or size < 0:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._rest += piece
        end = size if size >= 0 else len(self._rest)
        data, self._rest = self._rest[:end], self._rest[end:]
        return data
