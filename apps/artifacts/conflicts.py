"""Two people at one name at one moment."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import IntegrityError

from apps.core.errors import Conflict

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 5


def settled(function: Callable[P, R]) -> Callable[P, R]:
    """Run the (atomic) function again when a constraint says that a name came or a folder went between look and commit.

    Constraints on parents are checked at commit, so the error leaves the transaction and not the statement. Raises Conflict
    when it does not settle.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(TRIES):
            try:
                return function(*args, **kwargs)
            except IntegrityError as error:
                last = error
        raise Conflict("Others are changing these artifacts at this moment") from last

    return run
