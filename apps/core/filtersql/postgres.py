"""What this PostgreSQL can do for comparisons without case."""

from functools import lru_cache

from django.db import connection


def fold_collation() -> str:
    """A COLLATE clause under which lower() folds the letters of all scripts one by one, or "" where the server has none.

    PostgreSQL 17 and later bring `pg_c_utf8`; before, ICU does nearly the same; without either the database's own locale decides.
    """
    return _best(connection.alias)


@lru_cache(maxsize=8)
def _best(alias: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT collname FROM pg_collation WHERE collname IN ('pg_c_utf8', 'und-x-icu') ORDER BY collname")
        names = [row[0] for row in cursor.fetchall()]
    return f' COLLATE "{names[0]}"' if names else ""
