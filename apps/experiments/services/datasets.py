"""Noting what a run read and wrote: datasets and logged models."""

from dataclasses import dataclass, field

from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Denied
from apps.core.transactions import atomic
from apps.experiments import rules
from apps.experiments.access import RunAccess, access_active_run
from apps.experiments.models import Dataset, DatasetInput, Hold, InputTag, RunModel
from apps.experiments.records import ModelLink, Tag
from apps.experiments.sql import labels
from apps.experiments.sql.writers import note_writer

CONTEXT = "mlflow.data.context"
LIMITS = (("name", 500), ("digest", 36), ("source_type", 36), ("source", 65_535), ("schema", 1_048_575), ("profile", 16_777_215))


@dataclass(slots=True)
class NewInput:
    """A dataset as a client logs it."""

    name: str
    digest: str
    source_type: str = ""
    source: str = ""
    schema: str = ""
    profile: str = ""
    tags: list[Tag] = field(default_factory=list)


@atomic
def log_inputs(actor: Actor, run_id: str, inputs: list[NewInput], models: list[str]) -> None:
    """Link datasets and logged models that the run read. Logging one again adds nothing; the first content and tags stay.

    Raises Invalid, Missing, Denied (a hold).
    """
    run = access_active_run(actor, run_id, "run.log")
    for index, item in enumerate(inputs):
        _check(item, f"datasets[{index}]")
    by_name = {(item.name, item.digest): item for item in reversed(inputs)}  # of those that come twice the first counts
    if run.holds:
        _refuse_under_hold(run, list(by_name))
    for _, item in sorted(by_name.items()):
        _link(run.id, run.experiment_id, item)
    _link_models(run.id, [ModelLink(model_id, 0) for model_id in models], is_output=False)
    note_writer(run, actor.user_id)
    labels.touch_run(run.id, now_ms())


@atomic
def log_outputs(actor: Actor, run_id: str, models: list[ModelLink]) -> None:
    """Link logged models that the run wrote. Repetitions add nothing. Raises Invalid, Missing, Denied."""
    run = access_active_run(actor, run_id, "run.log")
    for index, (_, step) in enumerate(models):
        rules.check_step(step, f"models[{index}].step")
    _link_models(run.id, models, is_output=True)
    note_writer(run, actor.user_id)
    labels.touch_run(run.id, now_ms())


def _refuse_under_hold(run: RunAccess, datasets: list[tuple[str, str]]) -> None:
    """What a promoted version was trained on is part of what was approved: another dataset is Denied, the same again passes."""
    known = set(DatasetInput.objects.filter(run_id=run.id).values_list("dataset__name", "dataset__digest"))
    fresh = [name for name, digest in datasets if (name, digest) not in known]
    reason = Hold.objects.filter(run_id=run.id).order_by("since").values_list("reason", flat=True).first()
    if fresh and reason:
        raise Denied(f"dataset '{fresh[0]}' cannot be added to run {run.run_id}: it is evidence of {reason}")


def _check(item: NewInput, path: str) -> None:
    for name, limit in LIMITS:
        value = getattr(item, name)
        rules.check_length(value, limit, f"{path}.dataset.{name}")
        rules.check_text(value, f"{path}.dataset.{name}")
    for index, (key, value) in enumerate(item.tags):
        rules.check_length(key, 255, f"{path}.tags[{index}].key")
        rules.check_length(value, 500, f"{path}.tags[{index}].value")
        rules.check_text(key + value, f"{path}.tags[{index}]")


def _link(run_pk: int, experiment_pk: int, item: NewInput) -> None:
    columns = {name: getattr(item, name) for name, _ in LIMITS}
    Dataset.objects.bulk_create([Dataset(experiment_id=experiment_pk, **columns)], ignore_conflicts=True)
    dataset_pk = Dataset.objects.values_list("pk", flat=True).get(experiment_id=experiment_pk, name=item.name, digest=item.digest)
    tags = dict(item.tags)
    link, created = DatasetInput.objects.get_or_create(
        run_id=run_pk, dataset_id=dataset_pk, defaults={"context": tags.get(CONTEXT)}
    )
    if created:
        InputTag.objects.bulk_create([InputTag(input=link, key=key, value=value) for key, value in sorted(tags.items())])


def _link_models(run_pk: int, models: list[ModelLink], *, is_output: bool) -> None:
    rows = {
        link.model_id: RunModel(run_id=run_pk, model_id=link.model_id, is_output=is_output, step=link.step)
        for link in reversed(models)
    }
    if not rows:
        return
    for model_id in rows:
        rules.check_length(model_id, 255, "model_id")
        rules.check_text(model_id, "model_id")
    RunModel.objects.bulk_create([rows[key] for key in sorted(rows)], ignore_conflicts=True)
