"""What workers do for accounts."""

from celery import shared_task

from apps.accounts.services import mail
from apps.core.actor import Actor


@shared_task(name="accounts.send_invitation", ignore_result=True)
def send_invitation(user_id: int) -> None:
    """After an invitation was made."""
    mail.send_invitation(Actor.system("accounts.send_invitation"), user_id)


@shared_task(name="accounts.send_reset", ignore_result=True)
def send_reset(email: str) -> None:
    """After somebody said that they forgot their password."""
    mail.send_reset(Actor.system("accounts.send_reset"), email)


@shared_task(name="accounts.sweep", ignore_result=True)
def sweep() -> None:
    """Every hour, by the schedule."""
    mail.sweep(Actor.system("accounts.sweep"))
