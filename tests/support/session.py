"""One folder and one owner for a whole test session, shared by all its worker processes through the environment."""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def _folder() -> Path:
    """Short on purpose: sockets live in it, and a socket's path has at most 104 characters."""
    if "MLPLATFORM_TEST_SESSION" not in os.environ:
        os.environ["MLPLATFORM_TEST_SESSION"] = tempfile.mkdtemp(prefix="mlt-")
        os.environ["MLPLATFORM_TEST_OWNER"] = str(os.getpid())
    return Path(os.environ["MLPLATFORM_TEST_SESSION"])


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


def clear() -> None:
    """Remove the folder; only the owner does, when everybody has finished."""
    if os.getpid() == OWNER:
        shutil.rmtree(FOLDER, ignore_errors=True)
