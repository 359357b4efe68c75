"""Turns for writers of an SQLite database.

SQLite lets one transaction write and the others poll, sleeping longer and longer between tries: under 8 writers the slowest of a
hundred waited 130 ms
for a write of 1 ms, and some never got their turn. Here threads of a process queue in the order in which they came, and the one
in front holds a file lock
that its like in the other processes try for every half millisecond. The kernel frees it when a process dies.
"""

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from apps.core.errors import Unavailable

PATIENCE = 20.0  # seconds; clients send again on 503, and a proxy gives up after 30 or 60
_POLL = 0.0005

_queue: deque[threading.Event] = deque()
_mutex = threading.Lock()
_files: dict[tuple[int, str], int] = {}


@contextmanager
def turn() -> Iterator[None]:
    """Hold the right to write. Does nothing on other databases. Raises Unavailable after 20 seconds of waiting."""
    path = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or not os.path.isabs(path):
        yield
        return
    deadline = time.monotonic() + PATIENCE
    _step_forward(deadline)
    try:
        file = _lock(path, deadline)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
    finally:
        _step_aside()


def _step_forward(deadline: float) -> None:
    mine = threading.Event()
    with _mutex:
        _queue.append(mine)
        if _queue[0] is mine:
            return
    if not mine.wait(deadline - time.monotonic()):
        with _mutex:
            if _queue[0] is not mine:  # else the turn came in this very moment
                _queue.remove(mine)
                raise Unavailable("Too many writers wait for the database. Send again.", 2)


def _step_aside() -> None:
    with _mutex:
        _queue.popleft()
        if _queue:
            _queue[0].set()


def _lock(path: str, deadline: float) -> int:
    key = (os.getpid(), path)  # a lock belongs to the open file: a forked child needs its own
    file = _files.get(key)
    if file is None:
        file = _files[key] = os.open(f"{path}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Unavailable("Another process keeps the database. Send again.", 2) from None
            time.sleep(_POLL)
