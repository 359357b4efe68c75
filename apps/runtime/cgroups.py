"""Control groups where we may make them: the kernel's own bound on memory and processes of a job, and its list of them."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from apps.runtime.limits import Limits
from apps.runtime.processes import kill


@dataclass(frozen=True, slots=True)
class Places:
    """Folders in which groups of jobs can be made. The same folder for both in version 2; None where we may not."""

    version: int = 0
    memory: Path | None = None
    processes: Path | None = None


class Group:
    """The group of one job."""

    def __init__(self, places: Places, name: str, limits: Limits):
        self.version = places.version
        self.memory = places.memory / name if places.memory else None
        self.processes = places.processes / name if places.processes else None
        for folder in self.folders:
            folder.mkdir(exist_ok=True)
        if self.memory and limits.memory:
            self._write(self.memory / ("memory.max" if self.version == 2 else "memory.limit_in_bytes"), limits.memory)
            with suppress(OSError):  # without swap accounting there is no such file
                name = "memory.swap.max" if self.version == 2 else "memory.memsw.limit_in_bytes"
                self._write(self.memory / name, 0 if self.version == 2 else limits.memory)
        if self.processes and limits.processes:
            self._write(self.processes / "pids.max", limits.processes)

    @property
    def folders(self) -> list[Path]:
        """The folders that a process has to join, none of them twice."""
        return list(dict.fromkeys(folder for folder in (self.memory, self.processes) if folder))

    def memory_now(self) -> int | None:
        """Bytes in use without the page cache that the kernel would give back; None if nobody counts."""
        if not self.memory:
            return None
        text = _read(self.memory / "memory.stat")
        fields = dict(line.split(" ", 1) for line in text.splitlines() if " " in line)
        names = ("anon", "shmem") if self.version == 2 else ("total_rss", "total_shmem")
        return sum(int(fields.get(name, 0)) for name in names) if fields else None

    def out_of_memory(self) -> bool:
        """Whether the kernel has killed a process of the job for its memory."""
        if not self.memory:
            return False
        text = _read(self.memory / ("memory.events" if self.version == 2 else "memory.oom_control"))
        fields = dict(line.split(" ", 1) for line in text.splitlines() if " " in line)
        return int(fields.get("oom_kill", 0)) > 0

    def members(self) -> list[int]:
        """Numbers of the job's processes."""
        found = {int(line) for folder in self.folders for line in _read(folder / "cgroup.procs").split()}
        return sorted(found - {os.getpid()})

    def kill(self) -> None:
        """Kill every member until there is none."""
        for _ in range(200):
            members = self.members()
            if not members:
                return
            kill(members)
            time.sleep(0.01)

    def remove(self) -> None:
        """Remove the group; its members have to be gone."""
        for folder in self.folders:
            for _ in range(20):  # the kernel lets go of the last member a moment after it is fetched
                try:
                    folder.rmdir()
                except OSError:
                    if not folder.exists():
                        break
                    time.sleep(0.02)
                else:
                    break

    @staticmethod
    def _write(path: Path, value: int) -> None:
        path.write_text(str(value))


def remove_empty(places: Places) -> None:
    """Remove the groups that workers left behind which died; those that still have members stay (the kernel sees to that)."""
    for parent in {folder for folder in (places.memory, places.processes) if folder}:
        for folder in parent.iterdir():
            if folder.is_dir():
                with suppress(OSError):
                    folder.rmdir()


@cache
def places() -> Places:
    """Where groups can be made on this machine. Asked once by trying it."""
    mounts = [line.split() for line in _read(Path("/proc/self/mounts")).splitlines()]
    own = [line.split(":", 2) for line in _read(Path("/proc/self/cgroup")).splitlines()]
    for mount in mounts:
        if mount[2] == "cgroup2" and "memory" in _read(Path(mount[1]) / "cgroup.controllers").split():
            return _version_2(Path(mount[1]), next((path for number, _, path in own if number == "0"), "/"))
    return Places(1, _version_1(mounts, own, "memory", "memory.limit_in_bytes"), _version_1(mounts, own, "pids", "pids.max"))


def _version_1(mounts: list[list[str]], own: list[list[str]], controller: str, file: str) -> Path | None:
    root = next((Path(mount[1]) for mount in mounts if mount[2] == "cgroup" and controller in mount[3].split(",")), None)
    path = next((path for _, names, path in own if controller in names.split(",")), None)
    if root is None or path is None:
        return None
    return _tried((root / path.lstrip("/") / "mlplatform").resolve(), lambda folder: (folder / file).exists())


def _version_2(root: Path, path: str) -> Places:
    """Works below a group without processes of its own, as containers and services with delegation have it."""
    parent = root / path.lstrip("/")

    def is_usable(folder: Path) -> bool:
        for place in (parent, folder):
            (place / "cgroup.subtree_control").write_text("+memory +pids")
        return True

    place = _tried(parent / "mlplatform", is_usable)
    return Places(2, place, place)


def _tried(folder: Path, is_usable: Callable[[Path], bool]) -> Path | None:
    try:
        folder.mkdir(exist_ok=True)
        # The folder may be there of another user, who lets us look only.
        trial = folder / f"try-{os.getpid()}"
        trial.mkdir()
        trial.rmdir()
        return folder if is_usable(folder) else None
    except OSError:
        return None


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
