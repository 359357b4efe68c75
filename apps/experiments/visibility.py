"""Which of many experiments one may see, for reads that span several: what is hidden is passed over like what is not there."""

from django.db import connection

from apps.access import policy
from apps.access.levels import Level
from apps.core.actor import Actor
from apps.experiments.access import EXPERIMENT, parse_experiment_id


def visible_experiment_ids(actor: Actor, experiment_ids: list[str]) -> list[int]:
    """Those that exist and that the actor may read, in rising order. Raises Invalid for an id that is no number."""
    numbers = sorted({parse_experiment_id(str(one)) for one in experiment_ids})
    if not numbers:
        return []
    level, params = policy.level_sql(actor, EXPERIMENT, "e")
    ids = ",".join([str(number) for number in numbers])
    sql = f"SELECT e.id FROM experiments_experiment e WHERE e.id IN ({ids}) AND {level} >= {int(Level.READ)} ORDER BY e.id"
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]
