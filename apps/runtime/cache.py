"""The folder of environments: each built once beside its place, then moved there whole; kept while used, removed when old.

Files below the base: `environments/KEY` (whole if `COMPLETE` is in it), `locks/KEY` (who holds it shared uses the environment,
who holds it alone builds or removes it; the kernel lets go of the locks of the dead), `building/…`, `logs/KEY.log`.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from apps.core import clock
from apps.runtime import folders

COMPLETE = ".mlplatform-environment.json"


@dataclass(frozen=True, slots=True)
class Environment:
    """A finished environment. `prefix` is the installation of its Python, None where it brings its own (conda)."""

    key: str
    path: Path
    python: str
    kind: str
    prefix: Path | None
    packages: tuple[str, ...] = ()
    size: int = 0
    built_at_ms: int = 0

    @property
    def executables(self) -> Path:
        """The folder that comes first in the PATH."""
        return self.path / "bin"

    @property
    def readable(self) -> tuple[Path, ...]:
        """What a job has to see to use it."""
        return (self.path, self.prefix) if self.prefix else (self.path,)

    def variables(self, path: str = "/usr/local/bin:/usr/bin:/bin") -> dict[str, str]:
        """What activating it would set."""
        name = "CONDA_PREFIX" if self.kind == "conda" else "VIRTUAL_ENV"
        return {"PATH": f"{self.executables}:{path}", name: str(self.path)}


class Lease:
    """An environment in use; nobody removes it until this is closed, or its process ends."""

    def __init__(self, environment: Environment, descriptor: int, was_built: bool):
        self.environment, self.was_built = environment, was_built
        self._descriptor = descriptor

    def __enter__(self) -> "Lease":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class Cache:
    """The environments below one base folder of one machine."""

    def __init__(self, base: Path):
        self.base = base
        for folder in (base, base / "environments", base / "locks", base / "building", base / "logs"):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (base, base / "environments", base / "building"):
            folder.chmod(0o711)

    def place(self, key: str) -> Path:
        """Where the environment is or will be."""
        return self.base / "environments" / key

    def log(self, key: str) -> Path:
        """The log of its last build."""
        return self.base / "logs" / f"{key}.log"

    def look(self, key: str) -> Environment | None:
        """The environment if it is whole and its Python is still there."""
        try:
            data = json.loads((self.place(key) / COMPLETE).read_text())
        except (OSError, ValueError):
            return None
        prefix = Path(data["prefix"]) if data["prefix"] else None
        if not os.path.exists(self.place(key) / "bin" / "python"):
            return None
        numbers = {name: data[name] for name in ("python", "kind", "size", "built_at_ms")}
        return Environment(key, self.place(key), prefix=prefix, packages=tuple(data["packages"]), **numbers)

    def obtain(self, key: str, build: Callable[[], Environment], wait: Callable[[bool], None]) -> Lease:
        """Use the environment, building it first if it is not there.

        While another builds it, `wait(first time)` is called again and again; it sleeps a little, and may raise to give up.
        """
        descriptor = self._open_lock(key)
        try:
            waited = False
            while True:
                if _take(descriptor, fcntl.LOCK_SH):
                    environment = self.look(key)
                    if environment:
                        self._mark_use(key)
                        return Lease(environment, descriptor, was_built=False)
                    if _take(descriptor, fcntl.LOCK_EX) and not self.look(key):
                        folders.remove(self.place(key))
                        environment = build()
                        fcntl.flock(descriptor, fcntl.LOCK_SH)
                        self._mark_use(key)
                        return Lease(environment, descriptor, was_built=True)
                    fcntl.flock(descriptor, fcntl.LOCK_UN)
                wait(not waited)
                waited = True
        except BaseException:
            os.close(descriptor)
            raise

    def publish(self, key: str, built: Path, facts: dict[str, Any]) -> Environment:
        """Move a built folder to its place, whole. Only for who holds the lock alone."""
        size = folders.size_of(built)
        data = {**facts, "size": size, "built_at_ms": clock.now_ms()}
        marker = built / COMPLETE
        with suppress(FileNotFoundError):
            marker.unlink()
        marker.write_text(json.dumps(data))
        if built != self.place(key):
            folders.remove(self.place(key))
            built.rename(self.place(key))
        environment = self.look(key)
        assert environment is not None
        return environment

    def keys(self) -> list[str]:
        """Keys of the environments that are whole, the longest unused first."""
        found = [path.name for path in (self.base / "environments").iterdir() if (path / COMPLETE).exists()]
        return sorted(found, key=self.used_at)

    def used_at(self, key: str) -> float:
        """Seconds since the epoch of the last use."""
        try:
            return (self.base / "locks" / key).stat().st_mtime
        except OSError:
            return 0.0

    def remove(self, key: str) -> bool:
        """Remove an environment that nobody uses; whether it was removed."""
        with self._alone(key) as is_ours:
            if is_ours:
                doomed = self.base / "building" / f"removed-{key}-{os.getpid()}"
                with suppress(FileNotFoundError):
                    self.place(key).rename(doomed)
                folders.remove(doomed)
            return is_ours

    def evict(self, max_age: float, max_bytes: int) -> list[str]:
        """Remove what was not used for `max_age` seconds, then the longest unused until `max_bytes` hold the rest.

        Answers with the keys of what was removed; what is in use stays.
        """
        removed = []
        sizes = {key: environment.size for key in self.keys() if (environment := self.look(key))}
        total = sum(sizes.values())
        for key in self.keys():
            is_old = clock.now_ms() / 1000 - self.used_at(key) > max_age
            if (is_old or total > max_bytes) and self.remove(key):
                removed.append(key)
                total -= sizes.get(key, 0)
        self.clear_leftovers()
        return removed

    def clear_leftovers(self) -> None:
        """Remove what builders left that died."""
        for path in (self.base / "building").iterdir():
            key = path.name.rsplit("-", 1)[0].removeprefix("removed-")
            with self._alone(key) as is_ours:
                if is_ours:
                    folders.remove(path)

    def _mark_use(self, key: str) -> None:
        with suppress(OSError):
            os.utime(self.base / "locks" / key)

    def _open_lock(self, key: str) -> int:
        return os.open(self.base / "locks" / key, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @contextmanager
    def _alone(self, key: str) -> Iterator[bool]:
        used_at = self.used_at(key)
        descriptor = self._open_lock(key)
        try:
            yield _take(descriptor, fcntl.LOCK_EX)
        finally:
            os.close(descriptor)
            if used_at:
                with suppress(OSError):
                    os.utime(self.base / "locks" / key, (used_at, used_at))


def _take(descriptor: int, kind: int) -> bool:
    """Whether the lock could be taken at once."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
