"""Reading experiments as records in a constant number of statements. The caller has decided which may be seen."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from apps.experiments.records import ExperimentRecord, Tag

# A statement that selects COLUMNS adds the actor's level as the last one.
COLUMNS = "e.id, e.name, w.name, e.artifact_location, e.lifecycle, e.created_at, e.updated_at, COALESCE(u.username, '')"
FROM = (
    "experiments_experiment e ON e.id = {} JOIN access_workspace w ON w.id = e.workspace_id"
    " LEFT JOIN accounts_user u ON u.id = e.owner_id"
)


def read(sql: str, params: Sequence[Any]) -> list[ExperimentRecord]:
    """The rows of a statement that selects COLUMNS and the level, as records without their tags."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [ExperimentRecord(*row) for row in cursor.fetchall()]


def fill(experiments: Sequence[ExperimentRecord]) -> None:
    """Add the tags."""
    by_id = {experiment.id: experiment for experiment in experiments}
    if not by_id:
        return
    ids = ",".join([str(int(key)) for key in by_id])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT experiment_id, key, value FROM experiments_experimenttag WHERE experiment_id IN ({ids}) ORDER BY key"
        )
        for experiment_id, key, value in cursor.fetchall():
            by_id[experiment_id].tags.append(Tag(key, value))
