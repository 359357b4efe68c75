"""Creating, changing, deleting, restoring and moving runs."""

from dataclasses import dataclass, field

from apps.audit.services.rows import record
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Denied, Invalid
from apps.core.ids import new_run_id
from apps.core.together import together
from apps.core.transactions import atomic
from apps.experiments import rules
from apps.experiments.access import RunAccess, access_active_run, access_experiment, access_run
from apps.experiments.holding import legal_reason
from apps.experiments.models import Run
from apps.experiments.models.experiments import ACTIVE, DEFAULT_EXPERIMENT_ID, DELETED
from apps.experiments.models.runs import RUNNING
from apps.experiments.names import random_name
from apps.experiments.records import RunRecord, Tag
from apps.experiments.services.batches import PARENT, RUN_NAME
from apps.experiments.sql import labels, run_rows
from apps.experiments.sql.writers import note_writer


@dataclass(slots=True)
class NewRun:
    """What a client says of a run it starts; times in ms."""

    experiment_id: str = str(DEFAULT_EXPERIMENT_ID)
    name: str = ""
    user_text: str = ""
    start_time: int = 0
    tags: list[Tag] = field(default_factory=list)
    status: int = RUNNING


@together
def create_run(actor: Actor, new: NewRun) -> RunRecord:
    """Start a run with its tags. The name is given, or the tag mlflow.runName, or made up. Raises Invalid, Missing, Denied."""
    experiment = access_experiment(actor, new.experiment_id or DEFAULT_EXPERIMENT_ID, "run.create", lock=True)
    if not experiment.is_active:
        raise Invalid(f"The experiment {experiment.id} must be in the 'active' state. Current state is {experiment.lifecycle}.")
    tags = _create_tags(new)
    created = RunRecord(
        0, new_run_id(), experiment.id, experiment.id, tags[RUN_NAME], new.status, new.start_time, None,
        new.user_text[:256], actor.name, actor.user_id, ACTIVE, tags.get(PARENT, "")[:32], 0,
    )  # fmt: skip
    run_rows.insert_run(created, now_ms())
    created.tags = [Tag(key, value) for key, value in sorted(tags.items())]
    labels.upsert_tags(created.pk, created.tags)
    return created


def _create_tags(new: NewRun) -> dict[str, str]:
    rules.check_timestamp(new.start_time, "start_time")
    rules.check_text(new.name, "run_name")
    rules.check_text(new.user_text, "user_id")
    for index, (key, value) in enumerate(new.tags):
        if not key:
            raise Invalid(f"Missing value for required parameter 'tags[{index}].key'")
        rules.check_length(key, rules.MAX_KEY, f"tags[{index}].key")
        rules.check_text(key, f"tags[{index}].key")
        rules.check_text(value, f"tags[{index}].value")
    tags = {key: value[: rules.MAX_TAG_VALUE] for key, value in new.tags}
    tagged = tags.get(RUN_NAME, "")
    if new.name and tagged and new.name != tagged:
        raise Invalid(
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
            f"(run_name='{new.name}', mlflow.runName='{tagged}')."
        )
    tags[RUN_NAME] = (new.name or tagged or random_name())[: rules.MAX_TAG_VALUE]
    return tags


@together
def update_run(actor: Actor, run_id: str, *, status: int | None = None, end_time: int | None = None, name: str = "") -> RunRecord:
    """Change what is given; an empty name changes nothing. Raises Invalid, Missing, Denied."""
    run = access_active_run(actor, run_id, "run.update")
    if end_time is not None:
        rules.check_timestamp(end_time, "end_time")
    if name:
        rules.check_text(name, "run_name")
        name = name[: rules.MAX_TAG_VALUE]
        labels.upsert_tags(run.id, [Tag(RUN_NAME, name)])
    changed = run_rows.change_run(run.id, now_ms(), status, end_time, name or None)
    note_writer(run, actor.user_id)
    return changed


@atomic
def delete_run(actor: Actor, run_id: str) -> None:
    """Move a run to the trash; doing it again is fine. Raises Missing, Denied (a hold)."""
    run = access_run(actor, run_id, "run.delete", lock=True)
    _refuse_held(run)
    if Run.objects.filter(pk=run.id, lifecycle=ACTIVE).update(lifecycle=DELETED, deleted_at=now_ms()):
        record(actor, "run.delete", noun="run", noun_id=run.run_id, name=run.name)


@atomic
def restore_run(actor: Actor, run_id: str) -> None:
    """Take a run out of the trash; an active one stays as it is. Raises Missing, Denied."""
    run = access_run(actor, run_id, "run.restore", lock=True)
    if Run.objects.filter(pk=run.id, lifecycle=DELETED).update(lifecycle=ACTIVE, deleted_at=None):
        record(actor, "run.restore", noun="run", noun_id=run.run_id, name=run.name)


@atomic
def move_runs(actor: Actor, run_ids: list[str], experiment_id: str) -> None:
    """Move runs to another experiment, all or none. Needs MANAGE on where they are and EDIT on where they go. Raises Invalid,
    Missing, Denied."""
    target = access_experiment(actor, experiment_id, "run.create", lock=True)
    if not target.is_active:
        raise Invalid(f"The experiment {target.id} must be in the 'active' state. Current state is {target.lifecycle}.")
    for run_id in run_ids:
        run = access_run(actor, run_id, "run.move", lock=True)
        _refuse_held(run)
        Run.objects.filter(pk=run.id).update(experiment_id=target.id, updated_at=now_ms())
        details = {"from": str(run.experiment_id), "to": str(target.id)}
        record(actor, "run.move", noun="run", noun_id=run.run_id, name=run.name, details=details)


def _refuse_held(run: RunAccess) -> None:
    """Raises Denied, naming the promoted version or the reason, if a hold protects the run."""
    if run.holds:
        held = Run.objects.filter(pk=run.id, hold_rows__isnull=False).values_list("hold_rows__reason", flat=True).first()
        raise Denied(f"run {run.run_id} is evidence of {held} and cannot be deleted or moved")
    if run.legal:
        raise Denied(f"run {run.run_id} is under {legal_reason(run.experiment_id, run=run.id)} and cannot be deleted or moved")
