"""Creating, renaming, tagging, deleting and restoring experiments."""

from django.db import IntegrityError

from apps.access.levels import Level
from apps.access.queries.workspaces import access_workspace
from apps.audit.services.rows import record
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import AlreadyExists, Denied, Invalid, Missing
from apps.core.transactions import atomic, savepoint
from apps.experiments import rules
from apps.experiments.access import ExperimentAccess, access_experiment
from apps.experiments.holding import legal_reason_within
from apps.experiments.models import Experiment, ExperimentGrant, ExperimentTag, LoggedModel, Run
from apps.experiments.models.experiments import ACTIVE, DELETED
from apps.experiments.records import Tag


@atomic
def create_experiment(actor: Actor, name: str, *, artifact_location: str = "", tags: list[Tag] | None = None) -> int:
    """A new experiment in the actor's workspace; its maker may MANAGE it. Returns its id.

    In the workspace `default` everybody may make one, elsewhere whoever may EDIT there. Raises Invalid, AlreadyExists, Missing,
    Denied.
    """
    act = "workspace.read" if actor.workspace == "default" else "workspace.add"
    workspace = access_workspace(actor, actor.workspace, act)
    rules.check_experiment_name(name)
    rules.check_location(artifact_location)
    _refuse_foreign_prefix(artifact_location)
    rows = dict(tags or [])
    for key, value in rows.items():
        rules.check_key(key, "key")
        rules.check_length(value, rules.MAX_EXPERIMENT_TAG_VALUE, "value")
        rules.check_text(value, "value")
    now = now_ms()
    try:
        with savepoint():
            experiment = Experiment.objects.create(
                workspace_id=workspace.id,
                name=name,
                artifact_location=artifact_location,
                created_at=now,
                updated_at=now,
                owner_id=actor.user_id,
            )
    except IntegrityError:
        raise AlreadyExists(_taken(workspace.id, name)) from None
    ExperimentTag.objects.bulk_create([ExperimentTag(experiment=experiment, key=key, value=value) for key, value in rows.items()])
    if actor.user_id is not None:
        ExperimentGrant.objects.create(experiment=experiment, user_id=actor.user_id, level=Level.MANAGE)
    record(actor, "experiment.create", noun="experiment", noun_id=str(experiment.pk), name=name, workspace=workspace.name)
    return experiment.pk


def _taken(workspace_id: int, name: str) -> str:
    deleted = Experiment.objects.filter(workspace_id=workspace_id, name=name, lifecycle=DELETED).exists()
    hint = " in deleted state. You can restore the experiment, or permanently delete it to create a new one" if deleted else ""
    return f"Experiment '{name}' already exists{hint}."


def _refuse_foreign_prefix(location: str) -> None:
    """A location inside the artifacts of another experiment would hand out what that experiment protects."""
    if location.startswith("mlflow-artifacts:") and location.split(":", 1)[1].strip("/").split("/")[0].isdigit():
        raise Invalid(f"Invalid value '{location}' for parameter 'artifact_location' supplied: it lies inside another experiment")


@atomic
def rename_experiment(actor: Actor, experiment_id: str, new_name: str) -> None:
    """Change the name. Raises Invalid (deleted, bad name), AlreadyExists, Missing, Denied."""
    experiment = access_experiment(actor, experiment_id, "experiment.update")
    rules.check_experiment_name(new_name, "new_name")
    _require_active(experiment)
    try:
        with savepoint():
            Experiment.objects.filter(pk=experiment.id).update(name=new_name, updated_at=now_ms())
    except IntegrityError:
        raise AlreadyExists(_taken(experiment.workspace_id, new_name)) from None
    details = {"from": experiment.name, "to": new_name}
    record(actor, "experiment.update", noun="experiment", noun_id=str(experiment.id), name=new_name, details=details)


