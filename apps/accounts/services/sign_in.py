"""A person opens and closes the door with a browser."""

from apps.accounts import lockout
from apps.accounts.credentials import verify
from apps.accounts.models import User
from apps.accounts.queries.actors import actor_for_user
from apps.accounts.rows import note
from apps.accounts.rules import require_known
from apps.audit.services import record
from apps.core.actor import Actor
from apps.core.errors import Unauthenticated

WRONG = "The name or the password is wrong."


def sign_in(actor: Actor, name: str, password: str) -> User:
    """The person of that name and password; `actor` is still nobody and brings the address. The door starts the session.

    Raises Unauthenticated, with one sentence for a wrong name, a wrong password, a closed account and a service account, and
    TooMany when this name is locked for this address.
    """
    lockout.require_unlocked(name, actor.address)
    account = verify(name, password, actor.address) if name and password else None
    user = User.objects.filter(pk=account.id, kind=User.Kind.PERSON).first() if account else None
    if user is None:
        raise Unauthenticated(WRONG)
    note(actor_for_user(user, "session", actor.address, actor.workspace), "sign_in.open", user)
    return user


def sign_out(actor: Actor) -> None:
    """Note that a person left; the door ends the session."""
    require_known(actor)
    record(actor, "sign_in.close", noun="user", noun_id=actor.user_id or "", name=actor.name)
