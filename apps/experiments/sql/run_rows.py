"""Writing rows of runs on the way that every training job takes; called by services inside their transaction."""

from django.db import connection

from apps.core import prepared
from apps.experiments.models.experiments import ACTIVE
from apps.experiments.records import RunRecord

_INSERT = """
INSERT INTO experiments_run (run_id, experiment_id, root_experiment_id, name, status, start_time, user_text, owner_id,
                             parent_run_id, created_at, updated_at, lifecycle, holds, legal)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0, 0) RETURNING id"""

_CHANGE = """
UPDATE experiments_run SET updated_at = %s, status = COALESCE(CAST(%s AS smallint), status),
       end_time = COALESCE(CAST(%s AS bigint), end_time), name = COALESCE(CAST(%s AS text), name)
 WHERE id = %s
RETURNING id, run_id, experiment_id, root_experiment_id, name, status, start_time, end_time, user_text,
          COALESCE((SELECT u.username FROM accounts_user u WHERE u.id = owner_id), ''), owner_id, lifecycle, parent_run_id,
          holds"""


def insert_run(run: RunRecord, now_ms: int) -> None:
    """Store a new run and give the record its key. Its tags are stored apart."""
    values = [
        run.run_id, run.experiment_id, run.root_experiment_id, run.name, run.status, run.start_time, run.user_text, run.owner_id,
        run.parent_run_id, now_ms, now_ms, ACTIVE,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        prepared.execute(cursor, _INSERT, values)
        (run.pk,) = cursor.fetchone()


def change_run(pk: int, now_ms: int, status: int | None, end_time: int | None, name: str | None) -> RunRecord:
    """Change what is not None and note the time; the run as it then is, without its details."""
    with connection.cursor() as cursor:
        prepared.execute(cursor, _CHANGE, [now_ms, status, end_time, name, pk])
        return RunRecord(*cursor.fetchone())
