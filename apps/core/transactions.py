"""One transaction per request, sent again by the server when the database asked for it."""

import functools
import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

from apps.core.turns import turn

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 5
# serialization_failure, deadlock_detected: PostgreSQL's own advice is to run the transaction again.
# https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html
AGAIN = {"40001", "40P01"}


def atomic(function: Callable[P, R]) -> Callable[P, R]:
    """Run the whole function in one transaction; repeat it up to five times after a deadlock or serialization failure.

    Inside another transaction it only joins: repeating a part would not help.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            with transaction.atomic():
                return function(*args, **kwargs)
        for attempt in range(1, TRIES + 1):
            try:
                with turn(), transaction.atomic():
                    return function(*args, **kwargs)
            except OperationalError as error:
                if attempt == TRIES or getattr(error.__cause__, "pgcode", None) not in AGAIN:
                    raise
                time.sleep(random.uniform(0, 0.02 * 2**attempt))
        raise AssertionError("unreachable")

    return run


def savepoint() -> AbstractContextManager[None]:
    """A part of a transaction that may fail alone: for an insert whose unique violation is an answer, not an error."""
    return transaction.atomic()


def after_commit(action: Callable[[], object]) -> None:
    """Do something in this process, like filling a cache, once what was written stands."""
    transaction.on_commit(action)
