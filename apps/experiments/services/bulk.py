"""Deleting and restoring many runs of an experiment at once, by time, as the Databricks SDK asks for it."""

from apps.audit.services.rows import record
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Denied, Invalid
from apps.core.transactions import atomic
from apps.experiments.access import access_experiment
from apps.experiments.holding import legal_reason_within
from apps.experiments.models import Run
from apps.experiments.models.experiments import ACTIVE, DELETED

MOST = 10_000


@atomic
def delete_runs_until(actor: Actor, experiment_id: str, until: int, limit: int = MOST) -> int:
    """Move the oldest runs made until that moment (ms) to the trash, at most `limit`; how many went.

    Runs that are held as evidence, or legally, stay where they are. Raises Invalid, Missing, Denied (a legal hold on all of it).
    """
    experiment = access_experiment(actor, experiment_id, "run.delete")
    _check_limit(limit)
    if experiment.legal:
        raise Denied(f"experiment {experiment.id} is under {legal_reason_within(experiment.id)}: nothing in it can be deleted")
    free = {"lifecycle": ACTIVE, "holds": 0, "legal": 0}
    rows = Run.objects.select_for_update().filter(experiment_id=experiment.id, created_at__lte=until, **free)
    keys = list(rows.order_by("created_at", "pk").values_list("pk", flat=True)[:limit])
    count = Run.objects.filter(pk__in=keys, **free).update(lifecycle=DELETED, deleted_at=now_ms())
    _audit(actor, "run.delete", experiment.id, experiment.name, {"until": until, "runs": count})
    return count


@atomic
def restore_runs_since(actor: Actor, experiment_id: str, since: int, limit: int = MOST) -> int:
    """Take the runs that were deleted at that moment (ms) or later out of the trash, at most `limit`; how many came back.

    Raises Invalid, Missing, Denied.
    """
    experiment = access_experiment(actor, experiment_id, "run.restore")
    _check_limit(limit)
    rows = Run.objects.select_for_update().filter(experiment_id=experiment.id, lifecycle=DELETED, deleted_at__gte=since)
    keys = list(rows.order_by("deleted_at", "pk").values_list("pk", flat=True)[:limit])
    count = Run.objects.filter(pk__in=keys, lifecycle=DELETED).update(lifecycle=ACTIVE, deleted_at=None)
    _audit(actor, "run.restore", experiment.id, experiment.name, {"since": since, "runs": count})
    return count


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= MOST:
        raise Invalid(f"Invalid value {limit} for parameter 'max_runs' supplied: it must be between 1 and {MOST}.")


def _audit(actor: Actor, act: str, experiment_id: int, name: str, details: dict[str, int]) -> None:
    record(actor, act, noun="experiment", noun_id=experiment_id, name=name, details=details)
