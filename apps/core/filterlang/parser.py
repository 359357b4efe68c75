"""From a filter's text to its tree: recursive descent over the tokens.

    filter  := "" | any
    any     := all (OR all)*
    all     := one (AND one)*
    one     := NOT one | "(" any ")" | field operator value | field IS [NOT] NULL

MLflow's own grammar is `comparison (AND comparison)*`; OR, NOT and parentheses are ours.
"""

from typing import NoReturn, cast

from apps.core.filterlang.ast import Comparison, IsNull, Node, Not, Operator, Span, all_of, any_of
from apps.core.filterlang.dialects import LISTS, NUMERIC, Dialect
from apps.core.filterlang.errors import FilterError, invalid_clause, listed
from apps.core.filterlang.fields import Field, read_field
from apps.core.filterlang.lexer import Token, tokenize
from apps.core.filterlang.literals import read_list, read_value

MOST_CLAUSES = 200
DEEPEST = 20
_FIELD_KINDS = ("identifier", "word", "backtick", "double")
_WORD_OPERATORS = ("LIKE", "ILIKE", "RLIKE", "IN", "NOT", "IS")
_JOINERS = ("AND", "OR")


def parse(text: str, dialect: Dialect) -> Node | None:
    """The tree of a filter; None for an empty one. Raises FilterError, and nothing else, for whatever else it is given."""
    tokens = tokenize(text)
    if not tokens:
        return None
    _refuse_statements(text, tokens)
    parser = _Parser(text, tokens, dialect)
    node = parser.any()
    if (extra := parser.peek()) is not None:
        parser.fail(extra, "Clauses are joined by AND or OR.", _JOINERS)
    return node


def _refuse_statements(text: str, tokens: list[Token]) -> None:
    for index, token in enumerate(tokens):
        if token.kind == "semicolon":
            if index == len(tokens) - 1:
                raise invalid_clause(";", token.span, "A filter does not end with a semicolon.")
            raise FilterError(
                "Search filter contained multiple expression. Provide AND-ed expression list.",
                Span(token.start, len(text) - token.start),
            )


