"""The backend: BEGIN travels with a transaction's first statement, COMMIT with its last where that is known, and a connection
just used is not asked for its health.

On the hot paths a request is four short statements, so each message to the server and back counts: 0.1 ms on a socket of the same
machine, more over a network.
"""

import time
from typing import Any

import psycopg2
from django.db.backends.postgresql import base
from psycopg2 import extensions

# A connection that answered so short a time ago is taken to be well. If it is not, its request gets the 503 that is sent again.
FRESH_SECONDS = 1.0


class Cursor(extensions.cursor):  # type: ignore[misc]
    """A cursor that opens the transaction, if one is due, in the same message as its statement, and ends it if that is known."""

    connection: "Connection"

    def execute(self, query: Any, args: Any = None) -> None:
        connection = self.connection
        ends, connection.next_is_last = connection.next_is_last, False
        begins = connection.begin_is_due and isinstance(query, str) and not self.name
        if begins:
            query = f"BEGIN; {query}"
        else:
            connection.begin_if_due()
        if ends:
            query = f"{query}; COMMIT"
        try:
            super().execute(query, args)
        finally:
            if begins or ends:
                # Still due where nothing was sent (a text that PostgreSQL has no letters for) or nothing was understood, and due
                # again where the transaction is over.
                connection.begin_is_due = connection.get_transaction_status() == extensions.TRANSACTION_STATUS_IDLE
        connection.answered_at = time.monotonic()

    def executemany(self, query: Any, args: Any) -> None:
        self.connection.begin_if_due()
        super().executemany(query, args)

    def callproc(self, *args: Any) -> Any:
        self.connection.begin_if_due()
        return super().callproc(*args)

    def copy_expert(self, *args: Any, **options: Any) -> Any:
        self.connection.begin_if_due()
        return super().copy_expert(*args, **options)


class Connection(extensions.connection):  # type: ignore[misc]
    """psycopg2's own transactions stay off (`autocommit`); this keeps them instead.

    `transactional` is what Django calls "not in autocommit": whatever is executed belongs to a transaction, which begins anew
    after each COMMIT and ROLLBACK. `begin_is_due` says that none is open yet; `next_is_last`, that COMMIT goes along with the
    next statement, whose rows and count nobody then sees. `prepared` maps statements to the names under which the server has them
    planned (apps/core/prepared.py).
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.transactional = False
        self.begin_is_due = False
        self.next_is_last = False
        self.answered_at = 0.0
        self.prepared: dict[str, str] = {}

    def say(self, statement: str) -> None:
        """Execute a statement that belongs to no cursor of the application."""
        with super().cursor(cursor_factory=extensions.cursor) as cursor:
            cursor.execute(statement)

    def begin_if_due(self) -> None:
        """Open the transaction now."""
        if self.begin_is_due:
            self.say("BEGIN")
            self.begin_is_due = False

    def commit(self) -> None:
        """End the transaction, if one is open. Raises InternalError where PostgreSQL would roll back and call that a success."""
        if self.is_open():
            if self.get_transaction_status() == extensions.TRANSACTION_STATUS_INERROR:
                raise psycopg2.InternalError("a statement of this transaction failed: it cannot be committed")
            self._end("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction, if one is open."""
        if self.is_open():
            self._end("ROLLBACK")

    def is_open(self) -> bool:
        """Whether a transaction has begun that is to be ended."""
        return self.transactional and not self.begin_is_due

    def _end(self, word: str) -> None:
        try:
            self.say(word)
        finally:
            self.begin_is_due = self.transactional


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's wrapper around such a connection."""

    _lost_at = 0.0  # when a connection of this process was last found dead

    def get_connection_params(self) -> dict[str, Any]:
        """Django's, and our classes."""
        ours = {"connection_factory": Connection, "cursor_factory": Cursor}
        return {**super().get_connection_params(), **ours}

    def _set_autocommit(self, autocommit: bool) -> None:
        connection = self.connection
        with self.wrap_database_errors:
            if connection.is_open():
                raise psycopg2.ProgrammingError("autocommit cannot be changed inside a transaction")
            if not connection.autocommit:
                connection.autocommit = True
        connection.transactional = connection.begin_is_due = not autocommit

    def close_if_unusable_or_obsolete(self) -> None:
        """Called at the start of each request: see whether Django's question after the connection's health can be left out."""
        was_there = self.connection is not None
        super().close_if_unusable_or_obsolete()
        if self.connection is None:
            self._note_loss(was_there)
        elif self._is_fresh():
            self.health_check_done = True

    def close_if_health_check_failed(self) -> None:
        """Django's question, before the first statement of a request."""
        was_there = self.connection is not None
        super().close_if_health_check_failed()
        self._note_loss(was_there and self.connection is None)

    def _is_fresh(self) -> bool:
        answered: float = self.connection.answered_at
        return answered > DatabaseWrapper._lost_at and time.monotonic() - answered < FRESH_SECONDS

    @staticmethod
    def _note_loss(is_lost: bool) -> None:
        """One dead connection means that the others are probably dead too: they are all asked again."""
        if is_lost:
            DatabaseWrapper._lost_at = time.monotonic()
