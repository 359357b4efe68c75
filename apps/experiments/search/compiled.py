"""What every compiler here returns, and the pieces that they share."""

from dataclasses import dataclass, field
from typing import Any

from apps.core.filterlang.ast import Comparison, IsNull
from apps.core.filtersql.comparisons import text_as_number
from apps.core.filtersql.fragments import Sql, negated
from apps.experiments.search.trigrams import matching


@dataclass(slots=True)
class Compiled:
    """A condition, the joins that the ordering needs, and the ordering itself, ties broken."""

    where: Sql
    joins: Sql
    order: str


@dataclass(slots=True)
class Ordering:
    """Joins and terms of an ORDER BY as they are found, one key after the other."""

    joins: list[Sql] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)

    def join(self, sql: str, *params: Any) -> str:
        """Add a left join, `{0}` standing for its alias, and return the alias."""
        alias = f"o{len(self.joins)}"
        self.joins.append(Sql(f" LEFT JOIN {sql.format(alias)}", params))
        return alias

    def add(self, column: str, ascending: bool, nullable: bool = False) -> None:
        """Sort by the column, NULL last in both directions."""
        if nullable:
            self.terms.append(f"{column} IS NULL")
        self.terms.append(column if ascending else f"{column} DESC")

    def finish(self, where: Sql, ties: list[str]) -> Compiled:
        """All of it, with the tie-break behind."""
        params = tuple(param for join in self.joins for param in join.params)
        terms = dict.fromkeys(self.terms + ties)  # once each: `start_time DESC` asked for is the tie-break itself
        return Compiled(where, Sql("".join([join.text for join in self.joins]), params), ", ".join(terms))


def exists(table: str, condition: str, params: tuple[Any, ...], extra: Sql | None = None) -> Sql:
    """`EXISTS` over rows of a table that belong to the row outside, perhaps with one comparison more.

    Written like this and not as IN, because SQLite then looks up the few rows of each run in the order of the page and stops when
    the page is full, where IN would first collect the runs of all experiments.
    """
    if extra is None:
        return Sql(f"EXISTS (SELECT 1 FROM {table} WHERE {condition})", params)
    return Sql(f"EXISTS (SELECT 1 FROM {table} WHERE {condition} AND {extra.text})", params + extra.params)


def keyed_text(node: Comparison | IsNull, table: str, condition: str, params: tuple[Any, ...], column: str) -> Sql:
    """A clause about a param or tag: a row of `table` under that key, with that value."""
    if isinstance(node, IsNull):
        found = exists(table, condition, params)
        return found if node.negated else negated(found)
    if isinstance(node.value, (int, float)):
        return exists(table, condition, params, text_as_number(column, node.operator, node.value))
    return exists(table, condition, params, matching(table.split()[0], column, node))
