"""How far a job is kept apart from the machine and from other jobs: what this worker can do, found out by doing it."""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from apps.runtime import cgroups
from apps.runtime.folders import JobFolders
from apps.runtime.limits import MIB, Limits
from apps.runtime.processes import MARK

Level = Literal["bwrap", "namespaces", "process", "none"]
LEVELS: tuple[Level, ...] = ("bwrap", "namespaces", "process")

# Everything else of the machine is not there: no home folders, no state of the platform, no sockets of its services.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix/store", "/gnu/store", "/sys")
NAME_SERVICE = ("/run/systemd/resolve", "/run/resolvconf", "/run/nscd", "/var/lib/ca-certificates")
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
GRAPHICS = ("nvidia", "dri", "kfd", "dxg")
# What a job needs of the worker's own environment to reach the network as the worker does.
PASSED_ON = (
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "TZ",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Job:
    """A command and everything that it gets. `readable` and `writable` are paths that it sees beside its own folders.

    `slot` tells jobs of one worker apart: where the worker is root, each slot has a user of its own. `cwd` is the work folder
    unless told otherwise.
    """

    name: str
    argv: tuple[str, ...]
    folders: JobFolders
    environment: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    readable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()
    network: bool = True
    slot: int = 0
    cwd: Path | None = None


@dataclass(frozen=True, slots=True)
class Wall:
    """One line of the page: what is kept apart, whether it is here, and by what."""

    what: str
    is_reached: bool
    how: str


@dataclass(frozen=True, slots=True)
class Isolation:
    """What jobs of this worker are kept apart by. `first_uid` is the user of slot 0, None where the worker is not root.

    `hidden` are folders of the platform that stay out of sight wherever they lie. `passed_over` says why a better level is
    not used.
    """

    level: Level
    first_uid: int | None = None
    bwrap: str = ""
    groups: cgroups.Places = field(default_factory=cgroups.Places)
    hidden: tuple[Path, ...] = ()
    passed_over: tuple[str, ...] = ()

    @property
    def has_own_tree(self) -> bool:
        """Whether a job sees only the files that it is given."""
        return self.level in {"bwrap", "namespaces"}

    def uid(self, slot: int) -> int | None:
        """The user that jobs of this slot run as; None for the worker's own."""
        return None if self.first_uid is None else self.first_uid + slot

    def environment(self, job: Job) -> dict[str, str]:
        """The whole environment of the job: nothing comes from the worker but what opens the network."""
        home = str(job.folders.home)
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            "HOME": home,
            "USER": "mlplatform",
            "LOGNAME": "mlplatform",
            "TMPDIR": "/tmp" if self.level != "process" else str(job.folders.tmp),
            "PYTHONUNBUFFERED": "1",
            **job.environment,
            MARK: job.name,
        }

    def plan(self, job: Job, group: cgroups.Group | None) -> dict[str, Any]:
        """What the launcher is told (launcher.py)."""
        uid = self.uid(job.slot)
        return {
            "level": "process" if self.level == "none" else self.level,
            "parent": os.getpid(),
            "argv": list(job.argv),
            "cwd": str(job.cwd or job.folders.work),
            "env": self.environment(job),
            "uid": uid,
            "gid": uid,
            "umask": 0o022,
            "nice": 0 if self.level == "none" else 5,
            "cpus": _processors(job),
            "rlimits": self._rlimits(job.limits),
            "network": job.network,
            "mounts": mounts(job, self.hidden) if self.has_own_tree else [],
            "root": str(job.folders.root),
            "cgroups": [str(folder) for folder in group.folders] if group else [],
            "bwrap": self.bwrap,
            "python": base_python(),
        }

    def _rlimits(self, limits: Limits) -> dict[str, int]:
        """Per process. Memory proper is watched as a sum; this one stops a single allocation that runs away between two looks."""
        found: dict[str, int | None] = {
            "RLIMIT_CORE": 0,
            "RLIMIT_FSIZE": limits.file_size,
            "RLIMIT_NOFILE": limits.open_files,
            "RLIMIT_DATA": limits.memory and 2 * limits.memory + 1024 * MIB,
            # Counted for the user as a whole: right only where the job has one of its own.
            "RLIMIT_NPROC": limits.processes if self.first_uid is not None else None,
        }
        return {name: value for name, value in found.items() if value is not None}

    def describe(self) -> list[Wall]:
        """What the page shows: one line for each thing that is kept apart."""
        tree = {"bwrap": "by bubblewrap", "namespaces": "by namespaces of its own"}.get(self.level, "")
        everything = f"the job sees the system, its environment and its own folders only, {tree}"
        shared = "the job sees what the worker's user sees" if self.first_uid is None else "the job sees what any user may see"
        user = f"users {self.first_uid} and up, one for each slot" if self.first_uid is not None else "the worker's own, not root"
        return [
            Wall("User", True, user),
            Wall("Rights", True, "no new privileges, no capabilities"),
            Wall("Files", bool(tree), everything if tree else shared),
            Wall("Processes", bool(tree), f"not seen from inside, {tree}" if tree else "other processes can be seen"),
            Wall("No process left", True, self._endings()),
            Wall("Memory", True, "control group, and a watch on the sum" if self.groups.memory else "a watch on the sum"),
            Wall("Number of processes", True, self._counting()),
            Wall("Disk", True, "file size by the kernel, the sum by a watch"),
            Wall("Time", True, "limit of the wall clock, then TERM, then KILL"),
            Wall("Network", False, "open to jobs that need it; can be taken away" if tree else "open"),
        ]

    def _endings(self) -> str:
        if self.has_own_tree:
            return "the kernel ends all with the first process of the job"
        return "control group and sub-reaper" if self.groups.processes else "sub-reaper"

    def _counting(self) -> str:
        if self.groups.processes:
            return "control group"
        return "limit of the job's user" if self.first_uid is not None else "a watch on the sum"


