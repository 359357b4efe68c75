"""Taking hold of a row that is about to change, and telling the audit."""

from typing import Any

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.actor import Actor
from apps.core.errors import Conflict, Missing


def access_user(actor: Actor, user_id: int) -> User:
    """The account, locked until the transaction ends. The caller has asked whether `actor` may. Raises Missing."""
    user = User.objects.select_for_update().filter(pk=user_id, deleted_at=None).first()
    if user is None:
        raise Missing(f"User with id={user_id} not found")
    return user


def access_user_beside_admins(actor: Actor, user_id: int) -> User:
    """The same for a change that may take an administrator away: Conflict if this one is the last who can sign in.

    All administrators' rows are locked, in one order; so of two who demote each other at the same moment the second waits, sees
    the first one's change, and is refused. (On SQLite the transaction itself is the lock.)
    """
    rows = User.objects.select_for_update().filter(is_superuser=True, is_active=True, deleted_at=None).order_by("pk")
    admins = [row.pk for row in rows]
    if admins == [user_id]:
        raise Conflict("This is the last administrator; make somebody else one first.")
    return access_user(actor, user_id)


def note(actor: Actor, act: str, user: User, details: dict[str, Any] | None = None) -> None:
    """An audit row about an account."""
    record(actor, act, noun="user", noun_id=user.pk, name=user.username, details=details)
