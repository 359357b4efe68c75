"""People and service accounts."""

from dataclasses import dataclass
from typing import Literal

from django.db.models import Q, QuerySet

from apps.accounts import links
from apps.accounts.links import Purpose
from apps.accounts.models import User, name_key
from apps.accounts.rules import own_id, require_admin, require_known
from apps.core.actor import Actor
from apps.core.errors import Missing

State = Literal["", "active", "inactive", "invited", "admin"]


@dataclass(frozen=True, slots=True)
class Person:
    """What everybody who is signed in may know of an account: for completion, for bylines."""

    id: int
    username: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Page:
    """Ordered by name; `after` is what to pass for the next page, "" on the last."""

    users: list[User]
    after: str


def me(actor: Actor) -> User:
    """One's own account. Raises Unauthenticated, or Missing for the platform itself."""
    require_known(actor)
    return _found(User.objects.filter(pk=own_id(actor), deleted_at=None), "You have no account here.")


def get(actor: Actor, user_id: int) -> User:
    """An account by number. Raises Missing, or Denied for somebody else's."""
    _require_to_read(actor, own=actor.user_id == user_id)
    return _found(User.objects.filter(pk=user_id, deleted_at=None), f"User with id={user_id} not found")


def get_by_name(actor: Actor, username: str) -> User:
    """An account by name, in any case. Raises Missing, or Denied for somebody else's, whether it exists or not."""
    _require_to_read(actor, own=name_key(actor.name) == name_key(username))
    return _found(User.objects.filter(key=name_key(username), deleted_at=None), f"User with username={username} not found")


def list_users(actor: Actor, *, text: str = "", kind: str = "", state: State = "", after: str = "", limit: int = 100) -> Page:
    """Accounts for administrators. `text` looks into name, display name and address; `after` is a page's mark."""
    _require_to_read(actor, own=False)
    users = _in_state(User.objects.filter(deleted_at=None, key__gt=after), state)
    if kind:
        users = users.filter(kind=kind)
    if text:
        users = users.filter(Q(key__contains=name_key(text)) | Q(display_name__icontains=text) | Q(email__icontains=text))
    found = list(users.order_by("key")[: limit + 1])
    return Page(found[:limit], found[limit - 1].key if len(found) > limit else "")


def all_users(actor: Actor) -> list[User]:
    """Every account, by number, as the MLflow wire lists them."""
    _require_to_read(actor, own=False)
    return list(User.objects.filter(deleted_at=None).order_by("id"))


def find_people(actor: Actor, text: str, limit: int = 10) -> list[Person]:
    """Active accounts whose name or display name contains `text`, for whoever grants, mentions or asks somebody."""
    require_known(actor)
    users = User.objects.filter(Q(key__contains=name_key(text)) | Q(display_name__icontains=text), is_active=True)
    return [_person(user) for user in users.order_by("key")[:limit]]


def find_person(actor: Actor, username: str) -> Person:
    """The active account of that name, in any case, for whoever grants something. Raises Missing."""
    require_known(actor)
    return _person(
        _found(User.objects.filter(key=name_key(username), is_active=True), f"User with username={username} not found")
    )


def people(actor: Actor, ids: set[int]) -> dict[int, Person]:
    """What to call these accounts, deleted ones too."""
    require_known(actor)
    return {user.pk: _person(user) for user in User.objects.filter(pk__in=ids)}


def admins(actor: Actor) -> list[Person]:
    """Who can help: "ask …" where somebody may not do a thing."""
    require_known(actor)
    return [_person(user) for user in User.objects.filter(is_superuser=True, is_active=True).order_by("key")[:20]]


def link_owner(actor: Actor, token: str, purpose: Purpose) -> User:
    """Whose link this is, for the page that asks for the new password. For nobody in particular; the link is the proof.

    Raises Missing for one that is used, too old or false.
    """
    return links.access_by_link(token, purpose, User.objects.all())


def _require_to_read(actor: Actor, *, own: bool) -> None:
    require_known(actor)
    if not own:
        require_admin(actor)


def _in_state(users: QuerySet[User], state: State) -> QuerySet[User]:
    if state == "active":
        return users.filter(is_active=True)
    if state == "inactive":
        return users.filter(is_active=False)
    if state == "invited":
        return users.filter(is_active=True, kind=User.Kind.PERSON, password__startswith="!")
    if state == "admin":
        return users.filter(is_superuser=True)
    return users


def _found(users: QuerySet[User], message: str) -> User:
    if user := users.first():
        return user
    raise Missing(message)


def _person(user: User) -> Person:
    return Person(user.pk, user.username, user.label, user.kind)
