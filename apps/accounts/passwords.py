"""Checking and choosing passwords; hashes are Django's."""

from threading import BoundedSemaphore

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from apps.accounts.models import User
from apps.core.errors import Invalid

# Each hash takes 46 MiB and a core: a storm of sign-ins waits here instead of taking the memory of all request threads.
_at_once = BoundedSemaphore(4)


def hashed(password: str, user: User, *, strict: bool = True) -> str:
    """The hash to store. Raises Invalid with every rule that the password breaks; unless `strict`, only if it is empty."""
    if not password:
        raise Invalid("Username and password cannot be empty.")
    try:
        validate_password(password, user, password_validators=None if strict else [])
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from None
    with _at_once:
        return make_password(password)


def unusable() -> str:
    """What stands in the place of a hash for who has no password."""
    return make_password(None)


def matches(password: str, encoded: str | None) -> bool:
    """Whether the password has that hash. None (nobody of that name) costs the same time and is False."""
    with _at_once:
        if encoded is None:
            make_password(password)
            return False
        return check_password(password, encoded)
