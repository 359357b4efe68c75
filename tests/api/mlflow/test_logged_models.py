"""Section 10 of the protocol: logged models."""

from urllib.parse import quote

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(people, api):
    return api(people.editor)


def make(client, name="", **fields):
    body = {"experiment_id": "0"} | ({"name": name} if name else {}) | fields
    return client.post("logged-models", body).ok["model"]["info"]["model_id"]


def info_of(client, model_id):
    return client.get(f"logged-models/{model_id}").ok["model"]["info"]


def found(client, filter_text="", **more):
    answer = client.post("logged-models/search", {"experiment_ids": ["0"], "filter": filter_text} | more).ok
    return [model["info"]["name"] for model in answer.get("models", [])]


def log(client, model_id, value, key="m", **of):
    run_id = client.post("runs/create", {}).ok["run"]["info"]["run_id"]
    metric = {"key": key, "value": value, "timestamp": 1, "model_id": model_id} | of
    client.post("runs/log-metric", {"run_id": run_id} | metric).ok


def test_a_new_model_is_pending_and_has_all_that_was_said_of_it(people, editor):
    params, tags = [{"key": "depth", "value": "3"}], [{"key": "kind", "value": "tree"}]
    body = {"experiment_id": "0", "name": "m1", "model_type": "t", "source_run_id": "f" * 32, "params": params, "tags": tags}
    model = editor.post("logged-models", body).ok["model"]
    info = model["info"]
    assert info["artifact_uri"] == f"mlflow-artifacts:/0/models/{info['model_id']}/artifacts"
    assert (info["status"], info["name"], info["model_type"]) == ("LOGGED_MODEL_PENDING", "m1", "t")
    assert (info["source_run_id"], info["creator_id"], info["tags"]) == ("f" * 32, people.editor.user.pk, tags)
    assert model["data"] == {"params": params}
    assert type(info["creation_timestamp_ms"]) is type(info["last_updated_timestamp_ms"]) is int
    assert editor.get(f"logged-models/{info['model_id']}").ok["model"] == model


def test_a_model_without_a_name_is_given_one(editor):
    assert len(info_of(editor, make(editor))["name"].split("-")) == 3


def test_a_deleted_experiment_takes_no_model(editor):
    number = editor.post("experiments/create", {"name": "x"}).ok["experiment_id"]
    editor.post("experiments/delete", {"experiment_id": number}).ok
    assert editor.post("logged-models", {"experiment_id": number}).status == 400


@pytest.mark.parametrize("status", ["LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED", 2])
def test_a_model_is_finished_by_name_or_number(editor, status):
    model_id = make(editor)
    answer = editor.patch(f"logged-models/{model_id}", {"model_id": model_id, "status": status}).ok["model"]["info"]
    assert answer["status"] == {2: "LOGGED_MODEL_READY"}.get(status, status)


@pytest.mark.parametrize("body", [{}, {"status": "DONE"}, {"status": 9}])
def test_a_status_that_is_none_is_refused(editor, body):
    assert editor.patch(f"logged-models/{make(editor)}", body).status == 400


def test_a_deleted_model_is_missing_unless_it_is_asked_for(people, api):
    client = api(people.admin)
    model_id = make(client, "m1")
    client.delete(f"logged-models/{model_id}").ok
    refused = client.get(f"logged-models/{model_id}")
    assert refused.status == 404
    assert f"Logged model with ID '{model_id}' not found." in refused.json["message"]
    assert client.get(f"logged-models/{model_id}", allow_deleted="true").ok["model"]["info"]["name"] == "m1"
    assert found(client) == []


def test_tags_are_set_anew_and_deleted(editor):
    model_id = make(editor, tags=[{"key": "a", "value": "1"}])
    editor.patch(f"logged-models/{model_id}/tags", {"tags": [{"key": "a", "value": "2"}, {"key": "b/c", "value": ""}]}).ok
    assert info_of(editor, model_id)["tags"] == [{"key": "a", "value": "2"}, {"key": "b/c", "value": ""}]
    editor.delete(f"logged-models/{model_id}/tags/{quote('b/c', safe='')}").ok
    assert editor.delete(f"logged-models/{model_id}/tags/b").status == 404


def test_params_are_added_and_stay(editor):
    model_id = make(editor, params=[{"key": "a", "value": "1"}])
    more = [{"key": f"p{number}", "value": "x"} for number in range(100)]
    for _ in range(2):
        editor.post(f"logged-models/{model_id}/params", {"params": more}).ok
    assert len(editor.get(f"logged-models/{model_id}").ok["model"]["data"]["params"]) == 101
    assert editor.post(f"logged-models/{model_id}/params", {"params": [{"key": "a", "value": "2"}]}).status == 400


