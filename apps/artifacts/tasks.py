"""What workers do in this room."""

from celery import shared_task

from apps.artifacts.services import charging, cleaning
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


@shared_task(name="artifacts.fold_uses", ignore_result=True)
def fold_uses() -> None:
    """Every minute: one row for each of whom something is counted."""
    charging.fold(Actor.system("artifacts.fold_uses"))


@shared_task(name="artifacts.recount_uses", ignore_result=True)
def recount_uses() -> None:
    """Daily: whether the counters are right."""
    charging.recount(Actor.system("artifacts.recount_uses"))
