"""What is wrong with a filter, where, and what was expected instead."""

from apps.core.errors import Invalid
from apps.core.filterlang.ast import Span


class FilterError(Invalid):
    """A filter or an `order_by` that does not follow the language.

    `position` is the offset and length, in characters of the text, of the part that is wrong; `expected` lists what could
    have stood there (may be empty). The message holds both in words.
    """

    def __init__(self, message: str, position: Span, expected: tuple[str, ...] = ()):
        super().__init__(message)
        self.position = position
        self.expected = expected


def invalid_clause(found: str, position: Span, hint: str, expected: tuple[str, ...] = ()) -> FilterError:
    """The error of text that is no comparison or stands where none can; `hint` is a sentence for people."""
    return FilterError(f"Invalid clause(s) in filter string: '{shorten(found)}'. {hint}", position, expected)


def shorten(text: str, limit: int = 80) -> str:
    """At most `limit` characters of `text`, for quoting it in a message."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def listed(words: tuple[str, ...] | list[str]) -> str:
    """`'a', 'b', 'c'`."""
    return ", ".join(f"'{word}'" for word in words)