@atomic
def delete_experiment(actor: Actor, experiment_id: str) -> None:
    """Move an active experiment and all its runs to the trash. Raises Missing if it is there already, Denied (also for a held
    run)."""
    experiment = access_experiment(actor, experiment_id, "experiment.delete")
    if not experiment.is_active:
        raise Missing(f"No Experiment with id={experiment.id} exists")
    now = now_ms()
    if not Experiment.objects.filter(pk=experiment.id, lifecycle=ACTIVE).update(
        lifecycle=DELETED, deleted_at=now, updated_at=now
    ):
        raise Missing(f"No Experiment with id={experiment.id} exists")
    Run.objects.filter(experiment_id=experiment.id, lifecycle=ACTIVE).update(lifecycle=DELETED, deleted_at=now)
    _refuse_held(experiment)
    record(actor, "experiment.delete", noun="experiment", noun_id=str(experiment.id), name=experiment.name)


@atomic
def restore_experiment(actor: Actor, experiment_id: str) -> None:
    """Take a deleted experiment and all its runs, those deleted on their own too, out of the trash. Raises Missing, Denied."""
    experiment = access_experiment(actor, experiment_id, "experiment.restore")
    changed = Experiment.objects.filter(pk=experiment.id, lifecycle=DELETED).update(
        lifecycle=ACTIVE, deleted_at=None, updated_at=now_ms()
    )
    if not changed:
        raise Missing(f"No Experiment with id={experiment.id} exists")
    Run.objects.filter(experiment_id=experiment.id, lifecycle=DELETED).update(lifecycle=ACTIVE, deleted_at=None)
    record(actor, "experiment.restore", noun="experiment", noun_id=str(experiment.id), name=experiment.name)


@atomic
def set_experiment_tag(actor: Actor, experiment_id: str, key: str, value: str) -> None:
    """Set a tag. Raises Invalid, Missing, Denied."""
    experiment = access_experiment(actor, experiment_id, "experiment.tag")
    rules.check_key(key, "key")
    rules.check_length(value, rules.MAX_EXPERIMENT_TAG_VALUE, "value")
    rules.check_text(value, "value")
    _require_active(experiment)
    ExperimentTag.objects.update_or_create(experiment_id=experiment.id, key=key, defaults={"value": value})
    record(actor, "experiment.tag", noun="experiment", noun_id=str(experiment.id), name=experiment.name, details={"key": key})


@atomic
def delete_experiment_tag(actor: Actor, experiment_id: str, key: str) -> None:
    """Remove a tag. Raises Missing if it is not there, Invalid, Denied."""
    experiment = access_experiment(actor, experiment_id, "experiment.tag")
    _require_active(experiment)
    deleted, _ = ExperimentTag.objects.filter(experiment_id=experiment.id, key=key).delete()
    if not deleted:
        raise Missing(f"No tag with name: {key} in experiment with id {experiment.id}")
    details = {"key": key, "deleted": True}
    record(actor, "experiment.tag", noun="experiment", noun_id=str(experiment.id), name=experiment.name, details=details)


def _refuse_held(experiment: ExperimentAccess) -> None:
    """Asked once the runs are locked by their update: a promotion that came first has placed its hold by now. Raises Denied."""
    for noun, rows, label in (("run", Run.objects, "run_id"), ("logged model", LoggedModel.objects, "model_id")):
        held = rows.filter(experiment_id=experiment.id, holds__gt=0).values_list(label, "hold_rows__reason").first()
        if held:
            raise Denied(f"{noun} {held[0]} in it is evidence of {held[1]}, so the experiment cannot be deleted")
    if experiment.legal or Run.objects.filter(experiment_id=experiment.id, legal__gt=0).exists():
        raise Denied(
            f"experiment {experiment.id} or a run in it is under {legal_reason_within(experiment.id)}: it cannot be deleted"
        )


def _require_active(experiment: ExperimentAccess) -> None:
    if not experiment.is_active:
        raise Invalid(f"The experiment {experiment.id} must be in the 'active' state. Current state is {experiment.lifecycle}.")
