"""Writers of one SQLite database that share a commit.

A commit waits for the disk, and SQLite has one at a time. Whoever is in front of the queue (apps/core/turns.py) does in its own
transaction what those behind it want, each in a savepoint, and then commits for all: nobody has an answer before that. PostgreSQL
does the like by itself.
"""

import contextvars
import functools
import time
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.core import turns
from apps.core.transactions import atomic

P = ParamSpec("P")
R = TypeVar("R")

# Who is in front answers its own client that much later at most.
MOST, SECONDS = 32, 0.02


def together(function: Callable[P, R]) -> Callable[P, R]:
    """`atomic` for short writes that may be done in one transaction with those of others, and by another's thread.

    Only for functions that depend on nothing but their arguments: no locks, no state of the thread.
    """
    alone = atomic(function)

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block or not turns.are_needed():
            return alone(*args, **kwargs)
        mine = _Write(functools.partial(function, *args, **kwargs))
        if turns.wait_for_turn(mine):
            with turns.front():
                return mine.lead()  # type: ignore[no-any-return]
        return mine.answer()  # type: ignore[no-any-return]

    return run


class _NotTogether(Exception):
    """The transaction of several is spoilt: each has to have one of its own."""


class _Write(turns.Waiter):
    """A write that waits, then what came of it."""

    __slots__ = ("context", "error", "value")

    job: Callable[[], Any]

    def __init__(self, job: Callable[[], Any]) -> None:
        super().__init__(job)
        self.context = contextvars.copy_context()  # the language of the person who asked, for one
        self.value: Any = None
        self.error: BaseException | None = None

    def answer(self) -> Any:
        """What the job returned. Raises what it raised."""
        if self.error is not None:
            raise self.error
        return self.value

    def lead(self) -> Any:
        """Do this write and others in one transaction; what this one returned. Raises what it raised."""
        others: list[_Write] = []
        stands: list[bool] = []
        try:
            with transaction.atomic():
                transaction.on_commit(lambda: stands.append(True))
                value = self.job()
                if not self.is_alone:
                    _take_others(others)
        except BaseException as error:
            if stands:  # it is what had to be done after the commit that failed
                _wake(others)
                raise
            turns.give_back(others)
            if not others or not isinstance(error, (_NotTogether, DatabaseError)):
                raise
            with transaction.atomic():
                return self.job()
        _wake(others)
        return value

    def try_it(self) -> None:
        """Do it inside another's transaction. Raises _NotTogether where a savepoint may not have undone a failure."""
        try:
            with transaction.atomic():
                self.value = self.context.run(self.job)
        except IntegrityError as error:
            self.error = error
        except DatabaseError as error:
            # A full disk, for one, undoes all of SQLite's transaction: https://www.sqlite.org/lang_transaction.html
            raise _NotTogether from error
        except Exception as error:
            self.error = error


def _take_others(others: list[_Write]) -> None:
    until = time.monotonic() + SECONDS
    while len(others) < MOST and time.monotonic() < until and (taken := turns.take_next()):
        assert isinstance(taken, _Write)
        others.append(taken)
        taken.try_it()


def _wake(others: list[_Write]) -> None:
    for other in others:
        other.woken.set()
