"""The work itself: free places take what waits, one after the other, until nothing waits or no place is free."""

import logging
import os
import time
from pathlib import Path

from django.conf import settings

from apps.access.queries.workspaces import require_admin
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import DomainError, Unavailable
from apps.projects import containers, machine, slots
from apps.projects.attempts import Attempt
from apps.projects.records import FAILED, Claimed, Outcome
from apps.projects.services import leases
from apps.runtime import configuration
from apps.runtime.services import environments

log = logging.getLogger(__name__)

EVICT_SECONDS = 3600


def drain(actor: Actor) -> int:
    """Take a free place of this machine and run in it what waits, the most urgent first. Answers how many were run.

    Comes back at once where no place is free or jobs cannot be kept apart here: what waits is another worker's then.
    """
    require_admin(actor, "execution.work")
    if settings.EXECUTION_SLOTS == 0:
        return 0
    try:
        isolation, base = configuration.machine()
    except Unavailable as error:
        log.error("this worker takes no executions: %s", error)
        return 0
    slot = slots.take(base, configuration.jobs(), isolation, settings.EXECUTION_SLOTS)
    if slot is None:
        return 0
    with slot:
        _give_up(actor, [slot.lost])
        count = 0
        while (claimed := leases.claim(actor, machine.worker_name())) is not None:
            _run(actor, claimed, slot)
            count += 1
        _evict_now_and_then(actor, base)
        return count


def tidy(actor: Actor) -> None:
    """At the start of a worker: end and remove what an earlier one left on this machine."""
    require_admin(actor, "execution.tidy")
    isolation, base = configuration.machine()
    _give_up(actor, slots.clear_all(base, configuration.jobs(), isolation, settings.EXECUTION_SLOTS))
    configuration.tidy()


def _give_up(actor: Actor, jobs: list[str]) -> None:
    """Whose place we found is dead, so nobody has to wait until its lease has run out."""
    for job in jobs:
        if attempt := machine.attempt_of(job):
            leases.abandon(actor, *attempt, machine.worker_name())


def _run(actor: Actor, claimed: Claimed, slot: slots.Slot) -> None:
    """An attempt says itself how it ended; what it could not say is our mistake or the machine's."""
    begin = clock.monotonic()
    try:
        Attempt(actor, claimed, slot).run()
    except (OSError, DomainError) as error:
        log.exception("execution %s", claimed.id)
        leases.end(actor, claimed.id, claimed.claim, Outcome(FAILED, f"The worker could not do it: {error}"))
        if clock.monotonic() - begin < 1:
            time.sleep(1)  # a full disk fails fast; do not burn the whole queue in a second


def _evict_now_and_then(actor: Actor, base: Path) -> None:
    """Once an hour, by whoever comes first."""
    mark = base / "evicted"
    try:
        if clock.now_ms() / 1000 - mark.stat().st_mtime < EVICT_SECONDS:
            return
    except FileNotFoundError:
        pass
    mark.touch()
    os.utime(mark)
    environments.evict(actor)
    containers.evict()
