"""How a run follows its execution. Its own code may have ended it, somebody may have put it into the trash: then it stays."""

from contextlib import suppress

from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import DomainError
from apps.experiments.models.runs import RUNNING, SCHEDULED, STATUSES
from apps.experiments.queries.runs import get_run
from apps.experiments.services.runs import update_run

SYSTEM = Actor.system("projects")
NUMBERS = {name: number for number, name in STATUSES}
OPEN = {RUNNING, SCHEDULED}


def mark_running(run_id: str) -> None:
    """A worker has begun."""
    with suppress(DomainError):
        update_run(SYSTEM, run_id, status=RUNNING)


def mark_waiting(run_id: str) -> None:
    """Its worker was lost, and it waits for another."""
    with suppress(DomainError):
        if get_run(SYSTEM, run_id).status in OPEN:
            update_run(SYSTEM, run_id, status=SCHEDULED)


def close(run_id: str, state: str) -> None:
    """The execution has ended as `state`: FINISHED, FAILED or KILLED."""
    with suppress(DomainError):
        if get_run(SYSTEM, run_id).status in OPEN:
            update_run(SYSTEM, run_id, status=NUMBERS[state], end_time=clock.now_ms())
