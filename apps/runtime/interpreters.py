"""The Pythons of this machine that really start. Shims that pass on to nothing are asked and passed over."""

import glob
import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from apps.core.errors import Invalid
from apps.runtime.isolation import base_python

# Understood by every Python from 2.7 on, so that an old one is named with its version and not taken for broken.
QUESTION = (
    "import sys, json; print(json.dumps(['%d.%d.%d' % sys.version_info[:3], sys.executable, getattr(sys, 'base_prefix', '')]))"
)
FOLDERS = (
    "~/.pyenv/versions/*/bin",
    "~/.asdf/installs/python/*/bin",
    "~/.local/share/uv/python/*/bin",
    "/opt/python*/bin",
    "/usr/local/python*/bin",
)
SECONDS = 10


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python that starts: its version, its real executable and the folder that it is installed in."""

    version: str
    executable: Path
    prefix: Path

    @property
    def minor(self) -> str:
        """`3.11` of `3.11.7`."""
        return self.version.rsplit(".", 1)[0]


def choose(wanted: str, found: Iterable[Interpreter], own: Interpreter) -> tuple[Interpreter, str]:
    """(the interpreter for `wanted`, a sentence for the log or "").

    "" is the platform's own, `3.11` the newest of that line, `3.11.7` that one; where only another patch of the same line is
    there, it is used and the sentence says so. Raises Invalid for a version that this machine has not got.
    """
    known = sorted({own, *found}, key=lambda one: (_numbers(one.version), one == own), reverse=True)
    if not wanted or wanted == own.version or wanted == own.minor:
        return own, ""
    for one in known:
        if one.version == wanted or one.minor == wanted:
            return one, ""
    line = ".".join(wanted.split(".")[:2])
    for one in known:
        if wanted.count(".") == 2 and one.minor == line:
            return one, f"Python {wanted} is not on this machine; its newest {line} is used: {one.version}."
    versions = ", ".join(dict.fromkeys(one.version for one in known))
    raise Invalid(f"Python {wanted} is not on this machine. It has: {versions}")


def own() -> Interpreter:
    """The Python that runs the platform."""
    interpreter = ask(base_python())
    assert interpreter is not None, "the Python that runs this does not start"
    return interpreter


def find(wanted: str, extra: tuple[str, ...] = ()) -> tuple[Interpreter, str]:
    """`choose` among the Pythons of this machine; those that may be it by their path are asked first. Raises Invalid."""
    try:
        return choose(wanted, search(extra, ".".join(wanted.split(".")[:2])), own())
    except Invalid:
        return choose(wanted, search(extra), own())


def search(extra: tuple[str, ...] = (), line: str = "") -> list[Interpreter]:
    """Every Python that starts, each once. `extra` are paths that an administrator names; `line` (`3.12`) narrows by path."""
    found: dict[Path, Interpreter] = {}
    for path in [*extra, *(path for path in [*_on_path(), *_in_folders()] if line in path)]:
        interpreter = ask(path)
        if interpreter:
            found.setdefault(interpreter.executable, interpreter)
    return list(found.values())


def is_open_to_all(interpreter: Interpreter) -> bool:
    """Whether every user of the machine may start it: needed where jobs run as another user and see the machine as it is."""
    folders = [interpreter.prefix, *interpreter.prefix.parents, interpreter.executable, *interpreter.executable.parents]
    try:
        return all(folder.stat().st_mode & 0o001 for folder in folders)
    except OSError:
        return False


def ask(path: str) -> Interpreter | None:
    """The interpreter behind a path; None if it does not start."""
    try:
        changed = os.stat(path).st_mtime_ns
    except OSError:
        return None
    return _ask(path, changed)


@lru_cache(maxsize=256)
def _ask(path: str, changed: int) -> Interpreter | None:
    del changed  # part of the key: an interpreter that was replaced is asked again
    try:
        result = subprocess.run(
            [path, "-I", "-c", QUESTION] if "python2" not in path else [path, "-c", QUESTION],
            capture_output=True,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
            check=True,
        )
        version, executable, prefix = json.loads(result.stdout.decode().strip().splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None
    real = os.path.realpath(executable)
    # A virtual environment's Python is its base's: what is built on it has to outlive the environment.
    return Interpreter(version, Path(real), Path(os.path.realpath(prefix or os.path.dirname(os.path.dirname(real)))))


def _on_path() -> list[str]:
    names = ["python3", "python", *(f"python3.{minor}" for minor in range(7, 20))]
    # Shims of version managers take half a second each to say that they stand for nothing; what they stand for is in FOLDERS.
    folders = [folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.basename(folder) != "shims"]
    return [path for folder in folders for name in names if (path := shutil.which(name, path=folder))]


def _in_folders() -> list[str]:
    patterns = [*FOLDERS, *([f"{os.environ['PYENV_ROOT']}/versions/*/bin"] if "PYENV_ROOT" in os.environ else [])]
    return [path for pattern in patterns for path in sorted(glob.glob(os.path.expanduser(pattern) + "/python3"))]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
