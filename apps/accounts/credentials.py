"""A name and a password: whose, and right? With the lock-out, and a memory of a minute.

Checking a password costs 75 ms on purpose, and an `mlflow` client with Basic credentials sends it with each of its thousand
requests. So a verdict is kept in the process for a minute under a keyed hash of name, password and the account's present hash,
which is read from the database each time, with `is_active`: a changed password or a deactivated account is seen at once, by
every process.
"""

import hmac
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from django.conf import settings
from django.db import connection

from apps.accounts import lockout, passwords
from apps.accounts.models import name_key
from apps.audit.services import record
from apps.core import clock
from apps.core.actor import Actor

FRESH, TRUSTED, MOST = 60.0, 3600.0, 4096
BY_NAME = "SELECT id, username, kind, is_superuser, is_active, password FROM accounts_user WHERE key = %s"


@dataclass(frozen=True, slots=True)
class Account:
    """What signing in needs of a user."""

    id: int
    username: str
    kind: str
    is_superuser: bool
    is_active: bool
    password: str


class Verdicts:
    """Right and wrong pairs, the least recent forgotten first; safe between threads."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, tuple[float, bool]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: bytes) -> tuple[float, bool] | None:
        """Age in seconds and verdict, if it is younger than an hour."""
        with self._lock:
            found = self._known.get(key)
        if found is None or (age := clock.monotonic() - found[0]) > TRUSTED:
            return None
        return age, found[1]

    def put(self, key: bytes, verdict: bool) -> None:
        """Remember from now on."""
        with self._lock:
            self._known[key] = (clock.monotonic(), verdict)
            self._known.move_to_end(key)
            if len(self._known) > MOST:
                self._known.popitem(last=False)

    def clear(self) -> None:
        """Forget all; for tests."""
        with self._lock:
            self._known.clear()


verdicts = Verdicts()


def verify(name: str, password: str, address: str) -> Account | None:
    """The active account that name and password belong to. Raises TooMany when locked out.

    A pair that was right within the last hour is checked again without regard to a lock: who knows it is not guessing, and a
    training that runs must not stop because somebody on the same address guesses.
    """
    account = _find(name)
    key = _key(name, password, account)
    age, known = verdicts.get(key) or (TRUSTED, None)
    if known and age < FRESH:
        return account if account and account.is_active else None
    if not known:
        lockout.require_unlocked(name, address)
    if known is False and age < FRESH:
        return None
    return _verify(name, password, address, account, key)


def _verify(name: str, password: str, address: str, account: Account | None, key: bytes) -> Account | None:
    right = passwords.matches(password, account.password if account else None)
    verdicts.put(key, right)
    if right and account and account.is_active:
        lockout.clear(name, address)
        return account
    if lockout.count(name, address, password):
        record(Actor.anonymous(address), "sign_in.lock", noun="user", noun_id=account.id if account else "", name=name)
    return None


def _find(name: str) -> Account | None:
    with connection.cursor() as cursor:
        cursor.execute(BY_NAME, [name_key(name)])
        row = cursor.fetchone()
    return Account(row[0], row[1], row[2], bool(row[3]), bool(row[4]), row[5]) if row else None


def _key(name: str, password: str, account: Account | None) -> bytes:
    said = "\0".join((name_key(name), password, account.password if account else ""))
    return hmac.new(settings.SECRET_KEY.encode(), said.encode("utf-8", "replace"), sha256).digest()
