"""What a filter means, as data: a tree of frozen nodes without any text of the filter but its positions."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

EntityName = Literal["attribute", "metric", "param", "tag", "dataset"]
Operator = Literal["=", "!=", "<", "<=", ">", ">=", "LIKE", "ILIKE", "RLIKE", "IN", "NOT IN"]


class Span(NamedTuple):
    """A part of the filter text: `start` and `length` in characters."""

    start: int
    length: int


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Period:
    """A date or a date word as written (`2026-11-01`, `today`, `now-7d`); periods.bounds() makes milliseconds of it."""

    text: str


Value = str | int | float | tuple[str, ...] | Period


@dataclass(frozen=True, slots=True)
class Comparison:
    """`entity.key operator value`. Keys and entities are canonical (aliases are resolved).

    A number beside a param means: the param read as a number; one that is no number never matches.
    """

    entity: EntityName
    key: str
    operator: Operator
    value: Value
    position: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class IsNull:
    """`entity.key IS NULL`: the thing has no such key. Negated: it has one."""

    entity: EntityName
    key: str
    negated: bool = False
    position: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """True where `item` is not: two-valued, so it includes things that lack the key."""

    item: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more items, none of them an And."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of two or more items, none of them an Or."""

    items: tuple["Node", ...]


Node = Comparison | IsNull | Not | And | Or


def all_of(items: list[Node]) -> Node:
    """The conjunction of one or more nodes, flattened."""
    flat = [part for item in items for part in (item.items if isinstance(item, And) else (item,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(items: list[Node]) -> Node:
    """The disjunction of one or more nodes, flattened."""
    flat = [part for item in items for part in (item.items if isinstance(item, Or) else (item,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def leaves(node: Node | None) -> list[Comparison | IsNull]:
    """Every comparison and null test below `node`, in the order of the text; none for None."""
    if node is None:
        return []
    if isinstance(node, (Comparison, IsNull)):
        return [node]
    items = (node.item,) if isinstance(node, Not) else node.items
    return [leaf for item in items for leaf in leaves(item)]
