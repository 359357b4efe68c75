"""What the token of an execution may do: write its run and those nested in it, read what its owner may."""

from dataclasses import replace

import pytest

from apps.core.errors import Denied
from apps.experiments import access
from apps.experiments.queries.runs import get_run
from apps.experiments.records import Tag
from apps.experiments.services import batches, experiments, logged_models, runs

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(worlds):
    """A run of the manager's, and the manager as a token that is limited to it."""
    run = runs.create_run(worlds.here.owner, runs.NewRun(worlds.here.experiment_id, "own"))
    return run, replace(worlds.here.owner, is_admin=False, limits={"run": run.run_id, "scope": "write"})


def nested(actor, world, parent):
    return runs.create_run(actor, runs.NewRun(world.experiment_id, tags=[Tag("mlflow.parentRunId", parent)]))


def test_it_writes_its_own_run(own):
    run, token = own
    batches.log_param(token, run.run_id, "a", "1")
    runs.update_run(token, run.run_id, status=3)


def test_it_makes_nested_runs_of_any_depth_and_writes_them(own, worlds):
    run, token = own
    child = nested(token, worlds.here, run.run_id)
    grandchild = nested(token, worlds.here, child.run_id)
    for one in (child, grandchild):
        batches.log_param(token, one.run_id, "a", "1")
        runs.update_run(token, one.run_id, status=3)


def test_it_reads_everything_that_its_owner_may(own, worlds):
    _, token = own
    assert get_run(token, worlds.here.run_id)
    root = f"{worlds.here.experiment_id}/{worlds.here.run_id}/artifacts/notes/readme.txt"
    for act in ("artifact.read", "artifact.download"):
        assert access.access_artifact_root(token, root, act)


def test_it_writes_no_other_run(own, worlds):
    _, token = own
    file = f"{worlds.here.experiment_id}/{worlds.here.run_id}/artifacts/x"
    for write in (
        lambda: batches.log_param(token, worlds.here.run_id, "a", "1"),
        lambda: batches.set_tag(token, worlds.here.run_id, "mlflow.parentRunId", "x"),
        lambda: runs.update_run(token, worlds.here.run_id, status=3),
        lambda: access.access_artifact_root(token, file, "artifact.write"),
    ):
        with pytest.raises(Denied, match="own run"):
            write()


def test_it_deletes_and_moves_nothing_not_even_its_own(own, worlds):
    run, token = own
    for run_id in (run.run_id, worlds.here.run_id):
        with pytest.raises(Denied):
            runs.delete_run(token, run_id)
    with pytest.raises(Denied):
        experiments.delete_experiment(token, worlds.here.experiment_id)
    with pytest.raises(Denied):
        experiments.rename_experiment(token, worlds.here.experiment_id, "x")


def test_it_changes_no_logged_model_of_another_run(own, worlds):
    run, token = own
    made = logged_models.create_logged_model(token, logged_models.NewModel(worlds.here.experiment_id, "m", "sklearn", run.run_id))
    assert access.access_logged_model(token, made, "logged_model.update")
    with pytest.raises(Denied):
        access.access_logged_model(token, worlds.here.model_id, "logged_model.update")
    assert access.access_logged_model(token, worlds.here.model_id, "logged_model.read")
