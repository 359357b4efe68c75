"""Legal holds that stand, and stood."""

from dataclasses import dataclass

from django.db.models import Q

from apps.access.queries.workspaces import require_admin, require_known
from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.experiments.access import access_experiment, access_run
from apps.experiments.models import LegalHold


@dataclass(frozen=True, slots=True)
class LegalRecord:
    """A hold; times in ms. `kind` is experiment or run, `key` its id on the wire."""

    id: int
    kind: str
    key: str
    name: str
    reason: str
    set_by: str
    set_at: int
    lifted_by: str
    lifted_at: int | None


def holds_of_experiment(actor: Actor, experiment_id: str | int, *, lifted: bool = False) -> list[LegalRecord]:
    """Those that stand on the experiment itself, the oldest first; with `lifted` all that ever stood. Raises Missing."""
    experiment = access_experiment(actor, experiment_id, "experiment.read")
    return _records(Q(experiment_id=experiment.id), lifted)


def holds_of_run(actor: Actor, run_id: str, *, lifted: bool = False) -> list[LegalRecord]:
    """Those that stand on the run or on its experiment. Raises Missing."""
    run = access_run(actor, run_id, "run.read")
    return _records(Q(run_id=run.id) | Q(experiment_id=run.experiment_id), lifted)


def get_hold(actor: Actor, hold_id: int) -> LegalRecord:
    """One hold, of something that the actor may see. Raises Missing."""
    require_known(actor)
    found = _records(Q(pk=hold_id), lifted=True)
    if not found:
        raise Missing(f"Legal hold with id={hold_id} not found")
    try:
        if found[0].kind == "run":
            access_run(actor, found[0].key, "run.read")
        else:
            access_experiment(actor, found[0].key, "experiment.read")
    except Missing:
        raise Missing(f"Legal hold with id={hold_id} not found") from None
    return found[0]


def list_holds(actor: Actor) -> list[LegalRecord]:
    """All that stand anywhere, for administrators. Raises Denied."""
    require_admin(actor, "storage.read")
    return _records(Q(), lifted=False)


def _records(which: Q, lifted: bool) -> list[LegalRecord]:
    rows = LegalHold.objects.filter(which).order_by("set_at", "id").select_related("experiment", "run")
    found = []
    for row in rows if lifted else rows.filter(lifted_at=None):
        thing = row.run or row.experiment
        key = row.run.run_id if row.run else str(row.experiment_id)
        times = (row.reason, row.set_by, row.set_at, row.lifted_by, row.lifted_at)
        found.append(LegalRecord(row.pk, "run" if row.run else "experiment", key, thing.name if thing else "", *times))
    return found
