"""Ways to change what was approved after it was: the run, the files, the logged model behind a version in Production."""

import io

import pytest

from apps.artifacts.services import uploads
from apps.experiments.models import DatasetInput, LoggedModel, Param, Run, RunTag
from apps.experiments.services import logged_models, trash
from apps.experiments.services.logged_models import NewModel
from apps.registry.services import versions
from apps.registry.services.versions import NewVersion
from tests.registry.conftest import SYSTEM
from tests.registry.doors.looking import WIRE, pending

# U changes evidence of a version in a protected stage: 403 naming the version; bytes and rows unchanged


@pytest.fixture
def evidence(promoted, worlds):
    """The file and the run behind version 1."""
    root = f"{worlds.here.experiment_id}/{worlds.here.run_id}/artifacts"
    uploads.store(SYSTEM, root, "model/MLmodel", io.BytesIO(b"flavors: {}"), 11)
    return root


@pytest.mark.parametrize("kind", WIRE)
def test_an_artifact_behind_it_is_neither_overwritten_nor_deleted(api, people, evidence, kind):
    base = f"/{'ajax-api' if kind == 'ajax' else 'api'}/2.0/mlflow-artifacts/artifacts/{evidence}/model/MLmodel"
    client = api(people.manager)
    for answer in (client.put(base, b"other bytes"), client.delete(base)):
        assert (answer.status, answer.error_code) == (403, "PERMISSION_DENIED")
        assert "version 1 of fraud" in answer.json["message"]
    assert client.get(base).body == b"flavors: {}"
    assert client.put(base, b"flavors: {}").status == 200


@pytest.mark.parametrize("kind", WIRE)
def test_an_upload_in_parts_does_not_replace_it_either(api, people, evidence, kind):
    base, client = f"/{'ajax-api' if kind == 'ajax' else 'api'}/2.0/mlflow-artifacts/", api(people.manager)
    made = client.post(f"{base}mpu/create/{evidence}/model", {"path": "MLmodel", "num_parts": 1}).ok
    url = made["credentials"][0]["url"].removeprefix("http://testserver")
    etag = client.put(url, b"other bytes").headers["ETag"]
    done = {"path": "MLmodel", "upload_id": made["upload_id"], "parts": [{"part_number": 1, "etag": etag, "url": url}]}
    answer = client.post(f"{base}mpu/complete/{evidence}/model", done)
    assert (answer.status, "version 1 of fraud" in answer.json["message"]) == (403, True)
    assert client.get(f"{base}artifacts/{evidence}/model/MLmodel").body == b"flavors: {}"


def test_runs_are_deleted_many_at_once_without_those_that_are_evidence(api, people, promoted, worlds):
    body = {"experiment_id": worlds.here.experiment_id, "max_timestamp_millis": 9_999_999_999_999, "max_runs": 100}
    assert api(people.manager).post("databricks/runs/delete-runs", body).status == 200
    states = dict(Run.objects.filter(experiment_id=worlds.here.experiment_id).values_list("run_id", "lifecycle"))
    assert states.pop(worlds.here.run_id) == "active"
    assert set(states.values()) == {"deleted"}


@pytest.mark.parametrize("kind", WIRE)
@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("runs/log-parameter", {"key": "fresh", "value": "1"}),
        ("runs/set-tag", {"key": "colour", "value": "red"}),
        ("runs/delete-tag", {"key": "colour"}),
        ("runs/log-metric", {"key": "loss", "value": 0.001, "timestamp": 99_999_999_999_999, "step": 99}),
        ("runs/log-batch", {"params": [{"key": "p", "value": "v"}]}),
        ("runs/log-inputs", {"datasets": [{"dataset": {"name": "other", "digest": "d", "source_type": "s", "source": "u"}}]}),
        ("runs/log-model", {"model_json": '{"run_id": "r", "artifact_path": "a", "utc_time_created": "t", "flavors": {}}'}),
        ("runs/delete", {}),
    ],
)
def test_its_run_cannot_be_changed_or_deleted(door, people, promoted, worlds, kind, path, fields):
    one = door(kind, people.manager)
    answer = one.client.post(one.wire + path, {"run_id": worlds.here.run_id, **fields})
    assert (answer.status, answer.error_code) == (403, "PERMISSION_DENIED")
    assert "version 1 of fraud" in answer.json["message"]
    run = Run.objects.get(run_id=worlds.here.run_id)
    assert run.lifecycle == "active"
    assert RunTag.objects.get(run=run, key="colour").value == "blue"
    assert not Param.objects.filter(run=run, key__name__in=["fresh", "p"]).exists()
    assert not DatasetInput.objects.filter(run=run, dataset__name="other").exists()


@pytest.mark.parametrize("kind", WIRE)
def test_the_experiment_of_its_run_cannot_be_deleted(door, people, promoted, worlds, kind):
    one = door(kind, people.manager)
    answer = one.client.post(one.wire + "experiments/delete", {"experiment_id": worlds.here.experiment_id})
    assert (answer.status, "version 1 of fraud" in answer.json["message"]) == (403, True)


@pytest.mark.parametrize("kind", WIRE)
def test_its_logged_model_cannot_be_deleted_or_tagged(door, people, approvers, protect, worlds, kind):
    protect(rules=[{"number": 1, "teams": ["risk"]}])
    model_id = logged_models.create_logged_model(people.editor.actor, NewModel(worlds.here.experiment_id, "forest"))
    made = versions.create_version(people.editor.actor, NewVersion("fraud", f"models:/{model_id}", model_id=model_id))
    door("own", people.service).open(made.number)
    assert door("own", approvers.tom).approve(pending()).status == 200
    one = door(kind, people.manager)
    assert one.client.delete(one.wire + f"logged-models/{model_id}").status == 403
    assert one.client.patch(one.wire + f"logged-models/{model_id}/tags", {"tags": [{"key": "k", "value": "v"}]}).status == 403
    assert LoggedModel.objects.get(model_id=model_id).lifecycle == "active"


def test_emptying_the_trash_leaves_what_is_held(people, promoted, worlds):
    Run.objects.filter(run_id=worlds.here.run_id).update(lifecycle="deleted", deleted_at=1)
    report = trash.purge_trash(SYSTEM, 2)
    assert (report.runs, report.held) == (0, 1)
    assert Run.objects.filter(run_id=worlds.here.run_id).exists()


@pytest.mark.parametrize("kind", WIRE)
def test_a_tag_that_a_gate_reads_stays_while_it_stands_there(door, people, approvers, protect, kind):
    protect(rules=[{"number": 1, "teams": ["risk"]}], gates=[{"kind": "tags", "tags": {"reviewed": "yes"}}])
    one = door(kind, people.manager)
    tag = {"name": "fraud", "version": "1", "key": "reviewed", "value": "yes"}
    assert one.client.post(one.wire + "model-versions/set-tag", tag).status == 200
    door("own", people.editor).open(1)
    assert door("own", approvers.tom).approve(pending()).status == 200
    for answer in (
        one.client.post(one.wire + "model-versions/set-tag", tag | {"value": "no"}),
        one.client.delete(one.wire + "model-versions/delete-tag", {"name": "fraud", "version": "1", "key": "reviewed"}),
    ):
        assert (answer.status, "version 1 of fraud" in answer.json["message"]) == (403, True)
    assert one.client.post(one.wire + "model-versions/set-tag", tag).status == 200
    assert one.client.post(one.wire + "model-versions/set-tag", tag | {"key": "other"}).status == 200
