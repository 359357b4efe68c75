"""What workers do for notices."""

from celery import shared_task

from apps.core.actor import Actor
from apps.notices.services import deliveries, outgoing


@shared_task(name="notices.deliver", ignore_result=True)
def deliver(delivery_id: str) -> None:
    """After an event that a webhook wants, and again when it was not taken."""
    deliveries.deliver(Actor.system("notices.deliver"), delivery_id)


@shared_task(name="notices.send", ignore_result=True)
def send(outgoing_id: int) -> None:
    """After something that a person's mailbox or chat, or a channel, is told; and again when it was not taken."""
    outgoing.send(Actor.system("notices.send"), outgoing_id)


@shared_task(name="notices.sweep", ignore_result=True)
def sweep() -> None:
    """By the schedule: what the broker lost."""
    deliveries.sweep_deliveries(Actor.system("notices.sweep"))
    outgoing.sweep_outgoing(Actor.system("notices.sweep"))


@shared_task(name="notices.forget", ignore_result=True)
def forget() -> None:
    """By the schedule: what was told long ago."""
    deliveries.forget_deliveries(Actor.system("notices.forget"))
    outgoing.forget_outgoing(Actor.system("notices.forget"))
