"""Emptying the trash for good: rows and artifacts of what was deleted long enough ago. May be killed and run again at any
point."""

from dataclasses import dataclass

from django.db import connection

from apps.access.queries.workspaces import require_admin
from apps.artifacts.services import deletion
from apps.audit.services.rows import record
from apps.core.actor import Actor
from apps.core.transactions import atomic
from apps.experiments.models import Experiment, LoggedModel, ModelMetric, Param, Point, Run, RunModel, RunTag, RunWriter, Series
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


def purge_trash(actor: Actor, before: int, *, dry_run: bool = False) -> PurgeReport:
    """Remove what was deleted before that moment (ms): each run, model and experiment in a transaction of its own.

    The bytes follow by the clean-up of artifacts, which finds that nothing points to them. Needs an administrator.
    """
    require_admin(actor, "trash.purge")
    report = PurgeReport()
    trash = {"lifecycle": DELETED, "deleted_at__lt": before}
    for pk in Run.objects.filter(**trash).order_by("id").values_list("pk", flat=True).iterator():
        _count(report, "runs", _purge_run(actor, pk, before, dry_run))
    for pk in LoggedModel.objects.filter(**trash).order_by("id").values_list("pk", flat=True).iterator():
        _count(report, "logged_models", _purge_model(actor, pk, before, dry_run))
    for pk in Experiment.objects.filter(**trash).exclude(pk=DEFAULT_EXPERIMENT_ID).order_by("id").values_list("pk", flat=True):
        _count(report, "experiments", _purge_experiment(actor, pk, before, dry_run))
    return report


def _count(report: PurgeReport, noun: str, outcome: str) -> None:
    if outcome:
        field = noun if outcome == "gone" else outcome
        setattr(report, field, getattr(report, field) + 1)


@atomic
def _purge_run(actor: Actor, pk: int, before: int, dry_run: bool) -> str:
    """Looks again under a lock: somebody may have restored it meanwhile."""
    run = Run.objects.select_for_update().filter(pk=pk, lifecycle=DELETED, deleted_at__lt=before).first()
    if run is None:
        return ""
    if run.holds:
        return "held"
    if dry_run:
        return "gone"
    for table in (Point, Series, Param, RunTag, RunModel, RunWriter):
        _delete(table._meta.db_table, "run_id", pk)
    ModelMetric.objects.filter(run_id=pk).update(run=None)
    InputTag.objects.filter(input__run_id=pk).delete()
    _delete(DatasetInput._meta.db_table, "run_id", pk)
    deletion.delete_root(actor, f"{run.root_experiment_id}/{run.run_id}/artifacts")
    forget_comments(actor, RUN, [str(pk)])
    run.delete()  # through the ORM: rooms above may point to it, and what they say of deletion holds
    record(actor, "run.purge", noun="run", noun_id=run.run_id, name=run.name)
    return "gone"


@atomic
def _purge_model(actor: Actor, pk: int, before: int, dry_run: bool) -> str:
    model = LoggedModel.objects.select_for_update().filter(pk=pk, lifecycle=DELETED, deleted_at__lt=before).first()
    if model is None:
        return ""
    if model.holds:
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
    if experiment is None or (not dry_run and Run.objects.filter(experiment_id=pk).exists()):
        return ""
    models = LoggedModel.objects.filter(experiment_id=pk)
    if models.filter(holds__gt=0).exists():
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
