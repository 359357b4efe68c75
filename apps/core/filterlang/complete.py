"""What could be typed next in a filter: the language's own words, and whose keys or values the caller should look up."""

import re
from dataclasses import dataclass
from typing import Literal

from apps.core.filterlang.dialects import LISTS, NUMERIC, Dialect
from apps.core.filterlang.errors import FilterError
from apps.core.filterlang.fields import Field, read_field
from apps.core.filterlang.lexer import Token, scan
from apps.core.filterlang.periods import EXAMPLES

Wants = Literal["field", "key", "operator", "value", "joiner", "nothing"]

# An entity and its dot with the key only begun: `params.`, `params.le`, ``params.`a b``, `params."a`.
_BEGUN_KEY = re.compile(r"([^\W\d]\w*)\.([`\"]?)([^`\"]*)")


@dataclass(frozen=True, slots=True)
class Completion:
    """`start` to `end` is the part of the text that a choice replaces, `typed` what stands there, without its quotes.

    `options` are words of the language (`metrics.`, `LIKE`, `AND`, a status). For `key` the caller adds the keys of
    `entity`, for `value` the values of `entity.key`; both go through format.spell_key or spell_value before insertion.
    """

    wants: Wants
    start: int
    end: int
    typed: str = ""
    entity: str = ""
    key: str = ""
    options: tuple[str, ...] = ()


def complete(text: str, cursor: int, dialect: Dialect) -> Completion:
    """What is wanted at `cursor` (an offset in `text`); never raises, `nothing` where the text before it makes no sense."""
    cursor = max(0, min(cursor, len(text)))
    before = text[:cursor]
    tokens, current = _split(before)
    state = _State(dialect)
    for token in tokens:
        if not state.feed(token):
            return Completion("nothing", cursor, cursor)
    start = current.start if current else cursor
    end = cursor + _rest_of_word(text, cursor) if current else cursor
    typed = current.value if current and current.kind != "unclosed" else current.text[1:] if current else ""
    return state.offer(current, start, end, typed)


def _split(before: str) -> tuple[list[Token], Token | None]:
    """The finished tokens, and the one the cursor still touches."""
    tokens = scan(before)
    begun = _begun_key(before, tokens)
    if begun:
        return [token for token in tokens if token.end <= begun.start], begun
    last = tokens[-1] if tokens else None
    touches = (
        last is not None
        and last.end == len(before)
        and last.kind in ("word", "identifier", "number", "operator", "unclosed", "bad")
    )
    return (tokens[:-1], last) if touches else (tokens, None)


def _begun_key(before: str, tokens: list[Token]) -> Token | None:
    """The unfinished `entity.key` at the end of the text, if the text ends in one."""
    if not tokens or tokens[-1].end != len(before):
        return None
    for token in tokens[-3:]:
        if token.kind in ("word", "identifier") and (match := _BEGUN_KEY.fullmatch(before, token.start)):
            if token.kind == "identifier" and token.end < len(before):
                continue
            return Token("identifier", match[3], match[0], token.start, match[1], match[3])
    return None


def _rest_of_word(text: str, cursor: int) -> int:
    match = re.compile(r"\w*").match(text, cursor)
    return len(match[0]) if match else 0