def test_files_of_a_model_are_listed_and_read_below_its_root(editor):
    model_id = make(editor)
    root = f"/api/2.0/mlflow-artifacts/artifacts/0/models/{model_id}/artifacts"
    editor.put(f"{root}/MLmodel", b"flavors: {}").ok
    editor.put(f"{root}/data/model.pkl", b"bytes").ok
    listed = editor.get(f"logged-models/{model_id}/artifacts/directories").ok
    assert listed["root_uri"] == f"mlflow-artifacts:/0/models/{model_id}/artifacts"
    assert [(file["path"], file["is_dir"]) for file in listed["files"]] == [("MLmodel", False), ("data", True)]
    inside = editor.get(f"logged-models/{model_id}/artifacts/directories", artifact_directory_path="data").ok["files"]
    assert inside == [{"path": "data/model.pkl", "is_dir": False, "file_size": 5}]
    files = f"/ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files"
    assert editor.get(files, artifact_file_path="data/model.pkl").body == b"bytes"
    assert editor.get(files).status == 400


@pytest.fixture
def three(editor):
    one = make(editor, "one", model_type="tree", params=[{"key": "depth", "value": "3"}], tags=[{"key": "team", "value": "risk"}])
    two = make(editor, "two", model_type="net")
    make(editor, "three")
    log(editor, one, 0.5, dataset_name="d", dataset_digest="1")
    log(editor, two, 0.9, dataset_name="d", dataset_digest="2")
    editor.patch(f"logged-models/{two}", {"status": "LOGGED_MODEL_READY"}).ok


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("name = 'one'", {"one"}),
        ("attributes.name LIKE 't%' AND model_type = 'net'", {"two"}),
        ("metrics.m > 0.6", {"two"}),
        ("params.`depth` = '3'", {"one"}),
        ("tags.team = 'risk'", {"one"}),
        ("name IN ('one', 'three')", {"one", "three"}),
        ("status = 'READY' AND status != 'PENDING' AND status IN ('LOGGED_MODEL_READY', 'x')", {"two"}),
        ("creation_timestamp > 0", {"one", "two", "three"}),
    ],
)
def test_models_are_found_by_everything_the_protocol_names(editor, three, text, names):
    assert set(found(editor, text)) == names


@pytest.mark.parametrize("text", ["name like 'one'", "attribute.name = 'one'", 'name = "one"', "metrics.m > 'x'", "name >"])
def test_the_search_of_models_is_stricter_than_others(editor, text):
    assert editor.post("logged-models/search", {"experiment_ids": ["0"], "filter": text}).status == 400


@pytest.mark.parametrize(
    ("datasets", "text", "names"),
    [
        ([{"dataset_name": "d"}], "", {"one", "two"}),  # without a digest any
        ([{"dataset_name": "d", "dataset_digest": "1"}], "", {"one"}),
        ([{"dataset_name": "d", "dataset_digest": "1"}], "metrics.m > 0.6", set()),
        ([{"dataset_name": "other"}], "", set()),
    ],
)
def test_datasets_narrow_a_search_of_models(editor, three, datasets, text, names):
    assert set(found(editor, text, datasets=datasets)) == names


def test_a_dataset_without_a_name_is_refused_with_the_references_words(editor):
    refused = editor.post("logged-models/search", {"experiment_ids": ["0"], "datasets": [{"dataset_digest": "1"}]})
    assert refused.status == 400
    assert "`dataset_name` in the `datasets` clause must be specified." in refused.json["message"]


@pytest.mark.parametrize(
    ("order_by", "names"),
    [
        ([{"field_name": "metrics.m"}], ["one", "two", "three"]),
        ([{"field_name": "metrics.m", "ascending": False}], ["two", "one", "three"]),
        (
            [{"field_name": "metrics.m", "dataset_name": "d", "dataset_digest": "2"}, {"field_name": "name"}],
            ["two", "one", "three"],
        ),
        ([{"field_name": "name"}], ["one", "three", "two"]),
    ],
)
def test_models_come_in_the_order_that_is_asked_for(editor, three, order_by, names):
    assert found(editor, order_by=order_by) == names


def test_another_order_of_models_is_refused(editor):
    for name in ("params.depth", "nonsense"):
        refused = editor.post("logged-models/search", {"experiment_ids": ["0"], "order_by": [{"field_name": name}]})
        assert refused.status == 400
        assert "Invalid order by field name" in refused.json["message"]


def test_a_token_of_models_is_good_for_its_own_search_alone(editor, three):
    first = editor.post("logged-models/search", {"experiment_ids": ["0"], "max_results": 2}).ok
    token = first["next_page_token"]
    rest = editor.post("logged-models/search", {"experiment_ids": ["0"], "max_results": 2, "page_token": token}).ok
    assert len(first["models"] + rest["models"]) == 3
    other = {"experiment_ids": ["0"], "filter": "name = 'one'", "page_token": token}
    assert editor.post("logged-models/search", other).status == 400


def test_a_model_stays_when_its_run_goes(people, api):
    client = api(people.admin)
    run_id = client.post("runs/create", {}).ok["run"]["info"]["run_id"]
    model_id = make(client, source_run_id=run_id)
    client.post("runs/delete", {"run_id": run_id}).ok
    assert info_of(client, model_id)["source_run_id"] == run_id
