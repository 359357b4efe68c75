"""Closing accounts, opening them again, and who is an administrator."""

from apps.accounts import passwords
from apps.accounts.models import ApiToken, Membership, Session, User
from apps.accounts.rows import access_user, access_user_beside_admins, note
from apps.accounts.rules import require_admin
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import Conflict, Invalid
from apps.core.transactions import atomic


@atomic
def deactivate(actor: Actor, user_id: int) -> None:
    """Close an account: its sessions and tokens end with the next request they send, also after it is opened again.

    Administrators only. Raises Missing, and Conflict for the last administrator. Nothing happens if it is closed already.
    """
    require_admin(actor)
    user = access_user_beside_admins(actor, user_id)
    if user.is_active:
        User.objects.filter(pk=user_id).update(is_active=False)
        note(actor, "user.deactivate", user, _end(user_id))


@atomic
def reactivate(actor: Actor, user_id: int) -> None:
    """Open an account again, with its password, teams and grants; tokens have to be made anew. Administrators only."""
    require_admin(actor)
    user = access_user(actor, user_id)
    if not user.is_active:
        User.objects.filter(pk=user_id).update(is_active=True)
        note(actor, "user.reactivate", user)


@atomic
def set_admin(actor: Actor, user_id: int, is_admin: bool) -> None:
    """Make somebody an administrator, or no longer. Administrators only.

    Raises Missing, Conflict for the last administrator, Invalid for a service account.
    """
    require_admin(actor)
    user = access_user(actor, user_id) if is_admin else access_user_beside_admins(actor, user_id)
    if is_admin and user.kind == User.Kind.SERVICE:
        raise Invalid("A service account cannot be an administrator.")
    if user.is_superuser != is_admin:
        User.objects.filter(pk=user_id).update(is_superuser=is_admin)
        note(actor, "user.set_admin", user, {"is_admin": is_admin})


@atomic
def delete(actor: Actor, user_id: int) -> None:
    """Remove an account: sessions, tokens and memberships end, and the name is free for somebody else.

    The row stays, under a name that nobody can choose, so that runs, votes and comments keep their author; the audit keeps the
    old name anyway. Whoever takes the name later is another account and inherits nothing. Administrators only; raises Missing,
    and Conflict for the last administrator or oneself.
    """
    require_admin(actor)
    user = access_user_beside_admins(actor, user_id)
    if user_id == actor.user_id:
        raise Conflict("You cannot delete your own account; another administrator can.")
    note(actor, "user.delete", user, _end(user_id))
    Membership.objects.filter(user_id=user_id).delete()
    user.display_name = user.display_name or f"{user.username} (deleted)"[:255]
    user.username = f"deleted:{user.pk}:{user.username}"[:255]  # no name may contain a colon
    user.email, user.password = "", passwords.unusable()
    user.is_active, user.is_superuser, user.deleted_at = False, False, clock.now()
    user.save(update_fields=["username", "display_name", "email", "password", "is_active", "is_superuser", "deleted_at"])


def _end(user_id: int) -> dict[str, int]:
    """End every session and token; how many there were."""
    sessions, _ = Session.objects.filter(user_id=user_id).delete()
    tokens = ApiToken.objects.filter(user_id=user_id, revoked_at=None).update(revoked_at=clock.now())
    return {"sessions": sessions, "tokens": tokens}
