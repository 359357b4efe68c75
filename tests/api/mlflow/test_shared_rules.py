"""Section 2 of the protocol: names, keys and lengths; pages; views of what was deleted."""

import base64
import json

import pytest

pytestmark = pytest.mark.django_db
DATASET = {"name": "d", "digest": "x", "source_type": "local", "source": "s"}


@pytest.fixture
def editor(people, api):
    return api(people.editor)


@pytest.fixture
def run_id(editor):
    return editor.post("runs/create", {"experiment_id": "0"}).ok["run"]["info"]["run_id"]


def tag_of(client, run_id, key):
    tags = client.get("runs/get", run_id=run_id).ok["run"]["data"]["tags"]
    return next(tag["value"] for tag in tags if tag["key"] == key)


# 2.1 Names, keys, lengths


def test_an_absent_experiment_id_is_the_default_experiment(editor):
    for body in ({}, {"experiment_id": ""}):
        assert editor.post("runs/create", body).ok["run"]["info"]["experiment_id"] == "0"


@pytest.mark.parametrize("path", ["runs/log-batch", "runs/log-inputs"])
@pytest.mark.parametrize("run_id", ["-a", "a/b", "a b", "x" * 257, "é"])
def test_a_run_id_of_another_shape_is_refused_before_it_is_looked_for(editor, path, run_id):
    refused = editor.post(path, {"run_id": run_id})
    assert (refused.status, refused.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert editor.post(path, {"run_id": "x" * 256}).status == 404


def test_ids_of_logged_models_are_m_and_32_hex_digits(editor):
    model_id = editor.post("logged-models", {"experiment_id": "0"}).ok["model"]["info"]["model_id"]
    assert model_id.startswith("m-")
    assert int(model_id[2:], 16) >= 0
    assert len(model_id) == 34


@pytest.mark.parametrize("key", ["/a", "a//b", ".", "x" * 251, "a%b", ""])
def test_keys_of_tags_follow_the_rules_of_all_keys(editor, run_id, key):
    tag = {"key": key, "value": "v"}
    assert editor.post("runs/set-tag", {"run_id": run_id, **tag}).status == 400
    assert editor.post("experiments/set-experiment-tag", {"experiment_id": "0", **tag}).status == 400
    assert editor.post("experiments/create", {"name": "x", "tags": [tag]}).status == 400


def test_an_empty_text_is_a_value_of_params_and_tags(editor, run_id):
    editor.post("runs/log-parameter", {"run_id": run_id, "key": "p", "value": ""}).ok
    editor.post("runs/set-tag", {"run_id": run_id, "key": "t", "value": ""}).ok
    data = editor.get("runs/get", run_id=run_id).ok["run"]["data"]
    assert data["params"] == [{"key": "p", "value": ""}]
    assert {"key": "t", "value": ""} in data["tags"]


@pytest.mark.parametrize("value", [1, 0.5, True, {}, ["x"]])
def test_a_param_that_is_no_text_on_the_wire_is_refused(editor, run_id, value):
    assert editor.post("runs/log-parameter", {"run_id": run_id, "key": "p", "value": value}).status == 400
    assert editor.post("runs/set-tag", {"run_id": run_id, "key": "t", "value": value}).status == 400


@pytest.mark.parametrize("kind", ["params", "tags"])
def test_long_values_are_refused_where_the_server_is_told_to_cut_none(editor, run_id, settings, kind):
    settings.TRUNCATE_LONG_VALUES = False
    limit = {"params": 6000, "tags": 8000}[kind]
    editor.post("runs/log-batch", {"run_id": run_id, kind: [{"key": "k", "value": "x" * limit}]}).ok
    refused = editor.post("runs/log-batch", {"run_id": run_id, kind: [{"key": "l", "value": "x" * (limit + 1)}]})
    assert refused.status == 400
    assert f"'{kind}[0].value' exceeds the maximum length of {limit} characters" in refused.json["message"]


@pytest.mark.parametrize("name", ["a/b", "a:b", "a.b", "a%b", 'a"b', "a'b", "  "])
def test_names_of_logged_models_hold_none_of_these(editor, name):
    assert editor.post("logged-models", {"experiment_id": "0", "name": name}).status == 400


@pytest.mark.parametrize(("part", "limit"), [("name", 500), ("digest", 36), ("source", 65_535), ("schema", 1_048_575)])
def test_parts_of_a_dataset_have_limits(editor, run_id, part, limit):
    for length, status in ((limit, 200), (limit + 1, 400)):
        body = {"run_id": run_id, "datasets": [{"dataset": DATASET | {part: "x" * length}}]}
        assert editor.post("runs/log-inputs", body).status == status


def test_the_profile_of_a_dataset_has_a_limit(editor, run_id, settings):
    settings.MAX_BODY_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2**25
    body = {"run_id": run_id, "datasets": [{"dataset": DATASET | {"profile": "x" * 16_777_216}}]}
    refused = editor.post("runs/log-inputs", body)
    assert "'datasets[0].dataset.profile' exceeds the maximum length of 16777215 characters" in refused.json["message"]


@pytest.mark.parametrize(("tag", "status"), [(("k" * 255, "v" * 500), 200), (("k" * 256, "v"), 400), (("k", "v" * 501), 400)])
def test_tags_of_an_input_have_limits(editor, run_id, tag, status):
    tags = [{"key": tag[0], "value": tag[1]}]
    assert editor.post("runs/log-inputs", {"run_id": run_id, "datasets": [{"dataset": DATASET, "tags": tags}]}).status == status


@pytest.mark.parametrize(
    ("name", "password", "status"),
    [("new", "x" * 11, 400), ("new", "a long one of words", 200), ("x" * 256, "a long one of words", 400)],
)
def test_names_and_passwords_of_people_have_limits(people, api, name, password, status):
    assert api(people.admin).post("users/create", {"username": name, "password": password}).status == status


# 2.2 Pagination


SEARCHES = {
    "experiments/search": ({}, 50_000),
    "runs/search": ({"experiment_ids": ["0"]}, 50_000),
    "logged-models/search": ({"experiment_ids": ["0"]}, 50_000),
}
LISTS = {"registered-models/search": 1000, "model-versions/search": 200_000, "webhooks": 1000}


@pytest.mark.parametrize("path", sorted(SEARCHES))
def test_a_page_of_a_search_has_a_greatest_size(editor, path):
    body, most = SEARCHES[path]
    editor.post(path, body | {"max_results": most}).ok
    for wrong in (most + 1, -1):
        assert editor.post(path, body | {"max_results": wrong}).status == 400
    assert editor.post(path, body | {"max_results": 1, "page_token": "nonsense"}).status == 400


@pytest.mark.parametrize("path", sorted(LISTS))
def test_a_page_of_the_registry_has_a_greatest_size(people, api, path):
    admin, most = api(people.admin), LISTS[path]
    admin.get(path, max_results=most).ok
    for wrong in (most + 1, -1):
        assert admin.get(path, max_results=wrong).status == 400
    assert admin.get(path, page_token="nonsense").status == 400


def test_a_search_without_a_size_has_the_protocols_own(editor):
    assert editor.post("experiments/search", {"max_results": 0}).status == 400
    for path in ("runs/search", "logged-models/search"):
        editor.post(path, {"experiment_ids": ["0"]}).ok


def test_tokens_hold_an_offset_and_there_is_one_only_where_more_is(editor):
    for number in range(3):
        editor.post("runs/create", {"start_time": number}).ok
    first = editor.post("runs/search", {"experiment_ids": ["0"], "max_results": 2}).ok
    assert json.loads(base64.urlsafe_b64decode(first["next_page_token"]))["offset"] == 2
    rest = editor.post("runs/search", {"experiment_ids": ["0"], "max_results": 2, "page_token": first["next_page_token"]}).ok
    assert len(rest["runs"]) == 1
    assert "next_page_token" not in rest


# 2.3 Lifecycle


def test_views_show_what_is_active_unless_they_are_asked(people, api):
    client = api(people.admin)
    kept, gone = (client.post("experiments/create", {"name": name}).ok["experiment_id"] for name in ("kept", "gone"))
    runs = [client.post("runs/create", {"experiment_id": kept}).ok["run"]["info"]["run_id"] for _ in range(2)]
    client.post("runs/delete", {"run_id": runs[1]}).ok
    client.post("experiments/delete", {"experiment_id": gone}).ok
    for view, numbers, found_runs in (
        (None, {"0", kept}, {runs[0]}),
        ("ACTIVE_ONLY", {"0", kept}, {runs[0]}),
        ("DELETED_ONLY", {gone}, {runs[1]}),
        (2, {gone}, {runs[1]}),
        ("ALL", {"0", kept, gone}, set(runs)),
    ):
        body = {} if view is None else {"view_type": view}
        found = client.post("experiments/search", body | {"max_results": 100}).ok["experiments"]
        assert {one["experiment_id"] for one in found} == numbers
        body = {} if view is None else {"run_view_type": view}
        found = client.post("runs/search", body | {"experiment_ids": [kept]}).ok["runs"]
        assert {one["info"]["run_id"] for one in found} == found_runs


def test_what_was_deleted_is_still_got(people, api):
    client = api(people.admin)
    number = client.post("experiments/create", {"name": "gone"}).ok["experiment_id"]
    client.post("experiments/delete", {"experiment_id": number}).ok
    by_id, by_name = (
        client.get("experiments/get", experiment_id=number),
        client.get("experiments/get-by-name", experiment_name="gone"),
    )
    assert by_id.ok == by_name.ok
    assert by_id.ok["experiment"]["lifecycle_stage"] == "deleted"
