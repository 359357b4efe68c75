"""Remembering who else wrote to a run, without a statement for each point."""

from django.db import connection

from apps.core.clock import now_ms
from apps.core.transactions import after_commit
from apps.experiments.access import RunAccess

_KNOWN: set[tuple[int, int]] = set()


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
    after_commit(lambda: _remember(run.id, user_id))


def _remember(run_pk: int, user_id: int) -> None:
    if len(_KNOWN) > 100_000:
        _KNOWN.clear()
    _KNOWN.add((run_pk, user_id))
