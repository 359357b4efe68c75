"""What workers do for the audit."""

from celery import shared_task

from apps.audit.services import sealing
from apps.core.actor import Actor


@shared_task(name="audit.seal", ignore_result=True)
def seal() -> None:
    """Every ten seconds, by the schedule."""
    sealing.seal(Actor.system("audit.seal"))
