"""Who may change accounts. `access` lies above this room and asks it for people; so these few rules stand here."""

from apps.accounts.models import Membership, User
from apps.core.actor import Actor
from apps.core.errors import Denied, Missing, Unauthenticated


def own_id(actor: Actor) -> int:
    """The asker's number; 0, which nobody has, for the platform itself."""
    return actor.user_id or 0


def require_known(actor: Actor) -> None:
    """Raises Unauthenticated for nobody."""
    if not actor.is_known:
        raise Unauthenticated("You are not signed in.")


def require_unlimited(actor: Actor) -> None:
    """Raises Denied for a token that was made for less than all its owner may: it reads accounts at most."""
    require_known(actor)
    if actor.limits:
        raise Denied("this token may not change accounts, teams or tokens")


def require_admin(actor: Actor) -> None:
    """Raises Unauthenticated for nobody, Denied for everybody but administrators and the platform."""
    require_unlimited(actor)
    if not actor.is_admin:
        raise Denied("only administrators may do this")


def require_self_or_admin(actor: Actor, user_id: int) -> None:
    """The same, but oneself passes too."""
    require_unlimited(actor)
    if actor.user_id != user_id and not actor.is_admin:
        raise Denied("only the person themselves and administrators may do this")


def require_lead(actor: Actor, team_id: int) -> None:
    """A lead of the team, or an administrator. To people outside of the team it does not exist: Missing."""
    require_unlimited(actor)
    if actor.is_admin:
        return
    role = Membership.objects.filter(team_id=team_id, user_id=own_id(actor)).values_list("role", flat=True).first()
    if role is None:
        raise Missing(f"Team with id={team_id} not found")
    if role != Membership.Role.LEAD:
        raise Denied("only leads of the team and administrators may do this")


def is_own_or_service(actor: Actor, user: User) -> bool:
    """Whether the actor may hold secrets of this account.

    One's own; for administrators also a service account's. Not another person's: whoever could make a token in somebody's
    name could act, and vote, as them. The platform itself may (`manage.py create_token`): who runs it owns the database.
    """
    return actor.kind == "system" or actor.user_id == user.id or (actor.is_admin and user.kind == User.Kind.SERVICE)
