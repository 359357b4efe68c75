"""Too many wrong passwords: the next one waits.

Eight different guesses at one name from one address within 15 minutes lock that pair until the window has passed. Only
failures count, and the same wrong password counts once, so a job that retries a stale password all night locks nobody; and a
lock on one address leaves everybody else's alone. The table is shared by all processes. django-axes does neither: it counts
every repetition, wants a request where our rooms have none, and writes a row for each sign-in that went well.
"""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings

from apps.accounts.models import SignInFailure, name_key
from apps.core import clock
from apps.core.errors import TooMany

LIMIT = 8
WINDOW = timedelta(minutes=15)


def require_unlocked(name: str, address: str) -> None:
    """Raises TooMany, with the seconds left, if this name is locked for this address."""
    oldest = _counted(name, address)
    if len(oldest) >= LIMIT:
        seconds = int((oldest[-LIMIT] + WINDOW - clock.now()).total_seconds()) + 1
        raise TooMany(
            f"Too many wrong passwords for this name from this address. Try again in {-(-seconds // 60)} minutes.", seconds
        )


def count(name: str, address: str, password: str) -> bool:
    """Note a wrong guess; True if it was the one that locked."""
    key = _key(name)
    SignInFailure.objects.filter(key=key, address=address, at__lte=clock.now() - WINDOW).delete()
    guess = hmac.new(settings.SECRET_KEY.encode(), f"guess\0{key}\0{password}".encode("utf-8", "replace"), sha256).digest()[:16]
    row = SignInFailure(key=key, address=address, guess=guess, at=clock.now())
    before = len(_counted(name, address))
    SignInFailure.objects.bulk_create([row], ignore_conflicts=True)
    return before < LIMIT <= len(_counted(name, address))


def clear(name: str, address: str) -> None:
    """Forget the wrong guesses: the right password was given."""
    SignInFailure.objects.filter(key=_key(name), address=address).delete()


def sweep() -> None:
    """Drop what no longer counts."""
    SignInFailure.objects.filter(at__lte=clock.now() - WINDOW).delete()


def _counted(name: str, address: str) -> list[datetime]:
    failures = SignInFailure.objects.filter(key=_key(name), address=address, at__gt=clock.now() - WINDOW)
    return list(failures.order_by("at").values_list("at", flat=True))


def _key(name: str) -> str:
    return name_key(name)[:255]
