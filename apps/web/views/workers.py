"""Workers: who is there, what each can do and does, and what waits for them."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.access.levels import Level
from apps.projects.queries import executions, workers
from apps.projects.records import QUEUED, WorkerRecord
from apps.web import project_frame
from apps.web.base import actor_of, render, signed_in


@signed_in
def worker_list(request: HttpRequest) -> HttpResponse:
    """Every worker of the last week, and the queue."""
    actor = actor_of(request)
    found = workers.list_workers(actor)
    waiting = [record for record in executions.list_queue(actor) if record.state == QUEUED]
    context = {
        "rows": [_line(worker) for worker in found],
        "taking": any(worker.is_alive and worker.slots for worker in found),
        "waiting": [project_frame.row(record) for record in waiting],
        "edit": int(Level.EDIT),
    }
    return render(request, "web/executions/workers.html", context)


def _line(worker: WorkerRecord) -> dict[str, Any]:
    load = worker.load
    cpus, total, available = load.get("cpus") or 1, load.get("memory_total") or 0, load.get("memory_available") or 0
    return {
        "worker": worker,
        "rows": [project_frame.row(record) for record in worker.executions],
        "load": round(load.get("load", 0), 1),
        "cpus": cpus,
        "cpu_percent": min(100, 100 * load.get("load", 0) / cpus),
        "memory_used": total - available,
        "memory_total": total,
        "memory_percent": 100 * (total - available) / total if total else 0,
        "walls": sum(1 for wall in worker.walls if wall.get("is_reached")),
    }
