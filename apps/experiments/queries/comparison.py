"""Several runs side by side, whichever experiments they are in."""

from django.db import connection

from apps.core.actor import Actor
from apps.core.errors import Invalid
from apps.experiments.access import access_runs
from apps.experiments.records import RunRecord
from apps.experiments.sql import rows

MOST_RUNS = 100


def list_runs(actor: Actor, run_ids: list[str]) -> list[RunRecord]:
    """Those of the runs that the actor may see, with their details, in the order asked for. Raises Invalid for too many."""
    runs = access_runs(actor, run_ids[: MOST_RUNS + 1], "run.read")
    if len(run_ids) > MOST_RUNS:
        raise Invalid(f"At most {MOST_RUNS} runs can be compared at once, got {len(run_ids)}")
    found = rows.runs_by_pks([run.id for run in runs])
    rows.fill(found, model_inputs=False)
    return found


def list_curve_keys(actor: Actor, run_ids: list[str]) -> list[str]:
    """Metrics of which at least one of the runs has more than one point, by name."""
    runs = access_runs(actor, run_ids[:MOST_RUNS], "run.read")
    if not runs:
        return []
    keys = ",".join([str(run.id) for run in runs])
    sql = (
        "SELECT k.name FROM experiments_series s JOIN experiments_metrickey k ON k.id = s.key_id"
        f" WHERE s.run_id IN ({keys}) AND s.count > 1 GROUP BY k.name ORDER BY k.name"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [name for (name,) in cursor.fetchall()]
