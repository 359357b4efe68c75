"""What runs on this machine, by /proc: the processes of a job, what they use, and those that a lost job left behind."""

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")
MARK = "MLPLATFORM_JOB"


@dataclass(frozen=True, slots=True)
class Measured:
    """Sums over processes: seconds of processor time (of ended children too), bytes of memory, number of them."""

    cpu_seconds: float
    memory: int
    count: int


def descendants(root: int) -> list[int]:
    """Numbers of the processes below `root`, itself left out; zombies left out."""
    children: dict[int, list[int]] = {}
    for pid in _all():
        fields = _stat(pid)
        if fields and fields[0] not in "ZX":
            children.setdefault(int(fields[1]), []).append(pid)
    found, waiting = [], [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def measure(pids: Iterable[int]) -> Measured:
    """What the processes use now. Shared pages are counted once, as those of the process that shares most."""
    cpu, private, shared, count = 0.0, 0, 0, 0
    for pid in pids:
        fields = _stat(pid)
        pages = _statm(pid)
        if fields is None or pages is None:
            continue
        count += 1
        cpu += sum(int(fields[index]) for index in (11, 12, 13, 14)) / TICKS
        private += (pages[1] - pages[2]) * PAGE
        shared = max(shared, pages[2] * PAGE)
    return Measured(cpu, private + shared, count)


def marked(name: str) -> list[int]:
    """Processes that carry the mark of the job `name` in their environment, wherever they went since."""
    wanted = f"{MARK}={name}".encode()
    found = []
    for pid in _all():
        with suppress(OSError):
            if wanted in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") and pid != os.getpid():
                found.append(pid)
    return found


def kill(pids: Iterable[int]) -> None:
    """SIGKILL to each; those that are gone are fine."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def kill_marked(name: str) -> int:
    """Kill what a lost job left on this machine, until there is nothing; answers how many there were."""
    total = 0
    for _ in range(100):
        pids = marked(name)
        if not pids:
            break
        total += len(pids)
        kill(pids)
    return total


def is_alive(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    fields = _stat(pid)
    return fields is not None and fields[0] not in "ZX"


def _all() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:  # no /proc on this system: groups and the launcher's own means have to do
        return []


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/PID/stat from the state on: 0 state, 1 parent, 11-14 times."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None


def _statm(pid: int) -> list[int] | None:
    try:
        return [int(value) for value in Path(f"/proc/{pid}/statm").read_text().split()]
    except (OSError, ValueError):
        return None