class _Parser:
    def __init__(self, text: str, tokens: list[Token], dialect: Dialect):
        self.text = text
        self.tokens = tokens
        self.dialect = dialect
        self.at = 0
        self.depth = 0
        self.clauses = 0

    def peek(self, ahead: int = 0) -> Token | None:
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else None

    def take(self) -> Token | None:
        token = self.peek()
        self.at += 1
        return token

    def fail(self, token: Token | None, hint: str, expected: tuple[str, ...] = ()) -> NoReturn:
        """Raise at `token`, or at the end of the text for None; the message quotes the rest of the clause."""
        if token is None:
            raise invalid_clause(self.tokens[-1].text, Span(len(self.text), 0), f"The filter ends too early. {hint}", expected)
        raise invalid_clause(self.text[token.start :], token.span, hint, expected)

    def any(self) -> Node:
        items = [self.all()]
        while (token := self.peek()) and token.is_word("OR"):
            self.take()
            items.append(self.all())
        return any_of(items)

    def all(self) -> Node:
        items = [self.one()]
        while (token := self.peek()) and token.is_word("AND"):
            self.take()
            items.append(self.one())
        return all_of(items)

    def one(self) -> Node:
        token = self.peek()
        if token is None:
            self.fail(None, "A comparison was expected.")
        if token.is_word("NOT"):
            self.take()
            self.deeper(token)
            node: Node = Not(self.one())
        elif token.kind == "open":
            self.take()
            self.deeper(token)
            node = self.any()
            closing = self.take()
            if closing is None or closing.kind != "close":
                self.fail(closing, f"The parenthesis at character {token.start + 1} is never closed.", (")",))
        else:
            return self.clause(token)
        self.depth -= 1
        return node

    def deeper(self, token: Token) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise invalid_clause(token.text, token.span, f"A filter nests at most {DEEPEST} deep.")

    def clause(self, token: Token) -> Node:
        self.clauses += 1
        if self.clauses > MOST_CLAUSES:
            raise invalid_clause(token.text, token.span, f"A filter has at most {MOST_CLAUSES} comparisons.")
        field = self.field(token)
        operator = self.operator(field)
        if operator in ("IS NULL", "IS NOT NULL"):
            return IsNull(field.entity, field.key, operator == "IS NOT NULL", self.since(token))
        if operator in LISTS:
            value: object = self.values(field)
        else:
            value = self.value(field, cast(Operator, operator))
        return Comparison(field.entity, field.key, cast(Operator, operator), value, self.since(token))  # type: ignore[arg-type]

    def since(self, token: Token) -> Span:
        return Span(token.start, self.tokens[self.at - 1].end - token.start)

    def field(self, token: Token) -> Field:
        if (
            token.kind not in _FIELD_KINDS
            or (token.kind == "double" and not self.dialect.double_quotes)
            or token.is_word(*_JOINERS)
        ):
            following = self.peek(1)
            if token.kind in ("number", "single") and following and following.kind == "operator":
                message = f"Invalid comparison clause. Expected 'Identifier' found '{token.text}'. The key stands on the left."
                raise FilterError(message, token.span)
            self.fail(token, "A key was expected, such as metrics.accuracy or attributes.status.")
        self.take()
        field = read_field(token, self.dialect)
        if not field.filterable:
            valid = tuple(one.name for one in self.dialect.attributes if one.filterable)
            raise FilterError(f"Invalid attribute key '{field.key}' specified. Valid keys are {listed(valid)}", token.span, valid)
        return field

    def operator(self, field: Field) -> str:
        token = self.take()
        if token is None or not (token.kind == "operator" or token.is_word(*_WORD_OPERATORS)):
            self.fail(token, "An operator was expected behind the key.", field.operators)
        word = token.value.upper()
        if self.dialect.upper_case and word != token.value:
            raise self.refused(token, token.value, field, "Operators of this search are written in capitals.")
        if word == "IS":
            return self.null_test(token, field)
        if word == "NOT":
            second = self.take()
            if second is None or not second.is_word("IN") or (self.dialect.upper_case and second.value != "IN"):
                self.fail(second, "NOT behind a key is followed by IN.", ("IN",))
            word = "NOT IN"
        self.check_operator(token, word, field)
        return word

    def check_operator(self, token: Token, word: str, field: Field) -> None:
        if word in field.operators:
            return
        following = self.peek()
        if field.numeric_text and word in NUMERIC and following and following.kind == "number":
            return
        if word in LISTS and field.entity == "attribute" and field.kind == "text":
            valid = [one.name for one in self.dialect.attributes if one.lists]
            raise FilterError(f"Only {valid} attributes support comparison with a list of quoted string values.", token.span)
        hint = {"==": "Equal is written =.", "<>": "Unequal is written !=."}.get(word, "")
        if field.numeric_text and word in NUMERIC:
            hint = f"To compare as numbers write one, unquoted: {field.entity}s.{field.key} {word} 0.5."
        raise self.refused(token, word, field, hint)

    def refused(self, token: Token, word: str, field: Field, hint: str) -> FilterError:
        operators = field.operators
        message = f"Invalid comparator '{word}' for {field.entity} '{field.key}', not one of {listed(operators)}. {hint}"
        return FilterError(message.rstrip(), token.span, operators)

    def null_test(self, token: Token, field: Field) -> str:
        words = [self.take()]
        if words[0] is not None and words[0].is_word("NOT"):
            words.append(self.take())
        last = words[-1]
        if last is None or not last.is_word("NULL"):
            self.fail(last, "IS is followed by NULL or NOT NULL.", ("NULL", "NOT NULL"))
        if not field.nullable:
            names = [f"{one.name}s" for one in self.dialect.entities if one.nullable]
            where = f"only supported for {' and '.join(sorted(names, reverse=True))}" if names else "not supported here"
            raise FilterError(f"IS NULL / IS NOT NULL is {where}, not for {field.entity} '{field.key}'", token.span)
        return "IS NULL" if len(words) == 1 else "IS NOT NULL"

    def value(self, field: Field, operator: Operator) -> object:
        token = self.take()
        if token is None or token.kind in ("operator", "close", "comma"):
            self.fail(token, f"A value was expected behind {operator}.")
        if field.numeric_text and operator in ("=", "!=") and token.kind == "number":
            return self.numeric_equality(token, field, operator)
        return read_value(token, field, operator, self.dialect)

    def numeric_equality(self, token: Token, field: Field, operator: Operator) -> NoReturn:
        message = f"Expected a quoted string value for {field.entity} (e.g. 'my-value'). Got value {token.text}"
        raise FilterError(f"{message}. Only < <= > >= compare a {field.entity} as a number.", token.span, (f"'{token.text}'",))

    def values(self, field: Field) -> tuple[str, ...]:
        opening = self.take()
        if opening is None or opening.kind != "open":
            self.fail(opening, "IN is followed by a list in parentheses: IN ('a', 'b').", ("(",))
        inner = []
        while (token := self.take()) is not None and token.kind != "close":
            inner.append(token)
        if token is None:
            self.fail(None, "The list is never closed.", (")",))
        return read_list(inner, opening, field, self.dialect)
