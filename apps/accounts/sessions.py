"""The session engine (`SESSION_ENGINE`): Django's contract over our own table.

Not Django's database engine: its rows do not know whose they are, so "end all sessions of this person" would decode every row,
and it stores the cookie's value as it is.
"""

import hashlib
from datetime import timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError

from apps.accounts.models import Session
from apps.core import clock
from apps.core.transactions import atomic

ADDRESS, USER_AGENT = "address", "user_agent"


def digest(session_key: str) -> str:
    """What the table holds of a cookie's value."""
    return hashlib.sha256(session_key.encode()).hexdigest()


@atomic
def _create(key: str, columns: dict[str, Any]) -> None:
    """In a savepoint: on PostgreSQL a refused insert ends the transaction that it stands in."""
    Session.objects.create(digest=key, **columns)


class SessionStore(SessionBase):
    """One browser's session. A row that is gone is a session that has ended, at the next request."""

    def load(self) -> dict[str, Any]:
        """The data of a session that has not run out; {} otherwise."""
        row = Session.objects.filter(digest=digest(self.session_key or ""), expires_at__gt=clock.now()).first()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row.data)

    def exists(self, session_key: str) -> bool:
        """Whether the key is taken."""
        return Session.objects.filter(digest=digest(session_key)).exists()

    def create(self) -> None:
        """Take a key that nobody has."""
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Store the data; raises UpdateError if the session was ended meanwhile, so that it does not rise again."""
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        columns = {
            "data": self.encode(data),
            "expires_at": clock.now() + timedelta(seconds=self.get_expiry_age()),
            "user_id": data.get(SESSION_KEY),
            "address": str(data.get(ADDRESS, ""))[:64],
            "user_agent": str(data.get(USER_AGENT, ""))[:400],
        }
        if must_create:
            return self._insert(columns)
        if not Session.objects.filter(digest=digest(self.session_key)).update(**columns):
            raise UpdateError
        return None

    def _insert(self, columns: dict[str, Any]) -> None:
        try:
            _create(digest(self.session_key or ""), columns)
        except IntegrityError:
            raise CreateError from None

    def delete(self, session_key: str | None = None) -> None:
        """End the session."""
        if key := session_key or self.session_key:
            Session.objects.filter(digest=digest(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        """Drop what has run out; the sweep calls this."""
        Session.objects.filter(expires_at__lt=clock.now()).delete()
