"""When a token or a session was last used: written at most once a minute per process, and never waited for.

A request must not hang because of its own trace: while somebody holds the write lock of SQLite, reading goes on, and so does
reading with a token. So the write gives up at once and is tried again with a later request.
"""

from collections.abc import Hashable

from django.conf import settings
from django.db import OperationalError, connection

from apps.core import clock

EVERY, AGAIN, MOST = 60.0, 1.0, 50_000
TOKEN = "UPDATE accounts_apitoken SET last_used_at = %s WHERE id = "
SESSION = "UPDATE accounts_session SET last_seen_at = %s WHERE digest = "
_due: dict[Hashable, float] = {}


def token(token_id: int) -> None:
    """A request came with this token."""
    if _is_due(("token", token_id)) and _write(TOKEN, "SELECT id FROM accounts_apitoken WHERE id = %s", token_id):
        _due["token", token_id] = clock.monotonic() + EVERY


def session(digest: str) -> None:
    """A request came with this session."""
    if _is_due(("session", digest)) and _write(SESSION, "SELECT digest FROM accounts_session WHERE digest = %s", digest):
        _due["session", digest] = clock.monotonic() + EVERY


def forget() -> None:
    """Everything is due again; for tests."""
    _due.clear()


def _is_due(key: Hashable) -> bool:
    now = clock.monotonic()
    if _due.get(key, 0.0) > now:
        return False
    if len(_due) > MOST:
        _due.clear()
    _due[key] = now + AGAIN
    return True


def _write(update: str, select: str, key: int | str) -> bool:
    now = connection.ops.adapt_datetimefield_value(clock.now())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{update}({select} FOR UPDATE SKIP LOCKED)", [now, key])
            return bool(cursor.rowcount)
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            cursor.execute(f"{update}%s", [now, key])
        except OperationalError:
            return False
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(settings.DATABASES['default']['OPTIONS']['timeout'] * 1000)}")
    return True
