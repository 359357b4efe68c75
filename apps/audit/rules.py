"""Who may read and seal the audit. `access` lies above this room, so the one rule stands here."""

from apps.core.actor import Actor
from apps.core.errors import Denied, Unauthenticated


def require_admin(actor: Actor) -> None:
    """Raises Unauthenticated for nobody and Denied for everybody but administrators and the platform."""
    if not actor.is_known:
        raise Unauthenticated("You are not signed in.")
    if not actor.is_admin:
        raise Denied("only administrators read the audit")
