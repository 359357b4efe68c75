"""Emptying the tables after a transactional test, although triggers keep some of them append-only."""

from django.db import connection

TABLES = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"


def let_through() -> None:
    """From now on, Django's flush puts every trigger aside and back again."""
    flush = connection.ops.execute_sql_flush
    connection.ops.execute_sql_flush = lambda statements: flush(around(statements))


def around(statements: list[str]) -> list[str]:
    """The statements between those that disable and those that enable triggers."""
    if not statements:
        return statements
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(TABLES)
            tables = [table for (table,) in cursor.fetchall()]
            off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
            return [*off, *statements, *(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables)]
        cursor.execute(TRIGGERS)
        triggers = cursor.fetchall()
    return [*(f'DROP TRIGGER "{name}"' for name, _ in triggers), *statements, *(sql for _, sql in triggers)]
