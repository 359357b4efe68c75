"""Ending sessions from elsewhere."""

from apps.accounts.models import Session
from apps.accounts.rules import own_id, require_unlimited
from apps.audit.services import record
from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.core.transactions import atomic


@atomic
def end_session(actor: Actor, digest: str) -> None:
    """End one session, at its next request; one's own, or anybody's for administrators. Raises Missing."""
    require_unlimited(actor)
    session = Session.objects.select_related("user").filter(digest=digest).exclude(user=None).first()
    if session is None or session.user is None or (session.user_id != actor.user_id and not actor.is_admin):
        raise Missing("This session has ended already.")
    session.delete()
    record(
        actor,
        "session.end",
        noun="user",
        noun_id=session.user.pk,
        name=session.user.username,
        details={"address": session.address},
    )


@atomic
def end_other_sessions(actor: Actor, keep: str) -> int:
    """End all of one's own sessions but the one with digest `keep`; returns how many."""
    require_unlimited(actor)
    ended, _ = Session.objects.filter(user_id=own_id(actor)).exclude(digest=keep).delete()
    if ended:
        record(actor, "session.end", noun="user", noun_id=actor.user_id or "", name=actor.name, details={"sessions": ended})
    return ended
