"""Remembering who else wrote to a run, without a statement for each point."""

from typing import Any

from django.db import connection

from apps.core.clock import now_ms
from apps.core.transactions import after_commit
from apps.experiments.access import RunAccess

MOST = 100_000

_KNOWN: set[tuple[int, int]] = set()
_BEFORE: set[tuple[str, int]] = set()


def note_writer(run: RunAccess, user_id: int | None) -> None:
    """Note a writer that is not the owner; at most one statement a process for each pair."""
    if user_id is None or user_id == run.owner_id or (run.id, user_id) in _KNOWN:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO experiments_runwriter (run_id, user_id, first_at) VALUES (%s, %s, %s) ON CONFLICT (run_id, user_id) DO "
            "NOTHING",
            [run.id, user_id, now_ms()],
        )
    after_commit(lambda: _add(_KNOWN, (run.id, user_id)))


def has_written(run_id: str, user_id: int) -> bool:
    """Whether this process knows that the account has written to the run, and that this is noted."""
    return (run_id, user_id) in _BEFORE


def remember_writer(run_id: str, user_id: int) -> None:
    """For `has_written`, when a transaction that noted it stands."""
    _add(_BEFORE, (run_id, user_id))


def _add(known: set[Any], pair: tuple[Any, int]) -> None:
    if len(known) > MOST:
        known.clear()
    known.add(pair)
