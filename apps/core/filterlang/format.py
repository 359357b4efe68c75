"""From tree to text: the one canonical spelling of a filter, which parses back to the same tree."""

import re

from apps.core.filterlang.ast import And, Comparison, IsNull, Node, Not, Or, Period, Value
from apps.core.filterlang.dialects import Dialect

_BARE = re.compile(r"[^\W\d][\w.]*")


def format_filter(node: Node | None, dialect: Dialect) -> str:
    """The filter as text, `""` for None. Raises ValueError for a text that no quotes of the language can hold."""
    return "" if node is None else _any(node, dialect)


def _any(node: Node, dialect: Dialect) -> str:
    if isinstance(node, Or):
        return " OR ".join(_within(item, Or, dialect) for item in node.items)
    if isinstance(node, And):
        return " AND ".join(_within(item, And, dialect) for item in node.items)
    if isinstance(node, Not):
        return f"NOT {_within(node.item, Not, dialect)}"
    left = spell_field(node.entity, node.key, dialect)
    if isinstance(node, IsNull):
        return f"{left} IS {'NOT ' if node.negated else ''}NULL"
    return f"{left} {node.operator} {_value(node, dialect)}"


def _within(node: Node, outer: type, dialect: Dialect) -> str:
    text = _any(node, dialect)
    needs = isinstance(node, Or) or (isinstance(node, And) and outer is not Or)
    return f"({text})" if needs else text


def _value(node: Comparison, dialect: Dialect) -> str:
    return spell_value(node.value, dialect)


def spell_field(entity: str, key: str, dialect: Dialect) -> str:
    """`metrics.accuracy`, with the key quoted where it has to be. Raises ValueError if it cannot be."""
    found = dialect.entity_named(entity)
    if found is None:
        raise ValueError(f"{dialect.name} have no {entity}")
    return f"{found.spellings[0]}.{spell_key(key, dialect)}"


def spell_key(key: str, dialect: Dialect) -> str:
    """The key, in backticks (or double quotes) unless it is a plain word."""
    if _BARE.fullmatch(key):
        return key
    if "`" not in key:
        return f"`{key}`"
    if '"' not in key and dialect.double_quotes:
        return f'"{key}"'
    raise ValueError(f"no quotes can hold the key {key!r}")


def spell_value(value: Value, dialect: Dialect) -> str:
    """A literal: number, quoted text or list of them."""
    if isinstance(value, tuple):
        return "(" + ", ".join(spell_value(item, dialect) for item in value) + ")"
    if isinstance(value, Period):
        return f"'{value.text}'"
    if not isinstance(value, str):
        return repr(value)
    if "'" not in value:
        return f"'{value}'"
    if '"' not in value and dialect.double_quotes:
        return f'"{value}"'
    raise ValueError(f"no quotes can hold the text {value!r}")
