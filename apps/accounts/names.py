"""What people and teams may be called, and where mail may go. Pure; raises Invalid with a sentence."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.core.errors import Invalid

LIMIT = 255


def checked_username(text: str) -> str:
    """A user name in normal form. Any script; no white space at the ends, no control characters, no `/` and no `:`.

    `:` ends the name in Basic credentials, `/` would split an address.
    """
    name = unicodedata.normalize("NFKC", text)
    if not name:
        raise Invalid("Write a user name.")
    return _checked(name, "A user name", forbidden="/:")


def checked_team_name(text: str) -> str:
    """A team's name in normal form."""
    name = unicodedata.normalize("NFKC", text).strip()
    if not name:
        raise Invalid("Write a name for the team.")
    return _checked(name, "A team's name", forbidden="/")


def checked_email(text: str) -> str:
    """An address, or nothing."""
    address = text.strip()
    if not address:
        return ""
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid(f"{address!r} is no mail address; write one like anna@example.com.") from None
    return address


def cleaned(text: str, limit: int) -> str:
    """Free text of a person as it is stored: no white space at the ends, nothing that a database refuses, not too long."""
    return text.replace("\0", "").encode("utf-8", "replace").decode().strip()[:limit]


def _checked(name: str, what: str, forbidden: str) -> str:
    if len(name) > LIMIT:
        raise Invalid(f"{what} has at most {LIMIT} characters.")
    if name != name.strip() or any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in name):
        raise Invalid(f"{what} has no spaces at its ends and no invisible characters.")
    if found := next((character for character in forbidden if character in name), None):
        raise Invalid(f"{what} must not contain {found!r}.")
    return name
