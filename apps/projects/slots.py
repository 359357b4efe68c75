"""The places of a machine for executions: as many locked files. The kernel frees the place of a worker that died."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from apps.projects import containers
from apps.runtime import folders
from apps.runtime.isolation import Isolation
from apps.runtime.supervision import reap


class Slot:
    """A place, ours until it is closed or this process ends. `number` from 0; `lost` is the job of a dead worker found in it."""

    def __init__(self, number: int, descriptor: int, jobs: Path, isolation: Isolation):
        self.number, self._descriptor, self._jobs, self._isolation = number, descriptor, jobs, isolation
        self.lost = ""

    def __enter__(self) -> "Slot":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def enter(self, job: str) -> None:
        """Write down whose place it is now, before anything of the job exists."""
        self._write(job)

    def leave(self, job: str) -> None:
        """The job is over and everything of it gone."""
        folders.remove(self._jobs / job)
        self._write("")

    def clear(self) -> None:
        """End and remove what a worker that died left here."""
        with os.fdopen(os.dup(self._descriptor), "r") as file:
            file.seek(0)
            job = file.read().strip()
        if job and "/" not in job:
            reap(job, self._isolation)
            containers.remove(job)
            self.leave(job)
            self.lost = job

    def close(self) -> None:
        """Free the place."""
        with suppress(OSError):
            os.close(self._descriptor)

    def _write(self, text: str) -> None:
        # Not forced to the disk: what a killed process wrote stays, and a machine that lost power has no process of a job left.
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text.encode(), 0)


def take(base: Path, jobs: Path, isolation: Isolation, count: int) -> Slot | None:
    """A free place of `count`, cleared of what the dead left in it; None if all are taken."""
    for number in range(count):
        descriptor = _open(base, number)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            continue
        slot = Slot(number, descriptor, jobs, isolation)
        slot.clear()
        return slot
    return None


def clear_all(base: Path, jobs: Path, isolation: Isolation, count: int) -> list[str]:
    """Clear every place that nobody holds, at the start of a worker; answers with the jobs that were found in them."""
    held = []
    while (slot := take(base, jobs, isolation, count)) is not None:
        held.append(slot)
    for slot in held:
        slot.close()
    return [slot.lost for slot in held if slot.lost]


def _open(base: Path, number: int) -> int:
    folder = base / "slots"
    folder.mkdir(exist_ok=True)
    return os.open(folder / str(number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
