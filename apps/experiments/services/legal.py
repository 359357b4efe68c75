"""Legal holds: set and lifted by whoever may MANAGE, for a reason that everybody reads."""

from typing import Any

from django.db.models import F

from apps.access.queries.workspaces import require_writer
from apps.audit.services.rows import record
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Denied, Invalid
from apps.core.transactions import atomic
from apps.experiments.access import access_experiment, access_run
from apps.experiments.models import Experiment, LegalHold, Run
from apps.experiments.queries.legal import get_hold

MOST = 500  # characters of a reason


@atomic
def hold_experiment(actor: Actor, experiment_id: str, reason: str) -> int:
    """Keep an experiment with all that is in it, now and later, from being deleted or overwritten; the number of the hold.

    Logging goes on. What is in the trash already stays there. Raises Invalid (no reason), Missing, Denied.
    """
    experiment = access_experiment(actor, experiment_id, "experiment.hold")
    _check(actor, reason)
    # FOR UPDATE: a deletion or an overwriting that asked a moment ago comes to its end first.
    list(Experiment.objects.select_for_update(of=("self",)).filter(pk=experiment.id).values_list("pk"))
    Experiment.objects.filter(pk=experiment.id).update(legal=F("legal") + 1)
    hold = LegalHold.objects.create(experiment_id=experiment.id, **_by(actor, reason))
    details = {"reason": hold.reason, "hold": hold.pk}
    record(actor, "experiment.hold", noun="experiment", noun_id=str(experiment.id), name=experiment.name, details=details)
    return hold.pk


@atomic
def hold_run(actor: Actor, run_id: str, reason: str) -> int:
    """Keep a run and its logged models; the number of the hold. Raises Invalid (no reason), Missing, Denied."""
    run = access_run(actor, run_id, "run.hold")
    _check(actor, reason)
    list(Run.objects.select_for_update(of=("self",)).filter(pk=run.id).values_list("pk"))
    Run.objects.filter(pk=run.id).update(legal=F("legal") + 1)
    hold = LegalHold.objects.create(run_id=run.id, **_by(actor, reason))
    details = {"reason": hold.reason, "hold": hold.pk}
    record(actor, "run.hold", noun="run", noun_id=run.run_id, name=run.name, details=details)
    return hold.pk


@atomic
def lift_hold(actor: Actor, hold_id: int) -> None:
    """End a hold, as whoever set it or an administrator; lifting it again changes nothing. Raises Missing, Denied."""
    require_writer(actor)
    get_hold(actor, hold_id)
    hold = LegalHold.objects.select_related("run").get(pk=hold_id)
    if hold.run:
        run = access_run(actor, hold.run.run_id, "run.hold")
        act, noun, noun_id, name = "run.hold", "run", run.run_id, run.name
    else:
        experiment = access_experiment(actor, str(hold.experiment_id), "experiment.hold")
        act, noun, noun_id, name = "experiment.hold", "experiment", str(experiment.id), experiment.name
    _refuse_limited(actor)
    if not actor.is_admin and actor.user_id != hold.set_by_id:
        raise Denied(f"{hold.set_by} set this hold: only they and administrators lift it")
    standing = LegalHold.objects.filter(pk=hold.pk, lifted_at=None)
    if not standing.update(lifted_at=now_ms(), lifted_by=actor.name[:300]):
        return
    Run.objects.filter(legal_holds=hold).update(legal=F("legal") - 1)
    Experiment.objects.filter(legal_holds=hold).update(legal=F("legal") - 1)
    record(actor, act, noun=noun, noun_id=noun_id, name=name, details={"lifted": True, "hold": hold.pk, "reason": hold.reason})


def _check(actor: Actor, reason: str) -> None:
    _refuse_limited(actor)
    if not reason.strip():
        raise Invalid("Write why: whoever is refused reads it")
    if len(reason.strip()) > MOST:
        raise Invalid(f"The reason is longer than {MOST} characters")


def _refuse_limited(actor: Actor) -> None:
    """A token that lies on a training machine neither sets nor lifts one."""
    if actor.limits:
        raise Denied("this token may not set or lift legal holds: sign in, or use a token without limits")


def _by(actor: Actor, reason: str) -> dict[str, Any]:
    return {"reason": reason.strip(), "set_by": actor.name[:300], "set_by_id": actor.user_id, "set_at": now_ms()}
