"""What is under a legal hold may neither go nor be overwritten, by nobody; logging goes on."""

import io

import pytest

from apps.artifacts.services import deletion, uploads
from apps.audit.models import AuditRow
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Denied, Invalid
from apps.experiments.access import require_unheld
from apps.experiments.models import Run
from apps.experiments.queries import legal as queries
from apps.experiments.records import Batch, MetricInput, Tag
from apps.experiments.services import batches, bulk, experiments, legal, logged_models, runs, trash

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
WORDS = r"a legal hold \(file 12/26; set by manager\)"


@pytest.fixture(params=["run", "experiment"])
def held(request, worlds):
    """A world in which the first run is held, by itself or with its experiment."""
    here = worlds.here
    if request.param == "run":
        legal.hold_run(here.owner, here.run_id, "file 12/26")
    else:
        legal.hold_experiment(here.owner, here.experiment_id, "file 12/26")
    return here


def guard(world):
    root = f"{world.experiment_id}/{world.run_id}/artifacts"
    return root, {"guard": lambda: require_unheld(world.owner, root, "artifact.write")}


def test_it_is_not_deleted_whoever_asks(held, people):
    for actor in (held.owner, people.admin.actor, SYSTEM):
        with pytest.raises(Denied, match=WORDS):
            runs.delete_run(actor, held.run_id)
        with pytest.raises(Denied, match=WORDS):
            experiments.delete_experiment(actor, held.experiment_id)
        with pytest.raises(Denied, match=WORDS):
            logged_models.delete_logged_model(actor, held.model_id)


def test_it_is_not_moved_away(held):
    with pytest.raises(Denied, match=WORDS):
        runs.move_runs(held.owner, [held.run_id], "0")


def test_its_files_are_neither_overwritten_nor_deleted_but_new_ones_come(held):
    root, options = guard(held)
    with pytest.raises(Denied, match=WORDS):
        uploads.store(held.owner, root, held.artifact, io.BytesIO(b"other"), 5, **options)
    with pytest.raises(Denied, match=WORDS):
        deletion.delete(held.owner, root, held.artifact, **options)
    uploads.store(held.owner, root, held.artifact, io.BytesIO(b"hello"), 5, **options)
    uploads.store(held.owner, root, "new.txt", io.BytesIO(b"new"), 3, **options)


def test_logging_goes_on(held):
    later = now_ms() + 1_000_000
    batches.log_batch(held.owner, held.run_id, Batch([MetricInput("loss", 0.1, later, 99)], [Tag("new", "1")], [Tag("a", "b")]))
    runs.update_run(held.owner, held.run_id, status=3, end_time=later)


def test_many_runs_deleted_by_time_leave_it(worlds):
    here = worlds.here
    legal.hold_run(here.owner, here.run_id, "file 12/26")
    assert bulk.delete_runs_until(here.owner, here.experiment_id, now_ms() + 1) == 2
    assert Run.objects.get(run_id=here.run_id).lifecycle == "active"
    legal.hold_experiment(here.owner, here.experiment_id, "file 12/26")
    with pytest.raises(Denied, match=WORDS):
        bulk.delete_runs_until(here.owner, here.experiment_id, now_ms() + 1)


def test_what_lies_in_the_trash_stays_there(worlds):
    here = worlds.here
    legal.hold_run(here.owner, here.deleted_run_id, "file 12/26")
    legal.hold_experiment(here.owner, here.deleted_experiment_id, "file 12/26")
    for dry_run in (True, False):
        report = trash.purge_trash(SYSTEM, now_ms() + 1, dry_run=dry_run)
        assert report.held == 2
    with pytest.raises(Denied, match=WORDS):
        trash.purge_run(here.owner, here.deleted_run_id)
    with pytest.raises(Denied, match=WORDS):
        trash.purge_experiment(here.owner, here.deleted_experiment_id)


def test_a_run_that_is_held_keeps_its_experiment_from_going(worlds):
    here = worlds.here
    run = runs.create_run(here.owner, runs.NewRun(here.experiment_id, "held"))
    experiments.delete_experiment(here.owner, here.experiment_id)
    legal.hold_run(here.owner, run.run_id, "file 12/26")
    with pytest.raises(Denied, match=WORDS):
        trash.purge_experiment(here.owner, here.experiment_id)
    assert Run.objects.filter(experiment_id=here.experiment_id).count() == 5


def test_when_it_is_lifted_everything_is_as_before(held):
    (hold,) = queries.holds_of_run(held.owner, held.run_id)
    legal.lift_hold(held.owner, hold.id)
    legal.lift_hold(held.owner, hold.id)
    assert queries.holds_of_run(held.owner, held.run_id) == []
    assert [row.lifted_by for row in queries.holds_of_run(held.owner, held.run_id, lifted=True)] == ["manager"]
    runs.delete_run(held.owner, held.run_id)
    trash.purge_run(held.owner, held.run_id)


def test_two_holds_are_lifted_one_by_one(worlds, people):
    here = worlds.here
    first = legal.hold_run(here.owner, here.run_id, "one")
    second = legal.hold_run(people.admin.actor, here.run_id, "two")
    legal.lift_hold(here.owner, first)
    with pytest.raises(Denied, match="two; set by admin"):
        runs.delete_run(here.owner, here.run_id)
    with pytest.raises(Denied, match="only they and administrators"):
        legal.lift_hold(here.owner, second)
    legal.lift_hold(people.admin.actor, second)
    runs.delete_run(here.owner, here.run_id)


def test_who_set_and_lifted_it_and_why_is_audited(held):
    (hold,) = queries.holds_of_run(held.owner, held.run_id)
    legal.lift_hold(held.owner, hold.id)
    rows = [row.details for row in AuditRow.objects.filter(act__endswith=".hold").order_by("id")]
    assert [row["reason"] for row in rows] == ["file 12/26", "file 12/26"]
    assert [row.get("lifted", False) for row in rows] == [False, True]


def test_only_managers_set_one_with_a_reason_and_not_by_a_token_made_for_less(worlds, people):
    here = worlds.here
    with pytest.raises(Denied):
        legal.hold_run(people.editor.actor, here.run_id, "no")
    with pytest.raises(Invalid, match="Write why"):
        legal.hold_experiment(here.owner, here.experiment_id, "  ")
    with pytest.raises(Denied, match="legal holds"):
        legal.hold_run(Actor(here.owner.user_id, "manager", via="token", limits={"scope": "write"}), here.run_id, "no")
