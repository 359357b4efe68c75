"""Workers, and what they do now."""

from datetime import timedelta

from apps.access.queries.workspaces import require_known
from apps.core import clock
from apps.core.actor import Actor
from apps.projects.models import Execution, Worker
from apps.projects.queries.executions import list_queue
from apps.projects.records import ACTIVE, ExecutionRecord, WorkerRecord

ALIVE_SECONDS = 30


def count_held(actor: Actor, name: str) -> int:
    """How many executions the worker of that name holds now."""
    require_known(actor)
    return Execution.objects.filter(worker=name, state__in=ACTIVE).count()


def count_taking(actor: Actor) -> int:
    """How many workers are there that take executions."""
    require_known(actor)
    heard = clock.now() - timedelta(seconds=ALIVE_SECONDS)
    return Worker.objects.filter(heard_at__gt=heard, slots__gt=0).count()


def find_worker(actor: Actor, name: str) -> WorkerRecord | None:
    """The worker of that name, without what it does; None if it was not heard of in the last week."""
    require_known(actor)
    row = Worker.objects.filter(name=name, heard_at__gt=clock.now() - timedelta(days=7)).first()
    return _record(row, []) if row else None


def list_workers(actor: Actor) -> list[WorkerRecord]:
    """Workers heard of in the last week, by name; of their executions those that the actor may see."""
    require_known(actor)
    busy = [execution for execution in list_queue(actor) if execution.state in ACTIVE]
    rows = Worker.objects.filter(heard_at__gt=clock.now() - timedelta(days=7)).order_by("name")
    return [_record(row, [execution for execution in busy if execution.worker == row.name]) for row in rows]


def _record(row: Worker, executions: list[ExecutionRecord]) -> WorkerRecord:
    return WorkerRecord(
        name=row.name,
        host=row.host,
        slots=row.slots,
        started_at=row.started_at,
        heard_at=row.heard_at,
        is_alive=row.heard_at > clock.now() - timedelta(seconds=ALIVE_SECONDS),
        load=row.load,
        isolation=row.isolation,
        walls=row.walls,
        engine=row.engine,
        problem=row.problem,
        executions=executions,
    )
