"""From text to tokens, in one pass and linear time.

An identifier is one token with its entity and key already apart: the text after the first dot is the key, further dots
belong to it, and it may be quoted with backticks or double quotes.
"""

import re
from dataclasses import dataclass
from typing import Literal

from apps.core.filterlang.ast import Span
from apps.core.filterlang.errors import FilterError, invalid_clause

Kind = Literal[
    "identifier",
    "word",
    "backtick",
    "double",
    "single",
    "number",
    "operator",
    "open",
    "close",
    "comma",
    "semicolon",
    "unclosed",
    "bad",
]

# A bare key may hold `-`, `/` and `:` (`metrics.system/cpu`), which the reference wants quoted: nothing else can begin there.
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    | (?P<identifier> (?: (?P<entity>[^\W\d]\w*) | `(?P<entity_quoted>[^`]*)` )
        \. (?: (?P<key>[\w.\-/:]+) | `(?P<key_backtick>[^`]*)` | "(?P<key_double>[^"]*)" ) )
    | (?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w.]))
    | (?P<word>[^\W\d]\w*)
    | `(?P<backtick>[^`]*)`
    | "(?P<double>[^"]*)"
    | '(?P<single>[^']*)'
    | (?P<operator>[=<>!~]+)
    | (?P<open>\() | (?P<close>\)) | (?P<comma>,) | (?P<semicolon>;)
    | (?P<unclosed>['"`].*)
    | (?P<bad>[\w.+-]+|.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """`value` is the text without its quotes; `entity` and `key` are set for identifiers only."""

    kind: Kind
    value: str
    text: str
    start: int
    entity: str = ""
    key: str = ""

    @property
    def end(self) -> int:
        """The offset behind the token."""
        return self.start + len(self.text)

    @property
    def span(self) -> Span:
        """Where the token stands."""
        return Span(self.start, len(self.text))

    def is_word(self, *words: str) -> bool:
        """Whether this is one of the given keywords (upper case), in any case."""
        return self.kind == "word" and self.value.upper() in words


def scan(text: str) -> list[Token]:
    """All tokens, without blanks; what cannot be read is of kind `bad` or `unclosed` (to the end of the text)."""
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "space":
            continue
        if match["identifier"] is not None:
            tokens.append(_identifier(match))
            continue
        tokens.append(Token(kind, match[kind], match[0], match.start()))  # type: ignore[arg-type,index]
    return tokens


def _identifier(match: re.Match[str]) -> Token:
    entity = match["entity"] if match["entity"] is not None else match["entity_quoted"]
    key = next(match[group] for group in ("key", "key_backtick", "key_double") if match[group] is not None)
    return Token("identifier", match[0], match[0], match.start(), entity, key)


def tokenize(text: str) -> list[Token]:
    """All tokens. Raises FilterError for an unclosed quote, a character outside the language or outside Unicode text."""
    check_characters(text)
    tokens = scan(text)
    for token in tokens:
        if token.kind == "unclosed":
            raise invalid_clause(
                token.text, token.span, f"The quote {token.text[0]} at character {token.start + 1} is never closed."
            )
        if token.kind == "bad":
            raise invalid_clause(
                token.text, token.span, "Keys with special characters are quoted with backticks, values with single quotes."
            )
    return tokens


def check_characters(text: str) -> None:
    """Raise FilterError for what no database can compare with: the zero character and half surrogate pairs."""
    try:
        bad = text.index("\0") if "\0" in text else -1
        text.encode()
    except UnicodeEncodeError as error:
        bad = error.start
    if bad >= 0:
        raise FilterError("Invalid clause(s) in filter string: it holds a character that is no text.", Span(bad, 1))
