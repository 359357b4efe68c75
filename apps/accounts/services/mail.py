"""Sending links; called by workers."""

from django.core.mail import send_mail
from django.template.loader import render_to_string

from apps.accounts import links, lockout
from apps.accounts.links import Purpose
from apps.accounts.models import User
from apps.accounts.rules import require_admin
from apps.accounts.services.passwords import reset_addressees
from apps.accounts.sessions import SessionStore
from apps.core.actor import Actor


def send_invitation(actor: Actor, user_id: int) -> None:
    """Mail the link of an invitation, unless it was accepted meanwhile."""
    require_admin(actor)
    user = User.objects.filter(pk=user_id, deleted_at=None).first()
    if user and user.is_invited and user.email:
        _send(user, "invite")


def send_reset(actor: Actor, email: str) -> None:
    """Mail a link to each account of that address."""
    require_admin(actor)
    for user in reset_addressees(actor, email):
        _send(user, "invite" if user.is_invited else "reset")


def sweep(actor: Actor) -> None:
    """Drop sessions that have run out and failures that no longer count."""
    require_admin(actor)
    SessionStore.clear_expired()
    lockout.sweep()


def _send(user: User, purpose: Purpose) -> None:
    context = {"user": user, "link": links.address(user, purpose)}
    subject, body = render_to_string(f"mail/{purpose}.txt", context).split("\n", 1)
    send_mail(subject.strip(), body.strip() + "\n", None, [user.email])
