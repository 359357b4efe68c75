"""Workers say that they are there."""

from datetime import timedelta
from typing import Any

from apps.access.queries.workspaces import require_admin
from apps.core import clock
from apps.core.actor import Actor
from apps.core.transactions import atomic
from apps.projects.models import Worker

FORGOTTEN_DAYS = 7


@atomic
def hear(actor: Actor, name: str, facts: dict[str, Any], *, just_started: bool = False) -> None:
    """Note a sign of life of the worker `name` with what it says of itself (the columns of Worker)."""
    require_admin(actor, "worker.hear")
    now = clock.now()
    started = {"started_at": now}
    Worker.objects.update_or_create(
        name=name,
        defaults={**facts, **(started if just_started else {}), "heard_at": now},
        create_defaults={**facts, **started, "heard_at": now},
    )
    if just_started:
        Worker.objects.filter(heard_at__lt=now - timedelta(days=FORGOTTEN_DAYS)).delete()


@atomic
def leave(actor: Actor, name: str) -> None:
    """The worker ends in order: it takes nothing any more."""
    require_admin(actor, "worker.leave")
    Worker.objects.filter(name=name).update(slots=0, problem="It was stopped")
