"""Setting passwords: one's own, somebody's, by a link."""

from datetime import timedelta

from django.db.models import Q

from apps.accounts import links, passwords
from apps.accounts.credentials import verify
from apps.accounts.links import Purpose
from apps.accounts.models import Session, User
from apps.accounts.rows import access_user, note
from apps.accounts.rules import require_admin, require_self_or_admin
from apps.core import clock, jobs
from apps.core.actor import Actor
from apps.core.errors import Conflict, Denied, Invalid, Missing
from apps.core.transactions import atomic

BETWEEN_MAILS = timedelta(minutes=5)


def set_password(actor: Actor, user_id: int, new: str, *, current: str | None = None) -> None:
    """Set a password; every session of the account ends, tokens stay.

    An administrator sets anybody's. Oneself has to show the current one, unless this very request came with it (Basic), which
    is what the official client does. Raises Invalid (rules, service accounts), Denied (current password wrong), TooMany, Missing.
    """
    require_self_or_admin(actor, user_id)
    if actor.user_id == user_id and actor.via != "password":
        _check_current(actor, current)
    _set(actor, user_id, new)


def request_reset(actor: Actor, email: str) -> None:
    """Send a link to whoever has this address. For anybody, so it says nothing: who it is for is looked up by the worker."""
    if email.strip():
        jobs.enqueue("accounts.send_reset", email.strip()[:254])


@atomic
def reset_addressees(actor: Actor, email: str) -> list[User]:
    """The accounts to send a link to now: active people with that address, each at most once in five minutes."""
    require_admin(actor)
    now = clock.now()
    late = Q(reset_sent_at=None) | Q(reset_sent_at__lt=now - BETWEEN_MAILS)
    users = list(User.objects.select_for_update().filter(late, email__iexact=email, is_active=True, kind=User.Kind.PERSON))
    User.objects.filter(pk__in=[user.pk for user in users]).update(reset_sent_at=now)
    return users


def invitation_link(actor: Actor, user_id: int) -> str:
    """The link of an invitation that was not accepted yet, to be handed over by other means than mail. Administrators only.

    Raises Missing, and Conflict once a password is set.
    """
    require_admin(actor)
    user = User.objects.filter(pk=user_id, deleted_at=None).first()
    if user is None:
        raise Missing(f"User with id={user_id} not found")
    if not user.is_invited:
        raise Conflict("This account has a password already or is closed.")
    return links.address(user, "invite")


@atomic
def use_link(actor: Actor, token: str, purpose: Purpose, new: str) -> User:
    """Set the password by a link, which is the proof of who asks. Raises Missing (used, too old, false) and Invalid."""
    user = links.access_by_link(token, purpose, User.objects.select_for_update())
    act = "user.accept" if purpose == "invite" else "user.reset_password"
    _store(user, new, strict=True)
    note(Actor(user.pk, user.username, address=actor.address), act, user)
    return user


@atomic
def _set(actor: Actor, user_id: int, new: str) -> None:
    user = access_user(actor, user_id)
    if user.kind == User.Kind.SERVICE:
        raise Invalid("A service account has tokens, never a password.")
    _store(user, new, strict=actor.kind != "system")
    note(actor, "user.set_password", user)


def _check_current(actor: Actor, current: str | None) -> None:
    """Outside of the transaction: a wrong guess has to be counted even though the request fails."""
    account = verify(actor.name, current or "", actor.address) if current else None
    if account is None or account.id != actor.user_id:
        raise Denied("the current password is wrong")


def _store(user: User, new: str, *, strict: bool) -> None:
    user.password, user.password_changed_at = passwords.hashed(new, user, strict=strict), clock.now()
    user.save(update_fields=["password", "password_changed_at"])
    Session.objects.filter(user_id=user.pk).delete()
