"""Datasets that runs used."""

from typing import NamedTuple

from apps.access import policy
from apps.access.queries.workspaces import require_known
from apps.core.actor import Actor
from apps.experiments.access import EXPERIMENT, parse_experiment_id
from apps.experiments.models import DatasetInput, Experiment
from apps.experiments.models.experiments import ACTIVE

MAX_SUMMARIES = 1000


class DatasetSummary(NamedTuple):
    """A dataset of an experiment and what a run used it for; `context` None where no run said."""

    experiment_id: int
    name: str
    digest: str
    context: str | None


def search_datasets(actor: Actor, experiment_ids: list[str]) -> list[DatasetSummary]:
    """Distinct datasets of the visible ones among the experiments, at most 1,000. Raises Invalid for what is no id."""
    require_known(actor)
    wanted = [parse_experiment_id(text) for text in experiment_ids]
    # Evaluated: inside a subquery Django renames the table that the policy's SQL speaks of.
    visible = list(policy.visible(Experiment.objects.filter(pk__in=wanted), actor, EXPERIMENT).values_list("pk", flat=True))
    rows = DatasetInput.objects.filter(dataset__experiment__in=visible, run__lifecycle=ACTIVE).order_by(
        "dataset__experiment_id", "dataset__name", "dataset__digest", "context"
    )
    columns = ("dataset__experiment_id", "dataset__name", "dataset__digest", "context")
    return [DatasetSummary(*row) for row in rows.values_list(*columns).distinct()[:MAX_SUMMARIES]]
