"""What workers do for notices."""

from celery import shared_task

from apps.core.actor import Actor
from apps.notices.services import chat, deliveries, inbox


@shared_task(name="notices.deliver", ignore_result=True)
def deliver(delivery_id: str) -> None:
    """After an event that a webhook wants, and again when it was not taken."""
    deliveries.deliver(Actor.system("notices.deliver"), delivery_id)


@shared_task(name="notices.mail", ignore_result=True)
def mail() -> None:
    """After notices that are to be mailed."""
    inbox.send_mails(Actor.system("notices.mail"))


@shared_task(name="notices.chat", ignore_result=True)
def send_to_chat(channel_id: int, text: str) -> None:
    """After something that a chat is told."""
    chat.send_to_chat(Actor.system("notices.chat"), channel_id, text)


@shared_task(name="notices.sweep", ignore_result=True)
def sweep() -> None:
    """By the schedule: what the broker lost."""
    deliveries.sweep_deliveries(Actor.system("notices.sweep"))
    inbox.send_mails(Actor.system("notices.sweep"))
