"""Evidence behind a promoted version stays as it is; sending again passes."""

import pytest

from apps.core.errors import Denied
from apps.experiments.models import Hold, Run
from apps.experiments.records import Batch, MetricInput, Tag
from apps.experiments.services import batches, experiments, runs, trash

pytestmark = pytest.mark.django_db
SINCE = 1_800_000_000_000


@pytest.fixture
def held(people, worlds):
    """The first run of the world, under a hold."""
    run = Run.objects.get(run_id=worlds.here.run_id)
    Hold.objects.create(run=run, reason="version 3 of churn", key="churn/3", since=SINCE)
    Run.objects.filter(pk=run.pk).update(holds=1)
    return run.run_id


@pytest.mark.parametrize(
    "batch",
    [
        Batch(metrics=[MetricInput("loss", 0.0, SINCE + 1, 99)]),
        Batch(params=[Tag("new", "1")]),
        Batch(tags=[Tag("colour", "red")]),
        Batch(tags=[Tag("new", "1")]),
    ],
)
def test_what_would_change_the_evidence_is_denied_and_names_the_version(people, held, batch):
    with pytest.raises(Denied, match="version 3 of churn"):
        batches.log_batch(people.manager.actor, held, batch)


@pytest.mark.parametrize(
    "batch",
    [
        Batch(metrics=[MetricInput("loss", 1.0, 1_700_000_000_000, 0)], params=[Tag("depth", "0")], tags=[Tag("colour", "blue")]),
        Batch(metrics=[MetricInput("late", 1.0, SINCE - 1, 0)]),
        Batch(tags=[Tag("mlflow.note.content", "looked at")]),
    ],
)
def test_repetitions_late_arrivals_and_the_note_pass(people, held, batch):
    batches.log_batch(people.manager.actor, held, batch)


def test_status_and_end_may_still_be_said(people, held):
    assert runs.update_run(people.manager.actor, held, status=3, end_time=SINCE + 5).status == 3


def test_a_held_run_and_its_experiment_are_not_deleted_moved_or_purged(people, worlds, held):
    for attempt in (
        lambda: runs.delete_run(people.manager.actor, held),
        lambda: runs.move_runs(people.manager.actor, [held], "0"),
        lambda: experiments.delete_experiment(people.manager.actor, worlds.here.experiment_id),
        lambda: batches.delete_tag(people.manager.actor, held, "colour"),
    ):
        with pytest.raises(Denied, match="version 3 of churn"):
            attempt()
    Run.objects.filter(run_id=held).update(lifecycle="deleted", deleted_at=1)
    report = trash.purge_trash(people.admin.actor, SINCE)
    assert report.held == 1
    assert Run.objects.filter(run_id=held).exists()