def trusted() -> Isolation:
    """No walls, only supervision: for our own tools (uv, git) that run none of a stranger's code."""
    return Isolation("none")


def candidates(required: str, first_uid: int, hidden: tuple[Path, ...] = ()) -> list[Isolation]:
    """What could be tried here, best first. `required` is a level, or "auto" for whatever works."""
    base = Isolation("process", first_uid if os.getuid() == 0 else None, groups=cgroups.places(), hidden=hidden)
    bwrap = shutil.which("bwrap")
    found = []
    for level in LEVELS:
        if required not in {"auto", level} or (level == "bwrap" and not bwrap):
            continue
        found.append(replace(base, level=level, bwrap=bwrap or ""))
        if base.groups.memory or base.groups.processes:
            # Groups that can be made may still not be joined (delegation in parts); the walls are worth having without them.
            found.append(replace(found[-1], groups=cgroups.Places()))
    return found


def mounts(job: Job, hidden: tuple[Path, ...] = ()) -> list[dict[str, Any]]:
    """The file tree of the job, parents before children."""
    found: list[dict[str, Any]] = []
    for name in SYSTEM:
        if os.path.islink(name):
            found.append({"kind": "symlink", "source": os.readlink(name), "target": name})
        elif os.path.isdir(name):
            found.append({"kind": "ro", "source": name, "target": name})
    found += [{"kind": "ro", "source": name, "target": name} for name in NAME_SERVICE if os.path.exists(name)]
    found += [{"kind": "tmpfs", "target": str(path), "mode": "755", "size": MIB} for path in hidden if _is_there_already(path)]
    found += [{"kind": "proc", "target": "/proc"}, *_devices(job.limits)]
    found += [{"kind": "rw", "source": str(job.folders.tmp), "target": "/tmp"}]
    own = {job.folders.work: "rw", job.folders.home: "rw"}
    own |= dict.fromkeys((Path(base_prefix()), *job.readable), "ro") | dict.fromkeys(job.writable, "rw")
    for path, kind in sorted(own.items(), key=lambda item: len(item[0].parts)):
        if kind == "rw" or not _is_there_already(path) or any(path.is_relative_to(place) for place in hidden):
            above = [place for place in reversed(path.parents[:-1]) if not _is_there_already(place)]
            found += [{"kind": "dir", "target": str(place)} for place in above]
            found.append({"kind": kind, "source": str(path), "target": str(path)})
    return found


def _is_there_already(path: Path) -> bool:
    return any(path.is_relative_to(name) for name in SYSTEM)


def _devices(limits: Limits) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"kind": "tmpfs", "target": "/dev", "mode": "755", "size": MIB}]
    names = [*DEVICES, *(name for name in sorted(os.listdir("/dev")) if name.startswith(GRAPHICS))]
    found += [
        {"kind": "dev", "source": f"/dev/{name}", "target": f"/dev/{name}"} for name in names if os.path.exists(f"/dev/{name}")
    ]
    links = {"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2"}
    found += [{"kind": "symlink", "source": target, "target": f"/dev/{name}"} for name, target in links.items()]
    # Data loaders pass batches through here; it counts as memory.
    size = (limits.memory or 8192 * MIB) // 2
    return [*found, {"kind": "tmpfs", "target": "/dev/shm", "mode": "1777", "size": size}]


def _processors(job: Job) -> list[int]:
    """The processors of the job; slots are spread over what the worker has."""
    ours = sorted(os.sched_getaffinity(0))
    wanted = job.limits.cpus
    if not wanted or wanted >= len(ours):
        return []
    return [ours[(job.slot * wanted + number) % len(ours)] for number in range(wanted)]


def base_prefix() -> str:
    """Where the Python that runs the platform is installed (not our virtual environment, which jobs do not see)."""
    return os.path.realpath(sys.base_prefix)


def base_python() -> str:
    """The executable of that Python."""
    return os.path.realpath(getattr(sys, "_base_executable", sys.executable))
