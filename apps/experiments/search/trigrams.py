"""Indexes of trigrams, where PostgreSQL has them (migration 0005).

They are on the folded text, which ILIKE compares by itself. A LIKE implies the folded one, so that one index serves both.
"""

import re
from functools import lru_cache

from django.db import connection

from apps.core.filterlang.ast import Comparison
from apps.core.filtersql.comparisons import is_postgres, text
from apps.core.filtersql.fragments import Sql, joined
from apps.core.filtersql.postgres import fold_collation

# Table -> its index on the folded value.
INDEXES = {"experiments_runtag": "runtag_trigrams", "experiments_param": "param_trigrams"}
# A pattern that more rows match is found sooner by walking the runs from the newest on, and stopping when the page is full. The
# planner cannot know: to it the two comparisons are independent, and so the page rare. 100,000 runs, PostgreSQL 15, a pattern
# that every second run matches: 6 ms by the walk, ten times that by the index.
FEW = 5000
_THREE = re.compile(r"[A-Za-z0-9]{3}")


def matching(table: str, column: str, node: Comparison) -> Sql:
    """The comparison of a text in `column` of `table`, through the index of trigrams where that is there and helps."""
    pattern, clause = str(node.value), text(column, node.operator, node.value)
    if node.operator != "LIKE" or not is_postgres() or not _THREE.search(pattern) or not _is_implied(pattern):
        return clause
    if not _has_index(connection.alias, table):
        return clause
    folded = _folded(column, pattern)
    return joined("AND", [clause, folded]) if _estimate(table, column, folded) <= FEW else clause


def _folded(column: str, pattern: str) -> Sql:
    collation = fold_collation()
    return Sql(f"lower({column}{collation}) LIKE lower(%s{collation}) ESCAPE ''", (pattern,))


def _is_implied(pattern: str) -> bool:
    """Whether a text that matches the pattern also matches folded: not where folding may change the number of letters."""
    return "pg_c_utf8" in fold_collation() or ("_" not in pattern and pattern.isascii())


def _estimate(table: str, column: str, clause: Sql) -> int:
    """How many rows match, as PostgreSQL's statistics have it: 0.5 ms."""
    alias = column.partition(".")[0]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {table} {alias} WHERE {clause.text}", clause.params)
        return int(cursor.fetchone()[0][0]["Plan"]["Plan Rows"])


@lru_cache(maxsize=32)
def _has_index(alias: str, table: str) -> bool:
    """Whether the index is there, is whole, and folds as the searches do."""
    index = INDEXES.get(table)
    if index is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE c.relname = %s AND i.indisvalid AND pg_table_is_visible(c.oid)",
            [index],
        )
        found = cursor.fetchone()
    return bool(found) and fold_collation() in found[0]
