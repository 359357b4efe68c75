"""A worker's sign of life: one thread of its main process, for as long as that lives."""

import logging
import threading

from django.db import DatabaseError, InterfaceError, connection

from apps.core.actor import Actor
from apps.core.errors import DomainError
from apps.projects import machine
from apps.projects.queries.workers import count_held
from apps.projects.services import work, workers

log = logging.getLogger(__name__)

SECONDS = 5.0


class Presence:
    """Says every few seconds that this worker is there, how loaded it is and what it can do."""

    def __init__(self, actor: Actor):
        self._actor = actor
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)

    def start(self) -> None:
        """Begin; what an earlier worker left on this machine is cleared first."""
        self._thread.start()

    def stop(self) -> None:
        """End in order."""
        self._ended.set()
        self._thread.join(2)

    def _run(self) -> None:
        try:
            work.tidy(self._actor)
        except (DomainError, OSError) as error:
            log.warning("the worker could not tidy up: %s", error)
        first = True
        while True:
            try:
                name = machine.worker_name()
                workers.hear(self._actor, name, machine.facts(count_held(self._actor, name)), just_started=first)
                first = False
            except (DatabaseError, InterfaceError, OSError) as error:
                log.warning("the worker cannot say that it is there: %s", error)
            finally:
                # Pool processes are forked from this one: they must not inherit a connection in use.
                connection.close()
            if self._ended.wait(SECONDS):
                return
