"""Making accounts and changing what they say of themselves."""

import re
from typing import Any

from django.db import IntegrityError

from apps.accounts import names, passwords
from apps.accounts.models import User
from apps.accounts.models.users import NAVS, THEMES
from apps.accounts.rows import access_user, note
from apps.accounts.rules import require_admin, require_known, require_self_or_admin
from apps.core import clock, jobs
from apps.core.actor import Actor
from apps.core.errors import AlreadyExists, Conflict, Invalid
from apps.core.transactions import atomic

MOST_TABLES = 200
MOST_COLUMN_TEXT = 20_000


@atomic
def create_user(
    actor: Actor,
    username: str,
    *,
    password: str | None = None,
    email: str = "",
    display_name: str = "",
    is_admin: bool = False,
) -> User:
    """A person's account. Without a password nobody signs in until one is set.

    Administrators only. Raises Invalid (name, address, password) and AlreadyExists (name taken, in any case). The platform's own
    commands may set any password that is not empty: who runs them owns the database.
    """
    require_admin(actor)
    user = User(
        username=names.checked_username(username), email=names.checked_email(email), display_name=names.cleaned(display_name, 255)
    )
    user.is_superuser = is_admin
    if password is None:
        user.password = passwords.unusable()
    else:
        user.password, user.password_changed_at = passwords.hashed(password, user, strict=actor.kind != "system"), clock.now()
    _insert(user)
    note(actor, "user.create", user, {"email": user.email, "is_admin": is_admin, "kind": "person"})
    return user


@atomic
def invite(actor: Actor, username: str, email: str, *, display_name: str = "", is_admin: bool = False) -> User:
    """An account whose owner chooses the password by a link sent to `email`, good for a week and once. Administrators only.

    Raises Invalid and AlreadyExists.
    """
    require_admin(actor)
    if not email.strip():
        raise Invalid("Write the mail address that the invitation goes to.")
    user = create_user(actor, username, email=email, display_name=display_name, is_admin=is_admin)
    note(actor, "user.invite", user, {"email": user.email})
    jobs.enqueue("accounts.send_invitation", user.pk)
    return user


@atomic
def send_invitation(actor: Actor, user_id: int) -> None:
    """Send the link of an invitation once more. Administrators only. Raises Missing, and Conflict once a password is set."""
    require_admin(actor)
    user = access_user(actor, user_id)
    if not user.is_invited or not user.email:
        raise Conflict("This account has a password already, is closed, or has no mail address.")
    note(actor, "user.invite", user, {"email": user.email})
    jobs.enqueue("accounts.send_invitation", user.pk)


@atomic
def create_service_account(actor: Actor, username: str, *, description: str = "") -> User:
    """An account for a machine: it has tokens, never a password, and never opens a page or votes.

    Administrators only, not leads of teams: a service account can be granted things, and whoever makes one holds its tokens.
    Raises Invalid and AlreadyExists.
    """
    require_admin(actor)
    user = User(username=names.checked_username(username), kind=User.Kind.SERVICE, description=names.cleaned(description, 500))
    user.password = passwords.unusable()
    _insert(user)
    note(actor, "user.create", user, {"kind": "service"})
    return user


@atomic
def update_profile(actor: Actor, user_id: int, *, display_name: str | None = None, email: str | None = None) -> User:
    """Change the name shown and the mail address; oneself or an administrator. Raises Invalid, Missing, Denied."""
    require_self_or_admin(actor, user_id)
    user = access_user(actor, user_id)
    wanted: dict[str, Any] = {}
    if display_name is not None:
        wanted["display_name"] = names.cleaned(display_name, 255)
    if email is not None:
        wanted["email"] = names.checked_email(email)
    changed = {field: value for field, value in wanted.items() if getattr(user, field) != value}
    if changed:
        note(actor, "user.update", user, {field: [getattr(user, field), value] for field, value in changed.items()})
        _update(user, **changed)
    return user


@atomic
def set_preference(actor: Actor, name: str, value: str) -> None:
    """Keep how one sees the pages. Not audited. Raises Invalid.

    `theme` (auto, light, dark), `nav` (auto, wide, slim) or `columns-5`, the columns of a table, "" for the usual ones.
    """
    require_known(actor)
    columns = re.fullmatch(r"columns-\d{1,18}", name, re.ASCII)
    if len(value) > MOST_COLUMN_TEXT or not (columns or value in {"theme": THEMES, "nav": NAVS}.get(name, ())):
        raise Invalid(f"{name} cannot be {value[:80]!r}.")
    if actor.user_id is not None:
        user = access_user(actor, actor.user_id)
        _update(user, preferences=_with_preference(user.preferences, name, value))


def _with_preference(known: dict[str, str], name: str, value: str) -> dict[str, str]:
    """With as many tables as one may have open in a year; some other one makes room."""
    kept = {key: text for key, text in known.items() if key != name}
    tables = [key for key in kept if key.startswith("columns-")]
    if name.startswith("columns-") and len(tables) >= MOST_TABLES:
        del kept[tables[0]]
    return {**kept, name: value} if value else kept


@atomic
def _try_to_insert(user: User) -> None:
    """In a savepoint: on PostgreSQL a refused insert ends the transaction that it stands in."""
    user.save(force_insert=True)


def _insert(user: User) -> None:
    try:
        _try_to_insert(user)
    except IntegrityError:
        raise AlreadyExists(f"User (username={user.username}) already exists.") from None


def _update(user: User, **fields: Any) -> None:
    for field, value in fields.items():
        setattr(user, field, value)
    user.save(update_fields=list(fields))
