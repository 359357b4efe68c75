"""How long a web process waits for PostgreSQL. A server that accepts and then says nothing must not hold our threads.

`statement_timeout` is kept by the server, so it does not help against a server that is frozen or unreachable; nor does a socket
time-out, since the kernel goes on to acknowledge what we send. So we wait ourselves: psycopg2 calls `wait` instead of blocking.
It costs 5 us of processor time a statement.
"""

import select
import time
from typing import Any

import psycopg2
from psycopg2 import extensions

CONNECT_SECONDS = 5.0
# Longer than statement_timeout (environment.py), so that a slow statement ends by the server's word and keeps its connection.
ANSWER_SECONDS = 8.0
# Once it was silent, everybody else asks for this long only, until it speaks again: checking an idle connection and then
# opening a new one must both fit into the ten seconds in which a client gets its 503.
DOUBT_SECONDS = 1.5

EVENTS = {extensions.POLL_READ: select.POLLIN, extensions.POLL_WRITE: select.POLLOUT}


class Patience:
    """The wait callback of one process, and whether the database was silent when it was last asked."""

    def __init__(self) -> None:
        self.in_doubt = False

    def wait(self, connection: Any) -> None:
        """Return when the connection has its answer. Raises OperationalError when that takes too long; the connection is lost."""
        usual = CONNECT_SECONDS if connection.status == extensions.STATUS_SETUP else ANSWER_SECONDS
        deadline = time.monotonic() + (min(usual, DOUBT_SECONDS) if self.in_doubt else usual)
        while (state := connection.poll()) != extensions.POLL_OK:
            self._wait_for(connection, EVENTS[state], deadline)
        self.in_doubt = False

    def _wait_for(self, connection: Any, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(connection.fileno(), event)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            self.in_doubt = True
            # psycopg2 closes the connection on any exception from here; doing it ourselves would wait for a lock that it holds.
            raise psycopg2.OperationalError("the database accepts connections and does not answer")


def install() -> None:
    """For a process that serves requests; commands may wait as long as they like."""
    extensions.set_wait_callback(Patience().wait)
