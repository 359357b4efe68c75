"""Keeping the lease and shipping the log, beside the thread that works: neither waits for the other."""

import logging
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.db import DatabaseError, InterfaceError, connection

from apps.core.actor import Actor
from apps.core.clock import monotonic
from apps.projects.records import Claimed
from apps.projects.services import leases, logs
from apps.runtime.limits import Usage

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
BEAT_SECONDS = 2.0
CHUNK = 1024 * 1024
MOST_CHUNKS = 8
PATIENCE_SECONDS = 120.0


class Keeper:
    """Until stopped: says that we have the execution, hears whether somebody cancelled it, sends what its log has grown by.

    A database that is away is waited for; the job goes on meanwhile. If the lease is found to be another's, the job has to end.
    """

    def __init__(self, actor: Actor, claimed: Claimed, path: Path):
        self._actor, self._claimed, self._path = actor, claimed, path
        self._sent = 0
        self._usage: Usage | None = None
        self._reason = ""
        self._lost = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"keeper-{claimed.id}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; the log is sent by `finish`."""
        self._ended.set()
        self._thread.join()

    @property
    def is_lost(self) -> bool:
        """Whether the execution is another worker's, or ended, by now."""
        return self._lost

    def check(self) -> str | None:
        """Why to stop, None to go on."""
        return self._reason or None

    def tick(self, usage: Usage) -> str | None:
        """The same, and what the job uses now."""
        if usage.seconds:
            self._usage = usage
        return self.check()

    def finish(self) -> None:
        """Send what is left of the log, patiently: the file goes with the job's folder."""
        deadline = monotonic() + PATIENCE_SECONDS
        while True:
            try:
                if self._lost or not self._send():
                    return
            except (DatabaseError, InterfaceError) as error:
                if monotonic() > deadline:
                    log.warning("the end of the log of execution %s is lost: %s", self._claimed.id, error)
                    return
                connection.close()
                threading.Event().wait(1)

    def _run(self) -> None:
        beat = 0.0
        while not self._ended.wait(LOOK_SECONDS):
            try:
                for _ in range(MOST_CHUNKS):
                    if not self._send():
                        break
                if monotonic() - beat >= BEAT_SECONDS:
                    self._beat()
                    beat = monotonic()
            except (DatabaseError, InterfaceError) as error:
                log.warning("execution %s cannot reach the database: %s", self._claimed.id, error)
                connection.close()
        connection.close()

    def _beat(self) -> None:
        usage: dict[str, Any] | None = asdict(self._usage) if self._usage else None
        answer = leases.heartbeat(self._actor, self._claimed.id, self._claimed.claim, usage)
        if answer == leases.LOST:
            self._lose()
        elif answer:
            self._reason = answer

    def _send(self) -> bool:
        """Ship the next piece; whether there may be more."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._sent)
                data = file.read(CHUNK)
        except FileNotFoundError:
            return False
        if not data:
            return False
        start = self._claimed.log_size + self._sent
        if not logs.append(self._actor, self._claimed.id, self._claimed.claim, start, data):
            self._lose()
            return False
        self._sent += len(data)
        return len(data) == CHUNK

    def _lose(self) -> None:
        self._lost = True
        self._reason = "The lease of this execution is another worker's"
