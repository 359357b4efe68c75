"""Section 18 of the protocol: what clients were seen to send, call by call, and section 21: what the reference gets wrong."""

import pytest

pytestmark = pytest.mark.django_db
FILES = "/api/2.0/mlflow-artifacts/artifacts/"


@pytest.fixture
def editor(people, api):
    return api(people.editor)


def file_of(uri):
    """The address of the proxy for an artifact URI."""
    return FILES + uri.removeprefix("mlflow-artifacts:/")


# 18


def test_set_experiment_looks_creates_and_gets(editor):
    assert editor.get("experiments/get-by-name", experiment_name="e").status == 404
    number = editor.post("experiments/create", {"name": "e", "artifact_location": "", "tags": []}).ok["experiment_id"]
    assert editor.get("experiments/get", experiment_id=number).ok["experiment"]["name"] == "e"


def test_a_run_from_start_to_end(editor):
    run = editor.post("runs/create", {"experiment_id": "0", "user_id": "ada", "start_time": 1, "tags": []}).ok["run"]["info"]
    ids = {"run_id": run["run_id"], "run_uuid": run["run_id"]}
    editor.post("runs/log-metric", ids | {"key": "m", "value": 1.0, "timestamp": 1, "step": 0}).ok
    editor.post("runs/log-parameter", ids | {"key": "p", "value": "1"}).ok
    editor.post("runs/log-batch", {"run_id": run["run_id"], "metrics": [], "params": [], "tags": [{"key": "t", "value": "v"}]}).ok
    uri = editor.get("runs/get", **ids).ok["run"]["info"]["artifact_uri"]
    editor.put(file_of(f"{uri}/a.txt"), b"x").ok
    assert editor.get("runs/get", **ids).ok["run"]["data"]["params"] == [{"key": "p", "value": "1"}]
    info = editor.post("runs/update", ids | {"status": "FINISHED", "end_time": 2}).ok["run_info"]
    assert (info["status"], info["end_time"]) == ("FINISHED", 2)


def test_a_model_is_logged_registered_and_loaded(editor):
    run_id = editor.post("runs/create", {"experiment_id": "0"}).ok["run"]["info"]["run_id"]
    dataset = {"name": "d", "digest": "x", "source_type": "code", "source": "{}"}
    editor.post("runs/log-inputs", {"run_id": run_id, "datasets": [{"dataset": dataset, "tags": []}]}).ok
    body = {"experiment_id": "0", "name": "model", "source_run_id": run_id}
    model = editor.post("logged-models", body).ok["model"]["info"]
    address, root = f"logged-models/{model['model_id']}", model["artifact_uri"]
    editor.post("runs/outputs", {"run_id": run_id, "models": [{"model_id": model["model_id"], "step": 0}]}).ok
    for name in ("MLmodel", "model.pkl", "conda.yaml", "requirements.txt"):
        editor.put(file_of(f"{root}/{name}"), name.encode()).ok
    editor.patch(address, {"model_id": model["model_id"], "status": "LOGGED_MODEL_READY"}).ok
    editor.post("registered-models/create", {"name": "n"}).ok
    source = {"name": "n", "source": f"models:/{model['model_id']}", "model_id": model["model_id"], "run_id": run_id}
    assert editor.post("model-versions/create", source).ok["model_version"]["version"] == "1"
    editor.get(address).ok
    tag = {"key": "mlflow.modelVersions", "value": '[{"name": "n", "version": "1"}]'}
    editor.patch(f"{address}/tags", {"tags": [tag]}).ok
    # and back: load_model("models:/n/1"), and by runs:/<id>/model
    editor.get("registered-models/get", name="n").ok
    uri = editor.get("model-versions/get-download-uri", name="n", version="1").ok["artifact_uri"]
    assert uri == root
    files = editor.get("/api/2.0/mlflow-artifacts/artifacts", path=root.removeprefix("mlflow-artifacts:/")).ok["files"]
    assert sorted(file["path"] for file in files) == ["MLmodel", "conda.yaml", "model.pkl", "requirements.txt"]
    assert editor.get(file_of(f"{uri}/MLmodel")).body == b"MLmodel"
    query = {"experiment_ids": ["0"], "filter": "name = 'model'"}
    assert editor.post("logged-models/search", query).ok["models"][0]["info"]["source_run_id"] == run_id


# 21: no 5xx for what a person got wrong


def test_a_missing_artifact_is_a_404(editor):
    uri = editor.post("runs/create", {}).ok["run"]["info"]["artifact_uri"]
    refused = editor.get(file_of(f"{uri}/absent"))
    assert (refused.status, refused.error_code) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_the_aliases_of_a_deleted_version_go_with_it(people, api):
    client = api(people.admin)
    client.post("registered-models/create", {"name": "n"}).ok
    client.post("model-versions/create", {"name": "n", "source": "s3://b/m"}).ok
    client.post("registered-models/alias", {"name": "n", "alias": "a", "version": "1"}).ok
    client.delete("model-versions/delete", {"name": "n", "version": "1"}).ok
    refused = client.get("registered-models/alias", name="n", alias="a")
    assert refused.status == 400
    assert "Registered model alias a not found." in refused.json["message"]


def test_mistakes_are_answered_by_400(editor):
    number = editor.post("experiments/create", {"name": "x"}).ok["experiment_id"]
    editor.post("experiments/delete", {"experiment_id": number}).ok
    editor.post("registered-models/create", {"name": "n"}).ok
    editor.post("model-versions/create", {"name": "n", "source": "s3://b/m"}).ok
    move = {"name": "n", "version": "1", "stage": "None", "archive_existing_versions": True}
    for path, body in (
        ("model-versions/transition-stage", move),
        ("experiments/update", {"experiment_id": number, "new_name": "y"}),
        ("runs/search", {"experiment_ids": ["0"], "order_by": ["start_time", "start_time"]}),
        ("runs/search", {"experiment_ids": ["abc"]}),
        ("logged-models/search", {"experiment_ids": ["abc"]}),
        ("runs/update", {"run_id": "x", "status": "BOGUS"}),
    ):
        assert (path, editor.post(path, body).status) == (path, 400)


def test_a_body_that_is_no_json_is_not_read_as_empty(editor):
    refused = editor.request("POST", "runs/create", b"{not json", headers={"Content-Type": "application/json"})
    assert refused.status == 400
    assert editor.post("runs/search", {"experiment_ids": ["0"]}).ok == {}


@pytest.mark.parametrize(
    ("path", "body"), [("experiments/create", {"name": "Default"}), ("registered-models/create", {"name": "twice"})]
)
def test_what_exists_already_is_said_without_the_databases_words(editor, path, body):
    editor.post(path, body)
    message = editor.post(path, body).json["message"]
    assert "already exists" in message
    assert not {"UNIQUE", "constraint", "DETAIL", "sqlite", "psycopg"} & set(message.replace(":", " ").split())
