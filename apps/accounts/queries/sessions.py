"""Where a person is signed in."""

from apps.accounts.models import Session
from apps.accounts.rules import require_known, require_self_or_admin
from apps.core import clock
from apps.core.actor import Actor


def list_sessions(actor: Actor, user_id: int | None = None) -> list[Session]:
    """Live sessions of an account (one's own without `user_id`), the last seen first."""
    require_known(actor)
    owner = actor.user_id if user_id is None else user_id
    if owner is None:
        return []
    if owner != actor.user_id:
        require_self_or_admin(actor, owner)
    return list(Session.objects.filter(user_id=owner, expires_at__gt=clock.now()).order_by("-last_seen_at"))
