"""From what a request presents to who is asking. The sign-in itself, so no function here takes an actor.

Plain SQL: a token is looked up with every request of every client. One query, 0.03 ms in all on
SQLite (0.008 of them the database); through the ORM the same join costs 0.76 ms.
"""

import json
from typing import Any, Protocol

from django.db import connection

from apps.accounts import claims, credentials, seen
from apps.accounts.sessions import digest
from apps.core import clock, prepared
from apps.core.actor import Actor, Kind, Via
from apps.core.ids import secret_digest

PREFIX = "mlp"
BY_TOKEN = """
SELECT t.id, t.scopes, t.limits, u.id, u.username, u.kind, u.is_superuser, u.key
FROM accounts_apitoken t JOIN accounts_user u ON u.id = t.user_id
WHERE t.digest = %s AND t.revoked_at IS NULL AND u.is_active AND (t.expires_at IS NULL OR t.expires_at > %s)
"""


class Account(Protocol):
    """A user row, or what stands for one."""

    @property
    def id(self) -> int: ...
    @property
    def username(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def is_superuser(self) -> bool: ...


def actor_for_token(raw: str, address: str = "", workspace: str = "default") -> Actor | None:
    """Who the bearer token stands for; None if it is unknown, has run out, was revoked, or its owner is not active.

    A token made for less than its owner may carries that in `limits` (`scope`: `read` or `write`, and what it was limited to),
    and is no administrator's: `is_admin` is False whoever owns it.
    """
    row = _token_row(raw)
    if not row:
        return None
    actor = _token_actor(row, address, workspace)
    if not actor.limits:
        claims.remember(secret_digest(raw), actor)
    return actor


def actor_for_password(name: str, password: str, address: str = "", workspace: str = "default") -> Actor | None:
    """Who Basic credentials stand for: user name and password, or user name and one of the user's tokens.

    Raises TooMany when this name is locked for this address.
    """
    if not name or not password:
        return None
    if password.startswith(f"{PREFIX}_") and (row := _token_row(password)) and row[7] == credentials.name_key(name):
        return _token_actor(row, address, workspace)
    account = credentials.verify(name, password, address)
    return actor_for_user(account, "password", address, workspace) if account else None


def actor_for_user(user: Account, via: Via, address: str = "", workspace: str = "default") -> Actor:
    """An account whose identity is proved already (a session's, or a command's)."""
    return Actor(user.id, user.username, _kind(user.kind), user.is_superuser, via, None, address, workspace)


def actor_for_session(user: Account, session_key: str, address: str = "", workspace: str = "default") -> Actor:
    """A person whose browser is signed in; notes that this session was seen."""
    seen.session(digest(session_key))
    return actor_for_user(user, "session", address, workspace)


def _token_row(raw: str) -> tuple[Any, ...] | None:
    now = connection.ops.adapt_datetimefield_value(clock.now())
    with connection.cursor() as cursor:
        prepared.execute(cursor, BY_TOKEN, [secret_digest(raw), now])
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _token_actor(row: tuple[Any, ...], address: str, workspace: str) -> Actor:
    token_id, scopes, limits, user_id, username, kind, is_superuser, _ = row
    seen.token(token_id)
    narrowed = _limits(scopes, limits)
    return Actor(
        user_id, username, _kind(kind), bool(is_superuser) and not narrowed, "token", token_id, address, workspace, narrowed
    )


def _limits(scopes: str, limits: str) -> dict[str, str]:
    """The columns are JSON texts here; the plain token is by far the most frequent."""
    if limits == "{}" and scopes == '["all"]':
        return {}
    granted = json.loads(scopes)
    scope = {} if "all" in granted else {"scope": "write" if "write" in granted else "read"}
    return {**json.loads(limits), **scope}


def _kind(kind: str) -> Kind:
    return "service" if kind == "service" else "person"
