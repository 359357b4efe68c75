"""The right side of a comparison: which literal belongs to which key, and the protocol's words when it is another."""

import math

from apps.core.filterlang.ast import Operator, Period, Span, Value
from apps.core.filterlang.dialects import NUMERIC, Dialect
from apps.core.filterlang.errors import FilterError, invalid_clause, shorten
from apps.core.filterlang.fields import Field
from apps.core.filterlang.lexer import Token
from apps.core.filterlang.periods import EXAMPLES, read_period
from apps.core.filterlang.regex import BadRegex, parse_regex

# As long as the longest value that is compared with one; SQLite takes no more than 50,000 after escaping.
LONGEST_PATTERN = 8000
# sqlparse, which the reference reads filters with, takes these for keywords and not for values.
_KEYWORDS = ("TRUE", "FALSE", "NULL", "NONE")


def read_value(token: Token, field: Field, operator: Operator, dialect: Dialect) -> Value:
    """The value that one token stands for. Raises FilterError if the key cannot be compared with it."""
    if field.kind == "number":
        return _number(token, field)
    if field.kind == "time":
        return _time(token, field)
    if operator in NUMERIC[2:]:
        return _number(token, field)
    text = _text(token, field, dialect)
    if operator == "RLIKE":
        _check_regex(text, token)
    if operator in ("LIKE", "ILIKE") and len(text) > LONGEST_PATTERN:
        raise FilterError(f"A pattern has at most {LONGEST_PATTERN} characters", token.span)
    return text


def _number(token: Token, field: Field) -> int | float:
    if token.kind != "number":
        what = f"numeric attribute: {field.key}" if field.entity == "attribute" else field.entity
        raise FilterError(f"Expected numeric value type for {what}. Found {shorten(token.text)}", token.span, ("a number",))
    return to_number(token.text, token.span)


def to_number(text: str, span: Span) -> int | float:
    """An int where it is written as one and fits 64 bits, else a float. Raises FilterError beyond the largest float."""
    digits = text.lstrip("+-")
    if digits.isdecimal() and len(digits) < 19:
        return int(text)
    number = float(text)
    if math.isinf(number):
        raise FilterError(f"Expected numeric value that fits a double. Found {shorten(text)}", span)
    return number


def _time(token: Token, field: Field) -> int | float | Period:
    if token.kind in ("single", "double"):
        if period := read_period(token.value):
            return period
    elif token.kind == "number":
        return to_number(token.text, token.span)
    raise FilterError(
        f"Expected numeric value type for numeric attribute: {field.key}. Found {shorten(token.text)}. "
        f"Write milliseconds since 1970 or a quoted date such as '{EXAMPLES[0]}' or '{EXAMPLES[-1]}'.",
        token.span,
        ("milliseconds", *EXAMPLES),
    )


def _text(token: Token, field: Field, dialect: Dialect) -> str:
    if token.kind == "single" or (token.kind == "double" and dialect.double_quotes):
        return token.value
    if token.kind == "number" and dialect.numbers_as_text:
        return token.text
    if token.is_word(*_KEYWORDS):
        raise invalid_clause(token.text, token.span, "Texts are quoted, and there are no truth values.", ("'text'",))
    if token.kind in ("word", "identifier", "backtick", "double"):
        quotes = "single or double quotes" if dialect.double_quotes else "single quotes"
        raise FilterError(
            "Parameter value is either not quoted or unidentified quote types used for string value "
            f"{shorten(token.text)}. Use {quotes}.",
            token.span,
            (f"'{shorten(token.value)}'",),
        )
    what = "attributes" if field.entity == "attribute" else f"{field.entity} (e.g. 'my-value')"
    raise FilterError(
        f"Expected a quoted string value for {what}. Got value {shorten(token.text)}", token.span, (f"'{token.text}'",)
    )


def _check_regex(pattern: str, token: Token) -> None:
    try:
        parse_regex(pattern)
    except BadRegex as error:
        raise FilterError(f"Invalid regular expression '{shorten(pattern)}': {error}", token.span) from None


def read_list(tokens: list[Token], opening: Token, field: Field, dialect: Dialect) -> tuple[str, ...]:
    """The texts of an IN list, capitals kept, from the tokens between its parentheses. Raises FilterError.

    A last comma is let through: `f"run_id IN {tuple(ids)}"` writes one when there is one id.
    """
    start = "While parsing a list in the query, expected "
    if not tokens:
        raise FilterError(f"{start}a non-empty list of string values, but got empty list", opening.span, ("'text'",))
    values = []
    for index, token in enumerate(tokens):
        if index % 2:
            if token.kind != "comma":
                raise FilterError(f"{start}a comma. Found {shorten(token.text)}", token.span, (",",))
        elif token.kind == "single" or (token.kind == "double" and dialect.double_quotes):
            values.append(token.value)
        else:
            raise FilterError(
                f"{start}string value, punctuation, or whitespace, but got different type in list: {shorten(token.text)}",
                token.span,
                ("'text'",),
            )
    return tuple(values)
