"""Section 4 of the protocol: runs, and logging to them."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(people, api):
    return api(people.editor)


@pytest.fixture
def run_id(editor):
    return editor.post("runs/create", {"experiment_id": "0", "start_time": 5}).ok["run"]["info"]["run_id"]


def data_of(client, run_id):
    return client.get("runs/get", run_id=run_id).ok["run"]["data"]


def test_create_makes_the_id_and_a_name_and_starts_it_running(editor):
    run = editor.post("runs/create", {"user_id": "ada", "start_time": 7}).ok["run"]
    info = run["info"]
    assert len(info["run_id"]) == 32
    assert info["run_uuid"] == info["run_id"]
    assert (info["experiment_id"], info["status"], info["start_time"], info["user_id"]) == ("0", "RUNNING", 7, "ada")
    assert info["artifact_uri"] == f"mlflow-artifacts:/0/{info['run_id']}/artifacts"
    assert "end_time" not in info
    assert {"key": "mlflow.runName", "value": info["run_name"]} in run["data"]["tags"]


def test_the_name_is_the_field_or_the_tag_and_both_must_agree(editor):
    tag = [{"key": "mlflow.runName", "value": "tagged"}]
    assert editor.post("runs/create", {"tags": tag}).ok["run"]["info"]["run_name"] == "tagged"
    assert editor.post("runs/create", {"run_name": "n"}).ok["run"]["info"]["run_name"] == "n"
    assert editor.post("runs/create", {"run_name": "n", "tags": tag}).status == 400


def test_the_name_follows_its_tag_and_the_tag_the_name(editor, run_id):
    editor.post("runs/set-tag", {"run_id": run_id, "key": "mlflow.runName", "value": "one"}).ok
    assert editor.get("runs/get", run_id=run_id).ok["run"]["info"]["run_name"] == "one"
    editor.post("runs/update", {"run_id": run_id, "run_name": "two"}).ok
    assert {"key": "mlflow.runName", "value": "two"} in data_of(editor, run_id)["tags"]
    editor.post("runs/log-batch", {"run_id": run_id, "tags": [{"key": "mlflow.runName", "value": "three"}]}).ok
    assert editor.get("runs/get", run_id=run_id).ok["run"]["info"]["run_name"] == "three"


def test_update_changes_what_is_given_and_answers_the_whole_info(editor, run_id):
    info = editor.post("runs/update", {"run_id": run_id, "status": "FINISHED", "end_time": 99}).ok["run_info"]
    assert (info["status"], info["end_time"], info["start_time"]) == ("FINISHED", 99, 5)
    info = editor.post("runs/update", {"run_id": run_id, "run_name": ""}).ok["run_info"]
    assert (info["status"], info["end_time"]) == ("FINISHED", 99)


@pytest.mark.parametrize("status", ["BOGUS", 9, True])
def test_an_unknown_status_is_refused(editor, run_id, status):
    assert editor.post("runs/update", {"run_id": run_id, "status": status}).status == 400


def test_enums_come_by_name_or_number(editor, run_id):
    assert editor.post("runs/update", {"run_id": run_id, "status": 4}).ok["run_info"]["status"] == "FAILED"


def test_the_old_name_of_the_id_and_camel_case_are_understood(editor, run_id):
    editor.post("runs/log-metric", {"runUuid": run_id, "key": "m", "value": "1.5", "timestamp": "7"}).ok
    assert editor.get("runs/get", run_uuid=run_id).ok["run"]["data"]["metrics"] == [
        {"key": "m", "value": 1.5, "timestamp": 7, "step": 0}
    ]


def test_a_param_stays_what_it_was(editor, run_id):
    param = {"run_id": run_id, "key": "lr", "value": "0.1"}
    editor.post("runs/log-parameter", param).ok
    editor.post("runs/log-parameter", param).ok
    refused = editor.post("runs/log-parameter", param | {"value": "0.2"})
    assert (refused.status, refused.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert "Changing param values is not allowed" in refused.json["message"]
    assert data_of(editor, run_id)["params"] == [{"key": "lr", "value": "0.1"}]


def test_long_params_and_tags_are_cut_silently_and_compared_as_cut(editor, run_id):
    for _ in range(2):
        editor.post("runs/log-parameter", {"run_id": run_id, "key": "p", "value": "x" * 7000}).ok
    editor.post("runs/set-tag", {"run_id": run_id, "key": "t", "value": "x" * 9000}).ok
    data = data_of(editor, run_id)
    assert len(data["params"][0]["value"]) == 6000
    assert len(next(tag["value"] for tag in data["tags"] if tag["key"] == "t")) == 8000


def test_a_batch_with_one_conflicting_param_changes_nothing(editor, run_id):
    editor.post("runs/log-parameter", {"run_id": run_id, "key": "a", "value": "1"}).ok
    batch = {
        "run_id": run_id,
        "metrics": [{"key": "m", "value": 1, "timestamp": 1}],
        "params": [{"key": "a", "value": "2"}, {"key": "b", "value": "1"}],
        "tags": [{"key": "t", "value": "1"}],
    }
    assert editor.post("runs/log-batch", batch).status == 400
    data = data_of(editor, run_id)
    assert "metrics" not in data
    assert [param["key"] for param in data["params"]] == ["a"]
    assert [tag["key"] for tag in data["tags"]] == ["mlflow.runName"]


def test_a_batch_may_come_twice(editor, run_id):
    batch = {
        "run_id": run_id,
        "metrics": [{"key": "m", "value": value, "timestamp": 1, "step": 1} for value in (1, 1, 2)],
        "params": [{"key": "a", "value": "2"}],
        "tags": [{"key": "t", "value": "1"}, {"key": "t", "value": "2"}],
    }
    for _ in range(2):
        editor.post("runs/log-batch", batch).ok
    assert len(editor.get("metrics/get-history", run_id=run_id, metric_key="m").ok["metrics"]) == 2
    assert {"key": "t", "value": "2"} in data_of(editor, run_id)["tags"]


@pytest.mark.parametrize(
    ("name", "count", "fine"),
    [
        ("metrics", 1000, True),
        ("metrics", 1001, False),
        ("params", 100, True),
        ("params", 101, False),
        ("tags", 100, True),
        ("tags", 101, False),
    ],
)
def test_a_batch_has_limits(editor, run_id, name, count, fine):
    item = {"metrics": {"value": 1, "timestamp": 1}, "params": {"value": "1"}, "tags": {"value": "1"}}[name]
    answer = editor.post("runs/log-batch", {"run_id": run_id, name: [{"key": f"k{number}"} | item for number in range(count)]})
    assert answer.status == (200 if fine else 400)
    if not fine:
        assert "A batch logging request can contain at most" in answer.json["message"]


def test_all_items_of_a_batch_together_have_a_limit(editor, run_id):
    batch = {
        "run_id": run_id,
        "metrics": [{"key": f"m{number}", "value": 1, "timestamp": 1} for number in range(950)],
        "params": [{"key": f"p{number}", "value": "1"} for number in range(51)],
    }
    assert editor.post("runs/log-batch", batch).status == 400


def test_a_param_key_twice_in_a_batch_is_refused_even_when_the_values_agree(editor, run_id):
    refused = editor.post("runs/log-batch", {"run_id": run_id, "params": [{"key": "a", "value": "1"}] * 2})
    assert refused.status == 400
    assert "Duplicate parameter keys have been submitted" in refused.json["message"]


@pytest.mark.parametrize(
    ("field", "item", "named"),
    [
        ("metrics", {"key": "m", "timestamp": 1}, "Missing value for required parameter 'metrics[0].value'"),
        ("metrics", {"key": "m", "value": None, "timestamp": 1}, "Missing value for required parameter 'metrics[0].value'"),
        ("metrics", {"key": "m", "value": 1}, "Missing value for required parameter 'metrics[0].timestamp'"),
        ("metrics", {"value": 1, "timestamp": 1}, "Missing value for required parameter 'metrics[0].key'"),
        (
            "metrics",
            {"key": "m", "value": "abc", "timestamp": 1},
            "Invalid value \"abc\" for parameter 'metrics[0].value' supplied",
        ),
        ("metrics", {"key": "m", "value": 1, "timestamp": -1}, "Invalid value -1 for parameter 'metrics[0].timestamp' supplied"),
        ("metrics", {"key": "m", "value": 1, "timestamp": 2**63}, "'metrics[0].timestamp'"),
        ("metrics", {"key": "m", "value": 1, "timestamp": 1, "step": 2**63}, "'metrics[0].step'"),
        ("metrics", {"key": "a//b", "value": 1, "timestamp": 1}, "for parameter 'metrics[0].key' supplied"),
        ("metrics", 5, "for parameter 'metrics[0]' supplied"),
        ("params", {"key": "../x", "value": "1"}, "for parameter 'params[0].key' supplied"),
        ("params", {"key": "p", "value": 1}, "for parameter 'params[0].value' supplied"),
        ("tags", {"key": "k" * 251, "value": ""}, "'tags[0].key' exceeds the maximum length of 250 characters"),
        ("tags", {"value": "x"}, "Missing value for required parameter 'tags[0].key'"),
    ],
)
def test_a_bad_item_of_a_batch_is_named(editor, run_id, field, item, named):
    refused = editor.post("runs/log-batch", {"run_id": run_id, field: [item]})
    assert (refused.status, refused.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert named in refused.json["message"]


@pytest.mark.parametrize("key", ["/a", "a/../b", "a//b", "./a", ".", "..", "a/", "a\nb", "a%b", "", "é" * 251])
def test_keys_that_are_no_names_are_refused(editor, run_id, key):
    assert editor.post("runs/log-metric", {"run_id": run_id, "key": key, "value": 1, "timestamp": 1}).status == 400


@pytest.mark.parametrize("key", ["a/b", "val loss", "größe", "a.b-c:d_e", "x" * 250, "a..b"])
def test_keys_that_are_names_are_taken(editor, run_id, key):
    editor.post("runs/log-metric", {"run_id": run_id, "key": key, "value": 1, "timestamp": 1}).ok
    assert [metric["key"] for metric in data_of(editor, run_id)["metrics"]] == [key]


def test_a_deleted_run_takes_no_write_and_comes_back(people, api, run_id):
    editor = api(people.admin)
    for _ in range(2):
        editor.post("runs/delete", {"run_id": run_id}).ok
    writes = [
        ("runs/log-metric", {"key": "m", "value": 1, "timestamp": 1}),
        ("runs/log-parameter", {"key": "p", "value": "1"}),
        ("runs/set-tag", {"key": "t", "value": "1"}),
        ("runs/delete-tag", {"key": "t"}),
        ("runs/log-batch", {}),
        ("runs/update", {"status": "FINISHED"}),
        ("runs/log-inputs", {"datasets": []}),
        ("runs/outputs", {"models": []}),
    ]
    for path, body in writes:
        refused = editor.post(path, {"run_id": run_id} | body)
        assert (path, refused.status) == (path, 400)
        assert "must be in the 'active' state" in refused.json["message"]
    for _ in range(2):
        editor.post("runs/restore", {"run_id": run_id}).ok
    editor.post("runs/set-tag", {"run_id": run_id, "key": "t", "value": "1"}).ok


def test_a_terminal_run_takes_writes(editor, run_id):
    editor.post("runs/update", {"run_id": run_id, "status": "FINISHED", "end_time": 1}).ok
    editor.post("runs/log-metric", {"run_id": run_id, "key": "m", "value": 1, "timestamp": 1}).ok


def test_deleting_an_unknown_tag_is_a_404(editor, run_id):
    assert editor.post("runs/delete-tag", {"run_id": run_id, "key": "t"}).status == 404


def test_an_unknown_run_is_a_404_with_its_id(editor):
    refused = editor.get("runs/get", run_id="f" * 32)
    assert refused.status == 404
    assert f"Run with id={'f' * 32} not found" in refused.json["message"]


def test_a_2x_clients_model_is_listed_in_its_tag_once(editor, run_id):
    model = '{"artifact_path": "m", "flavors": {}, "utc_time_created": "2026-01-01", "run_id": "x"}'
    for _ in range(2):
        editor.post("runs/log-model", {"run_id": run_id, "model_json": model}).ok
    tag = next(tag["value"] for tag in data_of(editor, run_id)["tags"] if tag["key"] == "mlflow.log-model.history")
    assert tag.count('"artifact_path"') == 1
    for bad in ("[]", "{", '{"artifact_path": "m"}', ""):
        assert editor.post("runs/log-model", {"run_id": run_id, "model_json": bad}).status == 400


def test_whoever_writes_besides_the_owner_is_remembered(people, worlds, api):
    from apps.experiments.models import RunWriter

    run_id = worlds.here.run_id
    for _ in range(2):
        api(people.editor).post("runs/log-metric", {"run_id": run_id, "key": "m", "value": 1, "timestamp": 1}).ok
    api(people.manager).post("runs/set-tag", {"run_id": run_id, "key": "t", "value": "1"}).ok
    assert list(RunWriter.objects.values_list("user__username", flat=True)) == ["editor"]


def test_tags_of_create_are_taken_as_they_are(editor):
    tags = [{"key": "/odd//key%", "value": "v"}, {"key": "t", "value": "1"}, {"key": "t", "value": "2"}, {"key": "e"}]
    stored = editor.post("runs/create", {"tags": tags, "run_name": "n"}).ok["run"]["data"]["tags"]
    kept = [{"key": "/odd//key%", "value": "v"}, {"key": "e", "value": ""}, {"key": "t", "value": "2"}]
    assert stored == sorted([*kept, {"key": "mlflow.runName", "value": "n"}], key=lambda tag: tag["key"])


def test_what_a_client_does_not_say_of_a_new_run_is_filled_in(people, editor):
    info = editor.post("runs/create", {}).ok["run"]["info"]
    assert (info["start_time"], info["user_id"]) == (0, "editor")
    assert len(info["run_name"].split("-")) == 3


def test_a_query_on_the_location_of_an_experiment_does_not_reach_its_runs(editor):
    number = editor.post("experiments/create", {"name": "x", "artifact_location": "s3://b/p?a=1"}).ok["experiment_id"]
    info = editor.post("runs/create", {"experiment_id": number}).ok["run"]["info"]
    assert info["artifact_uri"] == f"mlflow-artifacts:/{number}/{info['run_id']}/artifacts"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"value": None}, "Missing value for required parameter 'value'"),
        ({"value": ""}, "Missing value for required parameter 'value'"),
        ({"timestamp": None}, "Missing value for required parameter 'timestamp'"),
        ({"timestamp": -1}, "for parameter 'timestamp' supplied"),
        ({"key": ""}, "Missing value for required parameter 'key'"),
        ({"value": "abc"}, "Invalid value \"abc\" for parameter 'value' supplied"),
        ({"step": "x"}, "for parameter 'step' supplied"),
    ],
)
def test_a_metric_that_is_none_is_refused(editor, run_id, change, named):
    refused = editor.post("runs/log-metric", {"run_id": run_id, "key": "m", "value": 1, "timestamp": 1} | change)
    assert refused.status == 400
    assert named in refused.json["message"]


def test_the_same_point_again_is_no_second_one(editor, run_id):
    for value in (1, 1, 2, "NaN", "NaN"):
        editor.post("runs/log-metric", {"run_id": run_id, "key": "m", "value": value, "timestamp": 1, "step": -1}).ok
    points = editor.get("metrics/get-history", run_id=run_id, metric_key="m").ok["metrics"]
    assert [point["value"] for point in points] == ["NaN", 1, 2]


def test_a_run_has_the_latest_value_of_each_metric_only(editor, run_id):
    for step in (1, 3, 2):
        for key in "ab":
            editor.post("runs/log-metric", {"run_id": run_id, "key": key, "value": step, "timestamp": 1, "step": step}).ok
    found = data_of(editor, run_id)["metrics"]
    assert sorted((metric["key"], metric["value"]) for metric in found) == [("a", 3), ("b", 3)]


def test_tags_are_set_anew_and_deleted(editor, run_id):
    for value in ("1", "2"):
        editor.post("runs/set-tag", {"run_id": run_id, "key": "t", "value": value}).ok
    assert {"key": "t", "value": "2"} in data_of(editor, run_id)["tags"]
    editor.post("runs/delete-tag", {"run_id": run_id, "key": "t"}).ok
    assert [tag["key"] for tag in data_of(editor, run_id)["tags"]] == ["mlflow.runName"]


def test_an_empty_batch_is_fine(editor, run_id):
    editor.post("runs/log-batch", {"run_id": run_id}).ok
    editor.post("runs/log-batch", {"run_id": run_id, "metrics": [], "params": [], "tags": []}).ok


def test_a_param_that_is_there_with_that_value_is_fine_in_a_batch_with_new_ones(editor, run_id):
    editor.post("runs/log-parameter", {"run_id": run_id, "key": "a", "value": "1"}).ok
    params = [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]
    editor.post("runs/log-batch", {"run_id": run_id, "params": params}).ok
    assert data_of(editor, run_id)["params"] == params


def test_of_a_run_that_is_gone_a_model_is_not_listed_either(people, api, run_id):
    admin = api(people.admin)
    admin.post("runs/delete", {"run_id": run_id}).ok
    model = '{"artifact_path": "m", "flavors": {}, "utc_time_created": "2026-01-01", "run_id": "x"}'
    assert admin.post("runs/log-model", {"run_id": run_id, "model_json": model}).status == 400


def test_models_that_a_run_wrote_stand_in_its_outputs(editor, run_id):
    for step in (3, 4):
        editor.post("runs/outputs", {"run_id": run_id, "models": [{"model_id": "m-1", "step": step}]}).ok
    assert editor.get("runs/get", run_id=run_id).ok["run"]["outputs"] == {"model_outputs": [{"model_id": "m-1", "step": 3}]}


# Section 17: tags with a meaning

SYSTEM_TAGS = {
    "mlflow.note.content": "# why",
    "mlflow.user": "ada",
    "mlflow.source.name": "train.py",
    "mlflow.source.type": "LOCAL",
    "mlflow.source.git.commit": "0" * 40,
    "mlflow.source.git.branch": "main",
    "mlflow.source.git.repoURL": "https://example.com/x.git",
    "mlflow.source.git.dirty": "true",
    "mlflow.loggedArtifacts": '[{"path": "t.json", "type": "table"}]',
    "mlflow.loggedImages": "True",
    "mlflow.autologging": "sklearn",
    "mlflow.project.entryPoint": "main",
    "mlflow.docker.image.uri": "repo/image:1",
    "mlflow.runType": "x",
}


def test_all_tags_but_the_name_are_ordinary_ones(editor, run_id):
    tags = [{"key": key, "value": value} for key, value in SYSTEM_TAGS.items()]
    editor.post("runs/log-batch", {"run_id": run_id, "tags": tags}).ok
    stored = {tag["key"]: tag["value"] for tag in data_of(editor, run_id)["tags"]}
    assert stored == stored | SYSTEM_TAGS
    for key in SYSTEM_TAGS:
        editor.post("runs/delete-tag", {"run_id": run_id, "key": key}).ok
    info = editor.get("runs/get", run_id=run_id).ok["run"]["info"]
    assert info["user_id"] == "editor"


def test_the_parent_of_a_run_is_a_tag_and_found_by_it(editor, run_id):
    parent = [{"key": "mlflow.parentRunId", "value": run_id}]
    child = editor.post("runs/create", {"tags": parent}).ok["run"]["info"]["run_id"]
    query = {"experiment_ids": ["0"], "filter": f"tags.`mlflow.parentRunId` = '{run_id}'"}
    assert [run["info"]["run_id"] for run in editor.post("runs/search", query).ok["runs"]] == [child]


def test_system_metrics_are_metrics(editor, run_id):
    metrics = [{"key": "system/cpu_utilization_percentage", "value": 3.5, "timestamp": 1, "step": 0}]
    editor.post("runs/log-batch", {"run_id": run_id, "metrics": metrics}).ok
    assert data_of(editor, run_id)["metrics"] == metrics


@pytest.mark.parametrize(
    "name",
    [
        "images/val~x+step+1+timestamp+5+u.png",
        "images/val~x+step+1+timestamp+5+u+compressed.webp",
        "images/val#x%step%1%timestamp%5%u.png",
        "Größe/mit Leerzeichen.txt",
    ],
)
def test_names_of_artifacts_are_paths_and_not_forms(editor, run_id, name):
    from urllib.parse import quote

    path = f"/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts/{quote(name)}"
    put = editor.put(path, b"x")
    if "#" in name:  # lost or refused: an address cannot carry it to every store
        assert put.status == 400
        return
    put.ok
    assert editor.get(path).body == b"x"
    folder = name.rpartition("/")[0]
    assert editor.get("artifacts/list", run_id=run_id, path=folder).ok["files"][0]["path"] == name
