"""Statements of the hot paths: PostgreSQL parses and plans them once for each connection instead of with every request.

Planning took more of the server's processor time than running them: 0.15 to 0.2 ms of 0.25 for each. psycopg2 has no prepared
statements of its own, so this says PREPARE and EXECUTE (https://www.postgresql.org/docs/current/sql-prepare.html). The texts have
to be few: nothing that varies with the request belongs into them.
"""

import itertools
from collections.abc import Sequence
from typing import Any

from django.db import NotSupportedError, OperationalError, connection
from django.db.backends.utils import CursorWrapper

_numbers = itertools.count()


def execute(cursor: CursorWrapper, sql: str, params: Sequence[Any]) -> None:
    """Execute `sql` with its `%s` parameters; on other databases as `cursor.execute` does. Parameters whose type the statement
    does not tell need a cast. Raises what `cursor.execute` raises."""
    if connection.vendor != "postgresql":
        cursor.execute(sql, params)
        return
    known: dict[str, str] = connection.connection.prepared
    name = known.get(sql) or _prepare(sql, known)
    try:
        cursor.execute(f"EXECUTE {name}({','.join(['%s'] * len(params))})", params)
    except NotSupportedError as error:
        # "cached plan must not change result type": a migration changed a column meanwhile. Planned anew at the next request.
        known.clear()
        raise OperationalError("the schema was changed; send again") from error


def _prepare(sql: str, known: dict[str, str]) -> str:
    name = f"hot_{next(_numbers)}"
    first, *others = sql.split("%s")
    numbered = first + "".join(f"${place}{text}" for place, text in enumerate(others, 1))
    with connection.wrap_database_errors:
        connection.connection.say(f"PREPARE {name} AS {numbered}")
    known[sql] = name
    return name
