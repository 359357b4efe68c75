"""Pieces of SQL with their parameters, and a filter's tree put together from them."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from apps.core.filterlang.ast import And, Comparison, IsNull, Node, Not


class Sql(NamedTuple):
    """A piece of a statement and the parameters of its marks, in order."""

    text: str
    params: tuple[Any, ...] = ()


TRUE = Sql("1 = 1")
FALSE = Sql("1 = 0")


def joined(word: str, pieces: Sequence[Sql]) -> Sql:
    """`(a WORD b WORD c)`."""
    text = f" {word} ".join([piece.text for piece in pieces])
    return Sql(f"({text})", tuple(param for piece in pieces for param in piece.params))


def negated(piece: Sql) -> Sql:
    """`NOT (a)`: right only where `a` is never NULL, which every leaf sees to."""
    return Sql(f"NOT ({piece.text})", piece.params)


def compile_tree(node: Node | None, leaf: Callable[[Comparison | IsNull], Sql]) -> Sql:
    """The condition of a whole filter, with `leaf` writing each comparison (true or false, never NULL)."""
    if node is None:
        return TRUE
    if isinstance(node, (Comparison, IsNull)):
        return leaf(node)
    if isinstance(node, Not):
        return negated(compile_tree(node.item, leaf))
    return joined("AND" if isinstance(node, And) else "OR", [compile_tree(item, leaf) for item in node.items])
