"""Emptying the trash for good: rows and artifacts of what was deleted. May be killed and run again at any point."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from apps.access.queries.workspaces import require_admin
from apps.artifacts.services import deletion
from apps.audit.services.rows import record
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import Denied, Invalid
from apps.core.transactions import atomic
from apps.experiments.access import access_experiment, access_logged_model, access_run
from apps.experiments.holding import legal_reason, legal_reason_within
from apps.experiments.models import (
    Experiment,
    Hold,
    LoggedModel,
    ModelMetric,
    Param,
    Point,
    Run,
    RunModel,
    RunTag,
    RunWriter,
    Series,
)
from apps.experiments.models.datasets import Dataset, DatasetInput, InputTag
from apps.experiments.models.experiments import DEFAULT_EXPERIMENT_ID, DELETED
from apps.experiments.queries.comments import RUN
from apps.notices.services.comments import forget_comments


@dataclass(slots=True)
class PurgeReport:
    """What was removed, or would be in a dry run; `held` is what a hold keeps."""

    runs: int = 0
    logged_models: int = 0
    experiments: int = 0
    held: int = 0


def purge_trash(actor: Actor, before: int, *, dry_run: bool = False, seconds: float = float("inf")) -> PurgeReport:
    """Remove what was deleted before that moment (ms): each run, model and experiment in a transaction of its own.

    Nothing new begins after `seconds`. The bytes follow by the clean-up of artifacts, which finds that nothing points to them.
    Needs an administrator.
    """
    require_admin(actor, "trash.purge")
    report = PurgeReport()
    deadline = clock.monotonic() + seconds
    trash = {"lifecycle": DELETED, "deleted_at__lt": before}
    for pk in Run.objects.filter(**trash).order_by("id").values_list("pk", flat=True).iterator():
        if clock.monotonic() > deadline:
            return report
        _count(report, "runs", _purge_run(actor, pk, before, dry_run))
    for pk in LoggedModel.objects.filter(**trash).order_by("id").values_list("pk", flat=True).iterator():
        if clock.monotonic() > deadline:
            return report
        _count(report, "logged_models", _purge_model(actor, pk, before, dry_run))
    for pk in Experiment.objects.filter(**trash).exclude(pk=DEFAULT_EXPERIMENT_ID).order_by("id").values_list("pk", flat=True):
        if clock.monotonic() > deadline:
            return report
        _count(report, "experiments", _purge_experiment(actor, pk, before, dry_run))
    return report


def _count(report: PurgeReport, noun: str, outcome: str) -> None:
    if outcome:
        field = noun if outcome == "gone" else outcome
        setattr(report, field, getattr(report, field) + 1)


def purge_run(actor: Actor, run_id: str) -> None:
    """Remove one run of the trash for good. Raises Invalid (it is not there), Missing, Denied (a hold, named)."""
    run = access_run(actor, run_id, "run.purge")
    if run.is_active:
        raise Invalid(f"The run {run_id} is not in the trash")
    if _purge_run(actor, run.id, _EVER, dry_run=False) == "held":
        reason = Hold.objects.filter(run_id=run.id).values_list("reason", flat=True).first()
        why = f"evidence of {reason}" if reason else f"under {legal_reason(run.experiment_id, run=run.id)}"
        raise Denied(f"run {run_id} is {why} and stays")


def purge_logged_model(actor: Actor, model_id: str) -> None:
    """Remove one logged model of the trash for good. Raises Invalid (it is not there), Missing, Denied (a hold, named)."""
    model = access_logged_model(actor, model_id, "logged_model.purge", deleted=True)
    if model.lifecycle != DELETED:
        raise Invalid(f"The logged model {model_id} is not in the trash")
    if _purge_model(actor, model.id, _EVER, dry_run=False) == "held":
        reason = Hold.objects.filter(model_id=model.id).values_list("reason", flat=True).first()
        source = LoggedModel.objects.values_list("source_run_id", flat=True).get(pk=model.id)
        why = f"evidence of {reason}" if reason else f"under {legal_reason(model.experiment_id, run_id=source)}"
        raise Denied(f"logged model {model_id} is {why} and stays")


def purge_experiment(actor: Actor, experiment_id: str, *, seconds: float = float("inf")) -> bool:
    """Remove an experiment of the trash for good, with all runs in it; False if `seconds` were not enough for all of them.

    Raises Invalid (it is not there, or it is the default one), Missing, Denied (a hold in it, named).
    """
    experiment = access_experiment(actor, experiment_id, "experiment.purge")
    if experiment.is_active or experiment.id == DEFAULT_EXPERIMENT_ID:
        raise Invalid(f"The experiment {experiment.id} is not in the trash")
    deadline = clock.monotonic() + seconds
    if reason := _why_kept(experiment.id):
        raise Denied(f"experiment {experiment.id} or something in it is {reason} and stays")
    for pk in list(Run.objects.filter(experiment_id=experiment.id, lifecycle=DELETED).values_list("pk", flat=True)):
        if clock.monotonic() > deadline:
            return False
        _purge_run(actor, pk, _EVER, dry_run=False)
    if _purge_experiment(actor, experiment.id, _EVER, dry_run=False) != "gone":
        raise Denied(f"something in experiment {experiment.id} is {_why_kept(experiment.id) or 'in use'} and stays")
    return True


_EVER = 2**63 - 1


def _why_kept(experiment_id: int) -> str:
    """What holds an experiment or something in it, in words; "" if nothing does."""
    runs, models = Hold.objects.filter(run__experiment_id=experiment_id), Hold.objects.filter(model__experiment_id=experiment_id)
    reason = runs.values_list("reason", flat=True).first() or models.values_list("reason", flat=True).first()
    if reason:
        return f"evidence of {reason}"
    legal = legal_reason_within(experiment_id)
    return f"under {legal}" if legal else ""


@atomic
def _purge_run(actor: Actor, pk: int, before: int, dry_run: bool) -> str:
    """Looks again under a lock: somebody may have restored it meanwhile."""
    run = Run.objects.select_for_update().filter(pk=pk, lifecycle=DELETED, deleted_at__lt=before).first()
    if run is None:
        return ""
    if run.holds or run.legal or _is_legally_held(run.experiment_id):
        return "held"
    if dry_run:
        return "gone"
    for table in (Point, Series, Param, RunTag, RunModel, RunWriter):
        _delete(table._meta.db_table, "run_id", pk)
    ModelMetric.objects.filter(run_id=pk).update(run=None)
    InputTag.objects.filter(input__run_id=pk).delete()
    _delete(DatasetInput._meta.db_table, "run_id", pk)
    deletion.delete_root(actor, f"{run.root_experiment_id}/{run.run_id}/artifacts")
    forget_comments(Actor.system("trash"), RUN, [str(pk)])
    run.delete()  # through the ORM: rooms above may point to it, and what they say of deletion holds
    record(actor, "run.purge", noun="run", noun_id=run.run_id, name=run.name)
    return "gone"


def _is_legally_held(experiment_id: int) -> bool:
    """Nobody can set a hold on it until this transaction ends; purges of its other runs do not wait."""
    suffix = " FOR KEY SHARE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT legal FROM experiments_experiment WHERE id = %s{suffix}", [experiment_id])
        row = cursor.fetchone()
    return bool(row and row[0])


@atomic
def _purge_model(actor: Actor, pk: int, before: int, dry_run: bool) -> str:
    model = LoggedModel.objects.select_for_update().filter(pk=pk, lifecycle=DELETED, deleted_at__lt=before).first()
    if model is None:
        return ""
    of_a_held_run = Run.objects.filter(run_id=model.source_run_id, legal__gt=0).exists()
    if model.holds or of_a_held_run or _is_legally_held(model.experiment_id):
        return "held"
    if dry_run:
        return "gone"
    deletion.delete_root(actor, f"{model.experiment_id}/models/{model.model_id}/artifacts")
    model.delete()
    record(actor, "logged_model.purge", noun="logged_model", noun_id=model.model_id, name=model.name)
    return "gone"


@atomic
def _purge_experiment(actor: Actor, pk: int, before: int, dry_run: bool) -> str:
    """An experiment goes when nothing is left in it; logged models go with it, they cannot be restored without it."""
    experiment = Experiment.objects.select_for_update().filter(pk=pk, lifecycle=DELETED, deleted_at__lt=before).first()
    if experiment is None:
        return ""
    staying = Run.objects.filter(experiment_id=pk)
    if dry_run:  # those that would have gone before it
        staying = staying.exclude(lifecycle=DELETED, deleted_at__lt=before, holds=0, legal=0)
    if staying.exists():
        return "held" if staying.exclude(holds=0, legal=0).exists() else ""
    models = LoggedModel.objects.filter(experiment_id=pk)
    held = Q(holds__gt=0) | Q(source_run_id__in=Run.objects.filter(legal__gt=0).values("run_id"))
    if experiment.legal or models.filter(held).exists():
        return "held"
    if dry_run:
        return "gone"
    for model in models:
        deletion.delete_root(actor, f"{pk}/models/{model.model_id}/artifacts")
        model.delete()
    Dataset.objects.filter(experiment_id=pk).delete()
    experiment.delete()
    record(actor, "experiment.purge", noun="experiment", noun_id=str(pk), name=experiment.name)
    return "gone"


def _delete(table: str, column: str, pk: int) -> None:
    """One statement; the ORM would read a million points to delete them."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [pk])
