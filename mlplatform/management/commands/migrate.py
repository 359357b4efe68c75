"""Brings the schema up to date; one process at a time, and without the time limits that requests have."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

# Any number that no other program takes a lock under in this database.
ADVISORY_LOCK = 7237114


class Command(migrate.Command):
    """Django's command, safe to start from several containers at once."""

    help = "Bring the schema up to date; safe to start from several containers at once."

    def handle(self, *args: Any, **options: Any) -> None:
        """Wait for the turn, then migrate. PostgreSQL gives the lock back when the connection ends, however it does."""
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        try:
            super().handle(*args, **options)
        finally:
            connection.close()
