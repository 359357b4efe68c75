"""What workers do in this room."""

from celery import shared_task

from apps.artifacts.services import cleaning
from apps.core.actor import Actor


@shared_task(name="artifacts.clean", ignore_result=True)
def clean() -> None:
    """Hourly: uploads that died, and bytes that nothing points to."""
    cleaning.clean(Actor.system("artifacts.clean"), orphans=False, seconds=180)


@shared_task(name="artifacts.clean_orphans", ignore_result=True)
def clean_orphans() -> None:
    """Daily: bytes in the store that no row knows."""
    cleaning.clean(Actor.system("artifacts.clean_orphans"), orphans=True, seconds=180)


@shared_task(name="artifacts.mark_damaged", ignore_result=True)
def mark_damaged(blob_id: int) -> None:
    """A download did not add up."""
    cleaning.mark_damaged(Actor.system("artifacts.mark_damaged"), blob_id)
