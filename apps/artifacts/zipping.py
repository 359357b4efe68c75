"""A zip that is written while it is sent: no temporary file, no memory that grows. Pure."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, Any, cast


class _Pipe(io.RawIOBase):
    """What `zipfile` writes to: it cannot seek, so sizes follow the bytes; we take out what came."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._blocks.append(bytes(data))
        return len(self._blocks[-1])

    def take(self) -> bytes:
        taken = b"".join(self._blocks)
        self._blocks.clear()
        return taken


def zip_blocks(members: Iterable[tuple[str, datetime, Iterator[bytes]]]) -> Iterator[bytes]:
    """The bytes of a zip of (name, time, blocks); stored, not packed: models and images are packed already."""
    pipe = _Pipe()
    with zipfile.ZipFile(cast(IO[bytes], pipe), "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, modified, blocks in members:
            info = zipfile.ZipInfo(name, date_time=max(modified.timetuple()[:6], (1980, 1, 1, 0, 0, 0)))
            info.external_attr = 0o644 << 16
            with archive.open(info, "w", force_zip64=True) as entry:
                for block in blocks:
                    entry.write(block)
                    yield pipe.take()
    yield pipe.take()
