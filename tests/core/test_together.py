"""Writers of one SQLite database share a commit; each has the answer of its own, and none before what it wrote stands."""

import threading
import time

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.db.utils import ConnectionHandler
from django.utils.connection import ConnectionProxy

from apps.core import together, turns
from mlplatform import environment

TABLES = "CREATE TABLE parent (id integer PRIMARY KEY); CREATE TABLE child (n integer, parent_id integer REFERENCES parent (id) "
DEFERRED = "DEFERRABLE INITIALLY DEFERRED)"


@pytest.fixture
def database(tmp_path, monkeypatch, django_db_blocker):
    """An SQLite file that `connection` and `transaction.atomic` mean, with a connection for each thread."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # a browser of this session may have left its event loop in this thread
    handler = ConnectionHandler({"default": environment.database(tmp_path)})
    for module in (together, turns):
        monkeypatch.setattr(module, "connection", ConnectionProxy(handler, "default"))
    monkeypatch.setattr("apps.core.transactions.connection", ConnectionProxy(handler, "default"))
    monkeypatch.setattr(transaction, "get_connection", lambda using=None: handler["default"])
    with django_db_blocker.unblock():
        for statement in (TABLES + DEFERRED).split(";"):
            handler["default"].cursor().execute(statement)
        yield handler
        handler["default"].close()


@pytest.fixture
def write(database):
    """A write that stores a child; `before` is done first, in the same transaction. It returns its number and its thread."""

    @together.together
    def store(number, parent=None, before=None):
        if before:
            before()
        database["default"].cursor().execute("INSERT INTO child VALUES (%s, %s)", [number, parent])
        return number, threading.get_ident()

    return store


def at_once(database, calls):
    """Do the first call, and the others while it holds the turn; what each returned or raised."""
    outcomes, gate, waits = [None] * len(calls), threading.Event(), threading.Event()

    def hold():
        waits.set()
        assert gate.wait(20)

    def work(place, call):
        try:
            outcomes[place] = call(hold if place == 0 else None)
        except Exception as error:
            outcomes[place] = error
        finally:
            database["default"].close()

    threads = [threading.Thread(target=work, args=(place, call)) for place, call in enumerate(calls)]
    threads[0].start()
    assert waits.wait(20)
    for count, thread in enumerate(threads[1:], 2):
        thread.start()
        deadline = time.monotonic() + 20
        while len(turns._queue) < count and time.monotonic() < deadline:
            time.sleep(0.001)
    gate.set()
    for thread in threads:
        thread.join(30)
    assert not turns._queue
    return outcomes


def stored(database):
    with database["default"].cursor() as cursor:
        cursor.execute("SELECT n FROM child ORDER BY n")
        return [row[0] for row in cursor.fetchall()]


def fail(error):
    raise error


def test_who_is_in_front_writes_for_those_behind_it(database, write):
    outcomes = at_once(database, [lambda hold, n=n: write(n, before=hold) for n in range(12)])
    assert stored(database) == list(range(12))
    assert [number for number, _ in outcomes] == list(range(12))
    assert len({thread for _, thread in outcomes}) == 1


def test_one_that_is_refused_is_undone_alone_and_hears_why(database, write):
    def refused(hold):
        return write(2, before=lambda: (write(99), fail(ValueError("no"))))

    outcomes = at_once(database, [lambda hold: write(1, before=hold), refused, lambda hold: write(3)])
    assert stored(database) == [1, 3]
    assert isinstance(outcomes[1], ValueError)
    assert (outcomes[0][0], outcomes[2][0]) == (1, 3)


def test_when_the_first_is_refused_the_others_go_on(database, write):
    def refuse(hold):
        return write(1, before=lambda: (hold(), fail(ValueError("no"))))

    outcomes = at_once(database, [refuse, lambda hold: write(2), lambda hold: write(3)])
    assert stored(database) == [2, 3]
    assert isinstance(outcomes[0], ValueError)


def test_a_fault_of_the_database_makes_each_write_by_itself(database, write):
    def full(hold):
        return write(2, before=lambda: fail(OperationalError("database or disk is full")))

    outcomes = at_once(database, [lambda hold: write(1, before=hold), lambda hold: write(3), full, lambda hold: write(4)])
    assert stored(database) == [1, 3, 4]
    assert isinstance(outcomes[2], OperationalError)
    assert [outcomes[place][0] for place in (0, 1, 3)] == [1, 3, 4]


def test_a_commit_that_fails_for_one_stands_for_the_others(database, write):
    def orphan(hold):
        return write(2, parent=77)

    outcomes = at_once(database, [lambda hold: write(1, before=hold), orphan, lambda hold: write(3)])
    assert stored(database) == [1, 3]
    assert isinstance(outcomes[1], IntegrityError)


def test_nobody_has_an_answer_before_what_it_wrote_stands(database, write):
    def and_look(hold, number):
        write(number, before=hold)
        return number in stored(database)

    assert at_once(database, [lambda hold, n=n: and_look(hold, n) for n in range(6)]) == [True] * 6


def test_what_was_to_be_done_after_the_commit_does_not_repeat_the_write(database, write):
    def late(hold):
        return write(1, before=lambda: (hold(), transaction.on_commit(lambda: fail(ValueError("late")))))

    outcomes = at_once(database, [late, lambda hold: write(2)])
    assert stored(database) == [1, 2]
    assert isinstance(outcomes[0], ValueError)
    assert outcomes[1][0] == 2


def test_a_write_that_takes_long_is_not_waited_for_by_more_than_those_there_is_time_for(database, write, monkeypatch):
    monkeypatch.setattr(together, "SECONDS", 0)
    outcomes = at_once(database, [lambda hold, n=n: write(n, before=hold) for n in range(4)])
    assert stored(database) == list(range(4))
    assert len({thread for _, thread in outcomes}) == 4
