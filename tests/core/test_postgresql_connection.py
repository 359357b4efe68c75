"""Our PostgreSQL backend keeps transactions as Django means them, with fewer messages. In every pass these run on PostgreSQL."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import IntegrityError, InternalError, OperationalError, transaction
from django.db.utils import ConnectionHandler
from django.dispatch import Signal

from apps.core import prepared
from apps.core.postgresql import base
from mlplatform import environment
from tests.support import postgres

AWAY = "SELECT pg_terminate_backend(pg_backend_pid())"


@pytest.fixture(scope="module")
def databases() -> ConnectionHandler:
    """A database of these tests' own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", postgres.shared_url("postgres"))
        found = environment.database(Path("/"))
    return ConnectionHandler({"default": {**found, "CONN_HEALTH_CHECKS": True}})


@pytest.fixture
def db_(databases, monkeypatch, django_db_blocker) -> Iterator[base.DatabaseWrapper]:
    """A connection with an empty table of numbers, that `transaction.atomic` and `connection` mean too."""
    # A browser of this session may have left its event loop in this thread.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with django_db_blocker.unblock():
        # Applications that hear of new connections look into the default database, which is another one in the SQLite pass.
        monkeypatch.setattr("django.db.backends.base.base.connection_created", Signal())
        mine = databases.create_connection("default")
        monkeypatch.setattr(transaction, "get_connection", lambda using=None: mine)
        monkeypatch.setattr(prepared, "connections", {"default": mine})
        mine.cursor().execute("CREATE TABLE IF NOT EXISTS backend_numbers (n int PRIMARY KEY)")
        mine.cursor().execute("CREATE TABLE IF NOT EXISTS backend_late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        mine.cursor().execute("DELETE FROM backend_numbers; DELETE FROM backend_late")
        yield mine
        mine.close()


def insert(db_, number):
    db_.cursor().execute("INSERT INTO backend_numbers VALUES (%s)", [number])


def stored(db_):
    with db_.cursor() as cursor:
        cursor.execute("SELECT n FROM backend_numbers ORDER BY n")
        return [row[0] for row in cursor.fetchall()]


def seen_elsewhere(db_):
    other = db_.copy()
    try:
        return stored(other)
    finally:
        other.close()


def undo(action):
    """Do it in a transaction that an exception ends."""
    with transaction.atomic():
        action()
        raise ZeroDivisionError


def insert_twice(db_):
    with transaction.atomic():
        insert(db_, 1)
        insert(db_, 1)


def swallow_a_failure(db_):
    with transaction.atomic():
        insert(db_, 1)
        with contextlib.suppress(IntegrityError):
            insert(db_, 1)


def test_what_is_done_in_a_transaction_is_seen_when_it_ends(db_):
    with transaction.atomic():
        insert(db_, 1)
        insert(db_, 2)
        assert (stored(db_), seen_elsewhere(db_)) == ([1, 2], [])
    assert seen_elsewhere(db_) == [1, 2]
    insert(db_, 3)
    assert seen_elsewhere(db_) == [1, 2, 3]


def test_an_exception_undoes_all_of_it(db_):
    with pytest.raises(ZeroDivisionError):
        undo(lambda: insert(db_, 1))
    assert stored(db_) == seen_elsewhere(db_) == []


def test_a_first_statement_that_fails_leaves_a_connection_that_works(db_):
    insert(db_, 1)
    for bad in ("INSERT INTO backend_numbers VALUES (1)", "SELECT no_such_column", "SELEC"):
        with pytest.raises(Exception, match=r"duplicate|no_such_column|syntax"), transaction.atomic():
            db_.cursor().execute(bad)
        with transaction.atomic():
            assert stored(db_) == [1]


def refuse_before_it_is_sent(db_):
    with contextlib.suppress(ValueError):
        db_.cursor().execute("SELECT %s", ["a\0b"])
    insert(db_, 1)


def test_a_first_statement_that_is_never_sent_does_not_leave_the_next_one_without_a_transaction(db_):
    with pytest.raises(ZeroDivisionError):
        undo(lambda: refuse_before_it_is_sent(db_))
    assert stored(db_) == seen_elsewhere(db_) == []
    with transaction.atomic():
        refuse_before_it_is_sent(db_)
        assert seen_elsewhere(db_) == []
    assert seen_elsewhere(db_) == [1]


def test_a_part_may_fail_alone(db_):
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            insert_twice(db_)
        insert(db_, 2)
    assert seen_elsewhere(db_) == [2]


def test_a_transaction_in_which_a_statement_failed_is_no_success(db_):
    """PostgreSQL answers COMMIT by ROLLBACK then, and no error."""
    with pytest.raises(InternalError, match="cannot be committed"):
        swallow_a_failure(db_)
    assert stored(db_) == seen_elsewhere(db_) == []


def test_an_empty_transaction_costs_nothing_and_many_rows_at_once_belong_to_it(db_):
    with transaction.atomic():
        pass
    with pytest.raises(ZeroDivisionError):
        undo(lambda: db_.cursor().executemany("INSERT INTO backend_numbers VALUES (%s)", [[1], [2]]))
    assert stored(db_) == []


def test_rows_are_streamed_inside_and_outside_of_transactions(db_):
    db_.cursor().execute("INSERT INTO backend_numbers SELECT generate_series(1, 500)")
    with transaction.atomic():
        with db_.chunked_cursor() as cursor:
            cursor.execute("SELECT n FROM backend_numbers")
            assert len(cursor.fetchmany(100)) == 100
        insert(db_, 501)
    with db_.chunked_cursor() as cursor:
        cursor.execute("SELECT n FROM backend_numbers")
        assert len(cursor.fetchall()) == 501


def test_a_prepared_statement_answers_as_the_plain_one_on_every_connection(db_):
    def one(number):
        with db_.cursor() as cursor:
            prepared.execute(cursor, "SELECT %s::int + 1 AS next", [number])
            return cursor.fetchone()[0]

    assert [one(number) for number in (1, 2, 3)] == [2, 3, 4]
    assert len(db_.connection.prepared) == 1
    with pytest.raises(ZeroDivisionError):
        undo(lambda: one(4))
    db_.close()
    assert one(5) == 6


def test_a_statement_whose_tables_changed_is_planned_anew(db_):
    sql = "SELECT * FROM backend_numbers WHERE n = %s"
    insert(db_, 1)
    with db_.cursor() as cursor:
        prepared.execute(cursor, sql, [1])
        cursor.execute("ALTER TABLE backend_numbers ADD more int")
        try:
            with pytest.raises(OperationalError, match="schema was changed"):
                prepared.execute(cursor, sql, [1])
            prepared.execute(cursor, sql, [1])
            assert cursor.fetchall() == [(1, None)]
        finally:
            cursor.execute("ALTER TABLE backend_numbers DROP more")


def test_a_connection_that_just_answered_is_not_asked_for_its_health(db_, monkeypatch):
    stored(db_)
    asked = []
    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", lambda self: asked.append(self) or True)
    db_.close_if_unusable_or_obsolete()
    stored(db_)
    assert asked == []
    monkeypatch.setattr(base, "FRESH_SECONDS", 0)
    db_.close_if_unusable_or_obsolete()
    stored(db_)
    assert len(asked) == 1


def test_when_one_connection_was_lost_the_others_are_asked_again(db_):
    other = db_.copy()
    with pytest.raises(OperationalError):
        db_.cursor().execute(AWAY)
    stored(other)
    db_.close_if_unusable_or_obsolete()
    other.close_if_unusable_or_obsolete()
    assert (db_.connection, other.health_check_done) == (None, False)
    assert stored(db_) == stored(other) == []
    other.close()


def insert_last(db_, number, table="backend_numbers"):
    """Insert as the transaction's last statement."""
    with db_.cursor() as cursor:
        prepared.execute(cursor, f"INSERT INTO {table} VALUES (%s)", [number], last=True)


def insert_all(db_, numbers, last, table="backend_numbers"):
    with transaction.atomic():
        for number in numbers:
            insert(db_, number)
        insert_last(db_, last, table)


def never_send_the_last(db_):
    with contextlib.suppress(ValueError), db_.cursor() as cursor:
        prepared.execute(cursor, "INSERT INTO backend_numbers VALUES (length(%s::text))", ["a\0b"], last=True)


def test_a_last_statement_takes_the_commit_with_it(db_):
    with transaction.atomic():
        insert(db_, 1)
        insert_last(db_, 2)
        assert seen_elsewhere(db_) == [1, 2]
    with transaction.atomic():
        insert_last(db_, 3)
        assert seen_elsewhere(db_) == [1, 2, 3]
    assert stored(db_) == [1, 2, 3]


def test_after_the_last_statement_hooks_run_and_another_transaction_can_begin(db_):
    done = []
    with transaction.atomic():
        insert_last(db_, 1)
        db_.on_commit(lambda: done.append(stored(db_)))
    assert done == [[1]]
    with pytest.raises(ZeroDivisionError):
        undo(lambda: insert(db_, 2))
    assert stored(db_) == [1]


def test_a_statement_after_all_is_in_a_transaction_of_its_own(db_):
    with pytest.raises(ZeroDivisionError):
        undo(lambda: (insert_last(db_, 1), insert(db_, 2)))
    assert stored(db_) == [1]


def test_inside_a_savepoint_nothing_is_the_last(db_):
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError):
            undo(lambda: insert_last(db_, 1))
        insert(db_, 2)
        with transaction.atomic():
            insert_last(db_, 3)
        assert seen_elsewhere(db_) == []
    assert seen_elsewhere(db_) == [2, 3]


@pytest.mark.parametrize("before", [[], [2]], ids=["alone", "after another"])
def test_a_last_statement_that_fails_undoes_all_of_it(db_, before):
    insert(db_, 1)
    with pytest.raises(IntegrityError):
        insert_all(db_, before, 1)
    assert stored(db_) == seen_elsewhere(db_) == [1]


@pytest.mark.parametrize("before", [[], [2]], ids=["alone", "after another"])
def test_a_commit_that_fails_is_told_with_the_last_statement(db_, before):
    db_.cursor().execute("INSERT INTO backend_late VALUES (1)")
    with pytest.raises(IntegrityError):
        insert_all(db_, before, 1, "backend_late")
    assert stored(db_) == []
    with transaction.atomic():
        insert(db_, 3)
    assert seen_elsewhere(db_) == [3]


def test_a_last_statement_that_is_never_sent_commits_nothing_of_the_next(db_):
    with pytest.raises(ZeroDivisionError):
        undo(lambda: (never_send_the_last(db_), insert(db_, 1)))
    assert stored(db_) == []