class _State:
    """Where the grammar stands after the finished tokens."""

    def __init__(self, dialect: Dialect):
        self.dialect = dialect
        self.wants: Wants = "field"
        self.field: Field | None = None
        self.words: list[str] = []
        self.open = 0
        self.in_list = False

    def feed(self, token: Token) -> bool:
        """Take one token in; False if it cannot stand here."""
        steps = {"field": self._field, "operator": self._operator, "value": self._value, "joiner": self._joiner}
        return steps[self.wants](token)

    def _field(self, token: Token) -> bool:
        if token.kind == "open" or token.is_word("NOT"):
            self.open += token.kind == "open"
            return True
        if token.kind not in ("identifier", "word", "backtick", "double"):
            return False
        try:
            self.field = read_field(token, self.dialect)
        except FilterError:
            return False
        self.wants, self.words = "operator", []
        return True

    def _operator(self, token: Token) -> bool:
        word = token.value.upper()
        self.words.append(word)
        phrase = " ".join(self.words)
        if phrase in ("IS", "IS NOT", "NOT"):
            return True
        if phrase in ("IS NULL", "IS NOT NULL"):
            self.wants = "joiner"
            return True
        self.wants = "value"
        return phrase in self._operators()

    def _value(self, token: Token) -> bool:
        if self.words[-1] == "IN":
            return self._list(token)
        self.wants = "joiner"
        return token.kind in ("single", "double", "number")

    def _list(self, token: Token) -> bool:
        if token.kind == "open" and not self.in_list:
            self.in_list = True
        elif token.kind == "close" and self.in_list:
            self.in_list, self.wants = False, "joiner"
        elif not (self.in_list and token.kind in ("single", "double", "comma")):
            return False
        return True

    def _joiner(self, token: Token) -> bool:
        if token.kind == "close" and self.open:
            self.open -= 1
            return True
        self.wants = "field"
        return token.is_word("AND", "OR")

    def _operators(self) -> tuple[str, ...]:
        assert self.field is not None
        extra = tuple(sign for sign in NUMERIC if sign not in self.field.operators) if self.field.numeric_text else ()
        return self.field.operators + extra + (("IS NULL", "IS NOT NULL") if self.field.nullable else ())

    def offer(self, current: Token | None, start: int, end: int, typed: str) -> Completion:
        """What fits at the cursor, with `current` begun there."""
        if self.wants == "field":
            return self._offer_field(current, start, end, typed)
        if self.wants == "operator":
            done = " ".join([*self.words, ""])
            options = tuple(word.removeprefix(done) for word in self._operators() if word.startswith(done))
            return Completion("operator", start, end, typed, self.field.entity, self.field.key, _beginning(options, typed))  # type: ignore[union-attr]
        if self.wants == "value":
            return self._offer_value(start, end, typed)
        options = ("AND", "OR", *((")",) if self.open else ()))
        return Completion("joiner", start, end, typed, options=_beginning(options, typed))

    def _offer_field(self, current: Token | None, start: int, end: int, typed: str) -> Completion:
        if current is not None and current.kind == "identifier":
            return self._offer_key(current, start, end)
        names = [one.name for one in self.dialect.attributes if one.filterable]
        others = [f"{one.spellings[0]}." for one in self.dialect.entities if one.name != "attribute"]
        return Completion("field", start, end, typed, options=_beginning((*others, *names, "NOT", "("), typed))

    def _offer_key(self, current: Token, start: int, end: int) -> Completion:
        entity = self.dialect.entity(current.entity)
        if entity is None:
            return Completion("nothing", start, end, current.key)
        start += len(current.entity) + 1
        keys = entity.keys or ()
        if entity.name == "attribute":
            keys = tuple(one.name for one in self.dialect.attributes if one.filterable)
        return Completion("key", start, end, current.key, entity.name, options=_beginning(keys, current.key))

    def _offer_value(self, start: int, end: int, typed: str) -> Completion:
        assert self.field is not None
        attribute = self.dialect.attribute(self.field.key) if self.field.entity == "attribute" else None
        values = tuple(f"'{value}'" for value in attribute.values) if attribute else ()
        if self.field.kind == "time":
            values = tuple(f"'{example}'" for example in EXAMPLES)
        if self.words[-1] in LISTS and not self.in_list:
            values = ("(",)
        return Completion("value", start, end, typed, self.field.entity, self.field.key, _beginning(values, typed))


def _beginning(options: tuple[str, ...], typed: str) -> tuple[str, ...]:
    """The options that go on from what is typed, in any case and with or without the quote."""
    low = typed.lower()
    return tuple(option for option in options if option.lower().lstrip("'").startswith(low))
