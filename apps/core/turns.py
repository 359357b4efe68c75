"""Turns for writers of an SQLite database.

SQLite lets one transaction write and the others poll, sleeping longer and longer between tries: under 8 writers the slowest of a
hundred waited 130 ms for a write of 1 ms, and some never got their turn. Here threads of a process queue in the order in which
they came, and the one in front holds a file lock that its like in the other processes try for every half millisecond. The kernel
frees it when a process dies. Who is in front may do the work of those behind it in its own transaction (apps/core/together.py).
"""

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from apps.core.errors import Unavailable

PATIENCE = 20.0  # seconds; clients send again on 503, and a proxy gives up after 30 or 60
_POLL = 0.0005

_queue: deque["Waiter"] = deque()
_mutex = threading.Lock()
_files: dict[tuple[int, str], int] = {}


class Waiter:
    """A thread in the queue, and what it wants done if others may do it.

    `is_taken`: somebody in front does it now. `is_alone`: that did not work out, and nobody else shall try. `woken` is set when
    it is in front, or when its job is done.
    """

    __slots__ = ("is_alone", "is_taken", "job", "woken")

    def __init__(self, job: Callable[[], Any] | None = None) -> None:
        self.woken = threading.Event()
        self.job = job
        self.is_taken = self.is_alone = False


def are_needed() -> bool:
    """Whether writers of this database take turns: it is an SQLite file."""
    return connection.vendor == "sqlite" and os.path.isabs(str(connection.settings_dict["NAME"]))


@contextmanager
def turn() -> Iterator[None]:
    """Hold the right to write. Does nothing on other databases. Raises Unavailable after 20 seconds of waiting."""
    if not are_needed():
        yield
        return
    wait_for_turn(Waiter())
    with front():
        yield


@contextmanager
def front() -> Iterator[None]:
    """Hold the right to write, for the waiter in front; the next one comes after it. Raises Unavailable."""
    try:
        file = _lock(str(connection.settings_dict["NAME"]), time.monotonic() + PATIENCE)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
    finally:
        with _mutex:
            _queue.popleft()
            if _queue:
                _queue[0].woken.set()


def wait_for_turn(mine: Waiter) -> bool:
    """Queue until it is in front (True) or its job was done by who was there (False). Raises Unavailable after 20 seconds."""
    with _mutex:
        _queue.append(mine)
        if _queue[0] is mine:
            return True
    if not mine.woken.wait(PATIENCE):
        with _mutex:
            if not (mine.is_taken or _queue[0] is mine):  # else the turn came in this very moment
                _queue.remove(mine)
                raise Unavailable("Too many writers wait for the database. Send again.", 2)
        mine.woken.wait()
    return not mine.is_taken


def take_next() -> Waiter | None:
    """For who is in front: the next waiter, if it is one whose job others may do. It then has to be woken, or given back."""
    with _mutex:
        if len(_queue) < 2 or _queue[1].job is None or _queue[1].is_alone:
            return None
        taken = _queue[1]
        del _queue[1]
        taken.is_taken = True
        return taken


def give_back(waiters: Sequence[Waiter]) -> None:
    """For who is in front: these come right after it, each by itself."""
    with _mutex:
        for waiter in reversed(waiters):
            waiter.is_taken, waiter.is_alone = False, True
            _queue.insert(1, waiter)


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
