"""What lies in the trash, for whom; back, and gone for good, with its bytes."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.access.levels import Level
from apps.artifacts.models import Artifact, Root
from apps.artifacts.services import uploads
from apps.audit.models import AuditRow
from apps.core.actor import Actor
from apps.core.errors import Denied, Invalid, Missing
from apps.experiments.models import Experiment, LoggedModel, Point, Run
from apps.experiments.queries.trash import list_trash
from apps.experiments.services import experiments, grants, holds, legal, logged_models, runs
from apps.experiments.trash_items import Wanted
from apps.registry.models import ModelVersion, RegisteredModel
from apps.registry.queries import trash as queries
from apps.registry.services import emptying, registered, versions

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
EVERYTHING = Wanted()


@pytest.fixture
def full(worlds):
    """One thing of each kind in the trash of `here`."""
    here = worlds.here
    logged_models.delete_logged_model(here.owner, here.model_id)
    versions.delete_version(here.owner, here.registered, "2")
    registered.create_model(here.owner, "old-model")
    registered.delete_model(here.owner, "old-model")
    return here


def listed(actor, **more):
    return {(item.kind, item.name) for item in queries.list_everything(actor, Wanted(**more)).items}


def ref_of(actor, kind):
    return next(item.ref for item in queries.list_everything(actor, EVERYTHING).items if item.kind == kind)


ALL = {
    ("experiment", "old churn"),
    ("run", "deleted"),
    ("logged_model", "classifier"),
    ("version", "churn-model"),
    ("model", "old-model"),
}


def test_everything_that_was_deleted_is_listed_with_what_one_may_do(full, people):
    assert listed(full.owner) == ALL
    may = {item.kind: item.level >= Level.MANAGE for item in queries.list_everything(people.reader.actor, EVERYTHING).items}
    assert may == {"experiment": False, "run": False, "logged_model": False, "version": False, "model": False}


def test_what_one_may_not_see_is_not_listed(full, people, settings):
    settings.DEFAULT_PERMISSION = "NO_PERMISSIONS"
    assert listed(people.stranger.actor) == set()
    assert listed(people.reader.actor) == ALL - {("model", "old-model")}


def test_things_of_another_workspace_are_not_listed(full, worlds):
    assert listed(worlds.there.owner) == {("experiment", "old churn"), ("run", "deleted")}


def test_the_list_narrows_to_a_kind_a_time_and_a_name(full):
    assert listed(full.owner, kinds=("run",)) == {("run", "deleted")}
    assert listed(full.owner, before=1) == set()
    assert listed(full.owner, text="CHURN") == {("experiment", "old churn"), ("version", "churn-model")}
    assert listed(full.owner, text="%") == set()


def test_pages_go_through_everything_once_also_where_moments_are_the_same(full):
    Run.objects.filter(lifecycle="deleted").update(deleted_at=5)
    Experiment.objects.filter(lifecycle="deleted").update(deleted_at=5)
    found, after = [], ""
    while True:
        page = queries.list_everything(full.owner, Wanted(after=after), limit=2)
        found += [item.ref for item in page.items]
        after = page.after
        if not after:
            break
    assert len(found) == len(set(found)) == 5
    with pytest.raises(Invalid):
        queries.list_everything(full.owner, Wanted(after="bm9uc2Vuc2U="))


def test_the_list_costs_the_same_for_two_things_and_for_twelve(full):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            queries.list_everything(full.owner, EVERYTHING)
        return len(captured)

    before = cost()
    for number in range(10):
        run = runs.create_run(full.owner, runs.NewRun(full.experiment_id, f"r{number}"))
        uploads.store(full.owner, f"{full.experiment_id}/{run.run_id}/artifacts", "f", io.BytesIO(b"1"), 1)
        runs.delete_run(full.owner, run.run_id)
    assert cost() == before


@pytest.mark.parametrize("kind", ["experiment", "run", "logged_model", "model", "version"])
def test_a_thing_comes_back(full, kind):
    emptying.restore(full.owner, ref_of(full.owner, kind))
    assert kind not in {found for found, _ in listed(full.owner)}
    assert AuditRow.objects.filter(act__endswith=".restore").count() == 1


@pytest.mark.parametrize("kind", ["experiment", "run", "logged_model", "model", "version"])
def test_a_thing_goes_for_good_and_that_is_audited(full, kind):
    rows = {"experiment": Experiment, "run": Run, "logged_model": LoggedModel, "model": RegisteredModel, "version": ModelVersion}
    before = rows[kind].objects.count()
    assert emptying.remove(full.owner, ref_of(full.owner, kind))
    assert rows[kind].objects.count() == before - 1
    assert kind not in {found for found, _ in listed(full.owner)}
    assert AuditRow.objects.filter(act__endswith=".purge", actor_name="manager").count() == 1


@pytest.mark.parametrize("kind", ["experiment", "run", "logged_model", "model", "version"])
def test_whoever_may_not_manage_a_thing_neither_restores_nor_removes_it(full, people, kind):
    ref = ref_of(full.owner, kind)
    for act in (emptying.restore, emptying.remove):
        with pytest.raises((Denied, Missing)):
            act(people.editor.actor, ref)
    assert listed(full.owner) == ALL


def test_what_is_not_in_the_trash_is_not_removed(full):
    for ref in (f"run:{full.run_id}", f"experiment:{full.experiment_id}", "experiment:0", "nothing:1", "run:"):
        with pytest.raises((Invalid, Denied)):
            emptying.remove(full.owner if ref != "experiment:0" else SYSTEM, ref)


def test_an_experiment_goes_with_its_runs_and_their_files(full):
    root = f"{full.experiment_id}/{full.run_id}/artifacts"
    experiments.delete_experiment(full.owner, full.experiment_id)
    item = next(item for item in queries.list_everything(full.owner, EVERYTHING).items if item.key == full.experiment_id)
    assert (item.runs, item.files, item.size) == (4, 1, 5)
    emptying.remove(full.owner, item.ref)
    assert not Run.objects.filter(experiment_id=full.experiment_id).exists()
    assert not Artifact.objects.filter(root__key=root).exists()
    assert not Root.objects.filter(key=root).exists()


def test_evidence_of_a_version_stays_and_is_named(full):
    run = Run.objects.get(run_id=full.deleted_run_id)
    holds.place_hold(SYSTEM, "version:1", "version 3 of churn-model in Production", [run.run_id], [])
    with pytest.raises(Denied, match="version 3 of churn-model in Production"):
        emptying.remove(full.owner, f"run:{run.run_id}")
    item = next(item for item in queries.list_everything(full.owner, EVERYTHING).items if item.kind == "run")
    assert item.kept == "evidence of version 3 of churn-model in Production"
    assert emptying.empty_trash(full.owner, EVERYTHING).kept == [f"deleted: {item.kept}"]
    assert Point.objects.filter(run_id=run.pk).exists()


def test_an_experiment_with_evidence_in_it_stays_whole(full):
    run = runs.create_run(full.owner, runs.NewRun(full.experiment_id, "evidence"))
    experiments.delete_experiment(full.owner, full.experiment_id)
    holds.place_hold(SYSTEM, "version:1", "version 1 of m in Production", [run.run_id], [])
    with pytest.raises(Denied, match="version 1 of m in Production"):
        emptying.remove(full.owner, f"experiment:{full.experiment_id}")
    assert Run.objects.filter(experiment_id=full.experiment_id).count() == 5


def test_a_dry_run_says_what_emptying_then_removes(full):
    run = runs.create_run(full.owner, runs.NewRun(full.experiment_id, "with a file"))
    uploads.store(full.owner, f"{full.experiment_id}/{run.run_id}/artifacts", "f", io.BytesIO(b"12345"), 5)
    runs.delete_run(full.owner, run.run_id)
    legal.hold_run(full.owner, full.deleted_run_id, "a trial")
    total = queries.total(full.owner, EVERYTHING)
    assert total.counts == {"experiment": 1, "run": 1, "logged_model": 1, "model": 1, "version": 1}
    assert (total.files, total.size, total.kept, total.is_more) == (1, 5, 1, False)
    assert listed(full.owner) == ALL | {("run", "with a file")}
    done = emptying.empty_trash(full.owner, EVERYTHING)
    assert (done.counts, len(done.kept), done.is_going_on) == (total.counts, 1, False)
    assert listed(full.owner) == {("run", "deleted")}


def test_emptying_leaves_what_others_may_manage(full, people, worlds):
    grants.put_experiment_grant(SYSTEM, full.experiment_id, Level.MANAGE, user="editor")
    assert emptying.empty_trash(people.editor.actor, EVERYTHING).counts == {"run": 1, "logged_model": 1}
    assert listed(full.owner) == {("experiment", "old churn"), ("version", "churn-model"), ("model", "old-model")}
    assert listed(worlds.there.owner) == {("experiment", "old churn"), ("run", "deleted")}


def test_what_a_request_cannot_remove_a_worker_removes_as_the_same_person(full, django_capture_on_commit_callbacks, monkeypatch):
    sent = []
    monkeypatch.setattr("apps.core.jobs._send", lambda name, args, countdown: sent.append((name, args)))
    with django_capture_on_commit_callbacks(execute=True):
        done = emptying.empty_trash(full.owner, EVERYTHING, seconds=-1)
    assert (done.is_going_on, done.counts, listed(full.owner)) == (True, {}, ALL)
    ((name, args),) = sent
    assert name == "registry.empty_trash"
    emptying.go_on_emptying(SYSTEM, *args)
    assert listed(full.owner) == set()


def test_a_token_made_for_less_removes_nothing_for_good(full):
    limited = Actor(full.owner.user_id, full.owner.name, via="token", limits={"scope": "write"})
    for act in (
        lambda: emptying.remove(limited, f"run:{full.deleted_run_id}"),
        lambda: emptying.empty_trash(limited, EVERYTHING),
    ):
        with pytest.raises(Denied, match="for good"):
            act()


def test_the_trash_empties_itself_only_where_administrators_said_so(full, people):
    assert emptying.keep_trash_rule(SYSTEM) is False
    with pytest.raises(Denied):
        emptying.set_trash_rule(people.manager.actor, 1)
    emptying.set_trash_rule(people.admin.actor, 30)
    Run.objects.filter(run_id=full.deleted_run_id).update(deleted_at=1)
    assert emptying.keep_trash_rule(SYSTEM) is True
    assert listed(full.owner) == ALL - {("run", "deleted")}
    emptying.set_trash_rule(people.admin.actor, None)
    assert emptying.keep_trash_rule(SYSTEM) is False


def test_runs_of_an_experiment_in_the_trash_come_and_go_with_it(full):
    experiments.delete_experiment(full.owner, full.experiment_id)
    assert {item.kind for item in list_trash(full.owner, EVERYTHING, 50)} == {"experiment"}
