"""Workers, and what they do now."""

from datetime import timedelta

from apps.access.queries.workspaces import require_known
from apps.core import clock
from apps.core.actor import Actor
from apps.projects.models import Execution, Worker
from apps.projects.queries.executions import list_queue
from apps.projects.records import ACTIVE, WorkerRecord

ALIVE_SECONDS = 30


def count_held(actor: Actor, name: str) -> int:
    """How many executions the worker of that name holds now."""
    require_known(actor)
    return Execution.objects.filter(worker=name, state__in=ACTIVE).count()


def list_workers(actor: Actor) -> list[WorkerRecord]:
    """Workers heard of in the last week, by name; of their executions those that the actor may see."""
    require_known(actor)
    now = clock.now()
    busy = [execution for execution in list_queue(actor) if execution.state in ACTIVE]
    return [
        WorkerRecord(
            name=row.name,
            host=row.host,
            slots=row.slots,
            started_at=row.started_at,
            heard_at=row.heard_at,
            is_alive=row.heard_at > now - timedelta(seconds=ALIVE_SECONDS),
            load=row.load,
            isolation=row.isolation,
            walls=row.walls,
            engine=row.engine,
            problem=row.problem,
            executions=[execution for execution in busy if execution.worker == row.name],
        )
        for row in Worker.objects.filter(heard_at__gt=now - timedelta(days=7)).order_by("name")
    ]
