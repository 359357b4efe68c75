"""Statements of the hot paths: PostgreSQL parses and plans them once for each connection instead of with every request.

Planning took more of the server's processor time than running them: 0.15 to 0.2 ms of 0.25 for each. psycopg2 has no prepared
statements of its own, so this says PREPARE and EXECUTE (https://www.postgresql.org/docs/current/sql-prepare.html). The texts have
to be few: nothing that varies with the request belongs into them.
"""

import itertools
from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, NotSupportedError, OperationalError, connections
from django.db.backends.utils import CursorWrapper

_numbers = itertools.count()


def execute(cursor: CursorWrapper, sql: str, params: Sequence[Any], *, last: bool = False) -> None:
    """Execute `sql` with its `%s` parameters; on other databases as `cursor.execute` does. Parameters whose type the statement
    does not tell need a cast. Raises what `cursor.execute` raises.

    `last` promises that the caller's transaction has nothing more to do, so that COMMIT may go along (a message to PostgreSQL and
    back less); then the cursor has no rows and no count, and what a commit raises is raised here.
    """
    database = connections[DEFAULT_DB_ALIAS]  # `connection` looks it up at each of its attributes
    if database.vendor != "postgresql":
        cursor.execute(sql, params)
        return
    raw = database.connection
    known: dict[str, str] = raw.prepared
    name = known.get(sql)
    if name is None:
        with database.wrap_database_errors:
            name = known[sql] = _prepare(sql, raw)
    # Not inside a savepoint, nor inside another's transaction: those have more to do.
    raw.next_is_last = last and len(database.atomic_blocks) == 1
    try:
        cursor.execute(f"EXECUTE {name}({','.join(['%s'] * len(params))})", params)
    except NotSupportedError as error:
        # "cached plan must not change result type": a migration changed a column meanwhile. Planned anew at the next request.
        known.clear()
        raise OperationalError("the schema was changed; send again") from error
    finally:
        raw.next_is_last = False


def _prepare(sql: str, raw: Any) -> str:
    name = f"hot_{next(_numbers)}"
    first, *others = sql.split("%s")
    numbered = first + "".join(f"${place}{text}" for place, text in enumerate(others, 1))
    raw.say(f"PREPARE {name} AS {numbered}")
    return name
