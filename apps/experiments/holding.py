"""Why something may not go or change, in words for whoever is refused."""

from django.db import connection

_STANDING = "SELECT reason, set_by FROM experiments_legalhold WHERE lifted_at IS NULL AND"


def legal_reason(experiment_id: int, *, run: int | None = None, run_id: str = "") -> str:
    """The legal hold that stands on the experiment, or on the run (by its number or its id), in words; "" if none does."""
    of_run = "run_id = %s" if run is not None else "run_id = (SELECT id FROM experiments_run WHERE run_id = %s)"
    with connection.cursor() as cursor:
        sql = f"{_STANDING} (experiment_id = %s OR {of_run}) ORDER BY set_at LIMIT 1"
        cursor.execute(sql, [experiment_id, run if run is not None else run_id])
        row = cursor.fetchone()
    return in_words(*row) if row else ""


def legal_reason_within(experiment_id: int) -> str:
    """The same for the experiment and all the runs in it."""
    with connection.cursor() as cursor:
        in_it = "run_id IN (SELECT id FROM experiments_run WHERE experiment_id = %s)"
        cursor.execute(f"{_STANDING} (experiment_id = %s OR {in_it}) ORDER BY set_at LIMIT 1", [experiment_id, experiment_id])
        row = cursor.fetchone()
    return in_words(*row) if row else ""


def in_words(reason: str, set_by: str) -> str:
    """As sentences call it."""
    return f"a legal hold ({reason}; set by {set_by})"
