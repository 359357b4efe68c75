"""What texts and names may be here. Pure."""

import re

from apps.core.errors import Invalid

MAX_COMMENT = 65_535
_WEBHOOK_NAME = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?")
MENTION = re.compile(r"(?<![\w@/.])@([\w.+-]*\w)")


def check_comment(text: str) -> None:
    """Raises Invalid for an empty or too long one."""
    if not text.strip():
        raise Invalid("Missing value for required parameter 'comment'")
    if len(text) > MAX_COMMENT:
        raise Invalid(f"'comment' exceeds the maximum length of {MAX_COMMENT} characters, got {len(text)}")
    if "\x00" in text:
        raise Invalid("Invalid value for parameter 'comment' supplied: it contains a NUL character")


def check_webhook_name(name: str) -> None:
    """Raises Invalid."""
    if not _WEBHOOK_NAME.fullmatch(name):
        raise Invalid(
            f"Webhook name {name[:100]!r} is invalid. It must start and end with a letter or digit, be less than 63 characters "
            "long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-)."
        )


def mentions(text: str) -> list[str]:
    """The names that a text mentions as `@name`, each once."""
    return list(dict.fromkeys(MENTION.findall(text)))
