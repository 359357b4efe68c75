"""One comparison on one column. A NULL column makes it NULL: wrap nullable ones with `present`."""

import json

from django.db import connection

from apps.core import clock
from apps.core.filterlang.ast import Comparison, Operator, Period, Value
from apps.core.filterlang.evaluate import compare
from apps.core.filterlang.numbers import LARGEST, LONGEST, POSTGRES_NUMBER, SMALLEST
from apps.core.filterlang.periods import bounds
from apps.core.filterlang.regex import parse_regex, to_postgres
from apps.core.filtersql.fragments import FALSE, TRUE, Sql, joined
from apps.core.filtersql.postgres import fold_collation

_SIGNS = {"=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def is_postgres() -> bool:
    """Whether the statements go to PostgreSQL; SQLite is the other one."""
    return connection.vendor == "postgresql"


def number(column: str, operator: Operator, value: Value) -> Sql:
    """A column of numbers beside a number, or a column of milliseconds beside a number or a date."""
    if isinstance(value, Period):
        return _period(column, operator, value)
    return Sql(f"{column} {_SIGNS[operator]} %s", (value,))


def _period(column: str, operator: Operator, value: Period) -> Sql:
    first, after = bounds(value, clock.now_ms())
    inside = Sql(f"({column} >= %s AND {column} < %s)", (first, after))
    outside = Sql(f"({column} < %s OR {column} >= %s)", (first, after))
    simple = {"<": ("<", first), "<=": ("<", after), ">": (">=", after), ">=": (">=", first)}
    if operator in simple:
        sign, edge = simple[operator]
        return Sql(f"{column} {sign} %s", (edge,))
    return inside if operator == "=" else outside


def text(column: str, operator: Operator, value: Value) -> Sql:
    """A column of texts beside a text, a pattern or a list; always minding case, except ILIKE."""
    if isinstance(value, tuple):
        return _list(column, operator, value)
    pattern = str(value)
    if operator == "LIKE" and "%" not in pattern and "_" not in pattern:
        operator = "="
    if operator == "LIKE":
        return _like(column, pattern)
    if operator == "ILIKE":
        return _ilike(column, pattern)
    if operator == "RLIKE":
        return _rlike(column, pattern)
    return Sql(f"{column} {_SIGNS[operator]} %s", (pattern,))


def _list(column: str, operator: Operator, values: tuple[str, ...]) -> Sql:
    # One parameter whatever the length: SQLite counts them.
    if is_postgres():
        return Sql(f"{column} {'<> ALL' if operator == 'NOT IN' else '= ANY'}(%s)", (list(values),))
    return Sql(f"{column} {operator} (SELECT value FROM json_each(%s))", (json.dumps(values),))


def _like(column: str, pattern: str) -> Sql:
    if is_postgres():
        return Sql(f"{column} LIKE %s ESCAPE ''", (pattern,))
    return Sql(f"{column} GLOB %s", (to_glob(pattern),))


def _ilike(column: str, pattern: str) -> Sql:
    if is_postgres():
        collation = fold_collation()
        return Sql(f"lower({column}{collation}) LIKE lower(%s{collation}) ESCAPE ''", (pattern,))
    return Sql(f"mlp_fold({column}) GLOB mlp_fold(%s)", (to_glob(pattern),))


def _rlike(column: str, pattern: str) -> Sql:
    if is_postgres():
        return Sql(f"{column} ~ %s", (to_postgres(parse_regex(pattern)),))
    return Sql(f"mlp_regex(%s, {column})", (pattern,))


def to_glob(pattern: str) -> str:
    """A LIKE pattern as one of SQLite's GLOB, which minds case: what GLOB finds special is put into brackets."""
    return "".join({"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}.get(letter, letter) for letter in pattern)


def text_as_number(column: str, operator: Operator, value: Value) -> Sql:
    """A column of texts, read as numbers (numbers.text_number), beside a number; a text that is none makes it NULL."""
    return Sql(f"{number_in(column)} {_SIGNS[operator]} %s", (float(value),))  # type: ignore[arg-type]


def number_in(column: str) -> str:
    """The number that a column of texts holds, NULL where it holds none."""
    if not is_postgres():
        return f"mlp_number({column})"
    # CASE, because the order of AND is the planner's. By way of numeric, because a cast to float8 fails where it overflows.
    exact = f"({column})::numeric"
    finite = f"CASE WHEN abs({exact}) > {LARGEST!r} THEN NULL WHEN abs({exact}) < {SMALLEST!r} THEN 0 ELSE {exact}::float8 END"
    is_number = f"length({column}) <= {LONGEST} AND {column} ~ '{POSTGRES_NUMBER}'"
    return f"CASE WHEN {is_number} THEN {finite} END"


def choice(column: str, names: dict[int, str], node: Comparison) -> Sql:
    """A column of small numbers that stand for names: which of them match is decided here, not in the database."""
    numbers = [str(number) for number, name in names.items() if compare(name, node.operator, node.value)]
    if len(numbers) == len(names):
        return TRUE
    return Sql(f"{column} IN ({','.join(numbers)})") if numbers else FALSE


def present(column: str, clause: Sql, absent: str = "") -> Sql:
    """The clause, false where the column is NULL or, with `absent`, equal to that SQL literal."""
    test = f"{column} <> {absent}" if absent else f"{column} IS NOT NULL"
    return joined("AND", [Sql(test), clause])


def text_order(column: str) -> str:
    """The column as it sorts: by code point on both databases."""
    return f'{column} COLLATE "C"' if is_postgres() else column
