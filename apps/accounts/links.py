"""Links by mail that let somebody in once: an invitation, a forgotten password.

No table: the link carries the account's number and a fingerprint of its password hash, signed with the platform's key. Using it
sets a password, which changes the fingerprint; so each works once, and any later change of the password ends those before it.
"""

from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac

from apps.accounts.models import User
from apps.core.errors import Missing

Purpose = Literal["invite", "reset"]
SECONDS: dict[Purpose, int] = {"invite": 7 * 24 * 3600, "reset": 3600}
PATHS: dict[Purpose, str] = {"invite": "/invitation/{}/", "reset": "/password/reset/{}/"}


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says once its signature and age hold: whose it is, and the state of the account it was made for."""

    user_id: int
    mark: str


def token(user: User, purpose: Purpose) -> str:
    """The secret part of a link."""
    return signing.dumps([user.pk, _mark(user)], salt=f"accounts.{purpose}")


def address(user: User, purpose: Purpose) -> str:
    """The whole link, under the public address."""
    return settings.PUBLIC_URL + PATHS[purpose].format(token(user, purpose))


def read(text: str, purpose: Purpose) -> Link | None:
    """The link, or None if it was not made by us, is too old, or is no link."""
    try:
        user_id, mark = signing.loads(text, salt=f"accounts.{purpose}", max_age=SECONDS[purpose])
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Link(user_id, mark)


def access_by_link(text: str, purpose: Purpose, users: QuerySet[User]) -> User:
    """Whose link this is, found among `users`; holding it is the proof of who asks.

    Raises Missing, with one sentence, for one that is used, too old or false.
    """
    link = read(text, purpose)
    user = users.filter(pk=link.user_id, kind=User.Kind.PERSON, is_active=True).first() if link else None
    if link is None or user is None or not constant_time_compare(link.mark, _mark(user)):
        raise Missing("This link was used already or is too old. Ask for a new one.")
    return user


def _mark(user: User) -> str:
    return salted_hmac("accounts.links", f"{user.pk} {user.password} {user.email}").hexdigest()[:32]
