"""What workers do for projects."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings

from apps.core.actor import Actor
from apps.projects.presence import Presence
from apps.projects.services import archives, inspection, leases, logs, work

# An execution takes as long as its own limit says. The message has done its work when it has woken us: the row is the truth, so
# it is acknowledged at once, and Celery's time limits do not hold here.
UNLIMITED = 10 * 365 * 86400


@shared_task(name="projects.work", ignore_result=True, acks_late=False, soft_time_limit=UNLIMITED, time_limit=UNLIMITED)
def run_waiting() -> None:
    """Something waits in the queue."""
    work.drain(Actor.system("projects.work"))


@shared_task(name="projects.inspect", ignore_result=True)
def inspect(project_id: int) -> None:
    """A project was made or changed."""
    inspection.inspect(Actor.system("projects.inspect"), project_id)


@shared_task(name="projects.archive_log", ignore_result=True)
def archive_log(execution_id: int) -> None:
    """An execution has ended."""
    logs.archive(Actor.system("projects.archive_log"), execution_id)


@shared_task(name="projects.sweep", ignore_result=True)
def sweep() -> None:
    """Every ten seconds: what lost workers held, and what nobody was told of."""
    leases.sweep(Actor.system("projects.sweep"))


@shared_task(name="projects.clean_archives", ignore_result=True)
def clean_archives() -> None:
    """Daily: uploads that nothing points to."""
    archives.clean(Actor.system("projects.clean_archives"))


@worker_ready.connect
def announce(sender: Any, **_kwargs: Any) -> None:
    """A worker has started; if it is one that takes executions, it says so from now on."""
    if settings.EXECUTION_QUEUE in sender.app.amqp.queues.consume_from:
        Presence(Actor.system("projects.presence")).start()
