"""How much an experiment keeps."""

from collections.abc import Iterable

from apps.access.queries.workspaces import require_admin
from apps.artifacts.queries import uses
from apps.artifacts.queries.uses import Amount
from apps.core.actor import Actor
from apps.experiments.access import access_experiment
from apps.experiments.models import Experiment


def experiment_use(actor: Actor, experiment_id: str | int) -> Amount:
    """Files and bytes below the experiment, of runs that were moved away too, and its quota. Raises Missing."""
    experiment = access_experiment(actor, experiment_id, "experiment.read")
    return uses.amount(actor, "experiment", str(experiment.id))


def experiment_names(actor: Actor, ids: Iterable[int]) -> dict[int, str]:
    """What these experiments are called, of all workspaces, for administrators. Raises Denied."""
    require_admin(actor, "storage.read")
    return dict(Experiment.objects.filter(pk__in=ids).values_list("pk", "name"))
