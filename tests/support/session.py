"""One folder and one owner for a whole test session, shared by all its worker processes through the environment."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PREFIX = "mlt-"


def _folder() -> Path:
    """Short on purpose: sockets live in it, and a socket's path has at most 104 characters."""
    if "MLPLATFORM_TEST_SESSION" not in os.environ:
        _sweep()
        folder = tempfile.mkdtemp(prefix=PREFIX, suffix=f"-{os.getpid()}")
        os.environ.update(MLPLATFORM_TEST_SESSION=folder, MLPLATFORM_TEST_OWNER=str(os.getpid()))
    return Path(os.environ["MLPLATFORM_TEST_SESSION"])


def _sweep() -> None:
    """Remove what sessions left that were killed: their folders are named by their pid."""
    for old in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        if not Path(f"/proc/{old.name.rsplit('-', 1)[1]}").exists():
            shutil.rmtree(old, ignore_errors=True)


FOLDER = _folder()
OWNER = int(os.environ["MLPLATFORM_TEST_OWNER"])
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


@contextmanager
def locked(name: str) -> Iterator[None]:
    """One process of the session at a time is inside."""
    with open(FOLDER / f"{name}.lock", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def once(name: str, start: Callable[[], dict]) -> dict:
    """What `start` returned (JSON), called by whichever worker came first; the others get its answer."""
    with locked(name):
        answer = FOLDER / f"{name}.json"
        if not answer.exists():
            answer.write_text(json.dumps(start()))
        return json.loads(answer.read_text())


def remember(leash: int) -> None:
    """Note the leash of a service, to be stopped at the end."""
    with locked("leashes"), open(FOLDER / "leashes", "a") as handle:
        handle.write(f"{leash}\n")


def clear() -> None:
    """Stop the services and remove the folder; only the owner does, when everybody has finished."""
    if os.getpid() != OWNER or not FOLDER.exists():
        return
    noted = FOLDER / "leashes"
    leashes = [pid for line in noted.read_text().split() if _is_leash(pid := int(line))] if noted.exists() else []
    for leash in leashes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(leash, signal.SIGTERM)
    deadline = time.monotonic() + 5
    while any(_runs(leash) for leash in leashes) and time.monotonic() < deadline:
        time.sleep(0.02)
    shutil.rmtree(FOLDER, ignore_errors=True)


def _is_leash(pid: int) -> bool:
    """Numbers come round again: a server that was stopped long ago may have lent its own to somebody else."""
    try:
        return b"leash.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _runs(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
