"""Which columns a table of an experiment's runs can have: the keys that its runs really use."""

from dataclasses import dataclass

from django.db import connection

from apps.core.actor import Actor
from apps.experiments.access import access_experiment
from apps.experiments.models.experiments import ACTIVE

# The newest runs that are looked at: all of them in nearly every experiment, and a bounded effort in the others.
LOOKED_AT = 20_000
MOST_KEYS = 5000


@dataclass(frozen=True, slots=True)
class Key:
    """A metric, param or tag, and how many of the runs that were looked at have it."""

    entity: str
    name: str
    runs: int


_KEYS = {
    "metric": "SELECT k.name FROM experiments_series t JOIN experiments_metrickey k ON k.id = t.key_id",
    "param": "SELECT k.name FROM experiments_param t JOIN experiments_paramkey k ON k.id = t.key_id",
    "tag": "SELECT t.key AS name FROM experiments_runtag t",
}


def list_keys(actor: Actor, experiment_id: int, *, newest: int = LOOKED_AT) -> list[Key]:
    """The keys of the `newest` active runs, the most frequent of each kind first. Raises Missing."""
    experiment = access_experiment(actor, experiment_id, "experiment.read")
    runs = (
        f"SELECT r.id FROM experiments_run r WHERE r.experiment_id = {experiment.id:d} AND r.lifecycle = '{ACTIVE}'"
        f" ORDER BY r.start_time DESC, r.run_id LIMIT {newest:d}"
    )
    found = []
    with connection.cursor() as cursor:
        for entity, names in _KEYS.items():
            sql = f"SELECT name, count(*) FROM ({names} WHERE t.run_id IN ({runs})) AS c GROUP BY name"
            cursor.execute(f"{sql} ORDER BY count(*) DESC, name LIMIT {MOST_KEYS:d}")
            found += [Key(entity, name, number) for name, number in cursor.fetchall()]
    return found
