"""Section 1 of the protocol: bodies, types, methods, errors, who is asking."""

import base64
import json

import pytest

from apps.api import errors as api_errors
from apps.core import errors
from tests.support.people import PASSWORD

pytestmark = pytest.mark.django_db
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def editor(people, api):
    return api(people.editor)


@pytest.mark.parametrize("prefix", ["/api/2.0/mlflow/", "/ajax-api/2.0/mlflow/"])
def test_both_prefixes_serve_the_same(editor, prefix):
    assert editor.get(f"{prefix}experiments/get", experiment_id="0").ok["experiment"]["name"] == "Default"


@pytest.mark.parametrize("body", [b"{", b"[1]", b"5", b"null", b'"x"', b"\xff", b"{" * 100_000, b'{"a": 1e999999}' * 2])
def test_a_body_that_is_no_json_object_is_a_400(editor, body):
    refused = editor.request("POST", "experiments/create", body, headers=JSON)
    assert refused.status == 400
    assert refused.error_code in {"INVALID_PARAMETER_VALUE", "BAD_REQUEST"}


def test_a_body_encoded_twice_is_decoded_twice(editor):
    body = b'"{\\"experiment_id\\": \\"0\\"}"'
    editor.request("POST", "runs/create", body, headers=JSON).ok


def test_another_content_type_is_a_400_that_says_so(editor):
    refused = editor.request(
        "POST", "runs/create", b"experiment_id=0", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert refused.status == 400
    assert refused.json["message"].startswith("Bad Request. Content-Type")


def test_a_charset_beside_the_content_type_is_fine(editor):
    editor.request("POST", "runs/create", b"{}", headers={"Content-Type": "application/json; charset=utf-8"}).ok


def test_unknown_fields_are_ignored(editor):
    editor.post("runs/create", {"experiment_id": "0", "future": {"a": [1]}}).ok


def test_an_unknown_address_is_a_404_in_the_errors_shape(editor):
    refused = editor.post("runs/nonsense", {})
    assert (refused.status, refused.error_code) == (404, "ENDPOINT_NOT_FOUND")


def test_the_wrong_method_is_refused_in_the_errors_shape(editor):
    refused = editor.get("runs/create")
    assert refused.status == 405
    assert "message" in refused.json
    assert refused.headers["Allow"] == "POST"


def test_nobody_is_asked_to_sign_in(people, api):
    refused = api(people.anonymous).get("experiments/get", experiment_id="0")
    assert (refused.status, refused.error_code) == (401, "UNAUTHENTICATED")
    assert refused.headers["WWW-Authenticate"] == 'Basic realm="mlflow"'
    assert refused.json["message"].startswith("You are not authenticated.")


@pytest.mark.parametrize(
    "header", ["Bearer nonsense", "Bearer ", "Basic nonsense", "Basic !!!", "Digest x", "Bearer mlp_" + "a" * 32]
)
def test_credentials_that_are_none_are_a_401(people, api, header):
    assert (
        api(people.anonymous).request("GET", "experiments/get", headers={"Authorization": header}, experiment_id="0").status
        == 401
    )


@pytest.mark.parametrize("secret", ["password", "token"])
def test_basic_credentials_are_name_and_password_or_token(people, api, secret):
    value = PASSWORD if secret == "password" else people.editor.token
    header = "Basic " + base64.b64encode(f"editor:{value}".encode()).decode()
    api(people.anonymous).request("GET", "experiments/get", headers={"Authorization": header}, experiment_id="0").ok


def test_a_session_reads_and_writes_only_with_the_csrf_token(people, web):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(people.editor.user)
    assert client.get("/api/2.0/mlflow/experiments/get?experiment_id=0").status_code == 200
    refused = client.post("/api/2.0/mlflow/runs/create", b"{}", content_type="application/json")
    assert refused.status_code == 403
    client.get("/")
    token = client.cookies["csrftoken"].value
    assert (
        client.post(
            "/api/2.0/mlflow/runs/create", b"{}", content_type="application/json", headers={"X-CSRFToken": token}
        ).status_code
        == 200
    )


def test_deactivation_ends_tokens_and_sessions_at_the_next_request(people, api, web):
    from apps.accounts.services import lifecycle

    client, browser = api(people.editor), web(people.editor)
    client.get("experiments/get", experiment_id="0").ok
    assert browser.get("/").status_code == 200
    lifecycle.deactivate(people.admin.actor, people.editor.user.pk)
    assert client.get("experiments/get", experiment_id="0").status == 401
    assert browser.get("/").status_code == 302


def test_a_token_that_may_only_read_changes_nothing(people, api):
    from dataclasses import replace

    from apps.accounts.services import tokens

    made = tokens.create_token(people.editor.actor, people.editor.user.pk, scope="read")
    reader = api(replace(people.editor, token=made.raw))
    reader.get("experiments/get", experiment_id="0").ok
    refused = reader.post("runs/create", {})
    assert (refused.status, refused.error_code) == (403, "PERMISSION_DENIED")
    assert refused.json["message"].startswith("Permission denied")


def test_server_info_says_what_there_is(editor):
    info = editor.get("/api/3.0/mlflow/server-info").ok
    assert info["store_type"] == "SqlStore"
    assert info["workspaces_enabled"] is False


@pytest.mark.parametrize(
    "path",
    [
        "/api/2.0/mlflow/traces",
        "/api/3.0/mlflow/traces/search",
        "/api/3.0/mlflow/scorers/list",
        "/v1/traces",
        "/api/3.0/mlflow/datasets/create",
    ],
)
def test_genai_is_not_implemented_and_says_so(editor, path):
    refused = editor.post(path, {})
    assert (refused.status, refused.error_code) == (501, "NOT_IMPLEMENTED")


# 1.2 Requests


def test_a_list_in_a_query_is_a_repeated_key_and_one_alone_is_a_list_too(editor):
    runs = [editor.post("runs/create", {}).ok["run"]["info"]["run_id"] for _ in range(2)]
    for run in runs:
        editor.post("runs/log-metric", {"run_id": run, "key": "m", "value": 1, "timestamp": 1}).ok
    for asked in (runs, runs[:1]):
        found = editor.get("metrics/get-history-bulk-interval", run_ids=asked, metric_key="m").ok["metrics"]
        assert {point["run_id"] for point in found} == set(asked)


@pytest.mark.parametrize(("text", "status"), [("true", 200), ("TRUE", 200), ("False", 404), ("yes", 400), ("1", 400)])
def test_a_boolean_in_a_query_is_true_or_false_in_any_case(people, worlds, api, text, status):
    manager, model = api(people.manager), worlds.here.model_id
    manager.delete(f"logged-models/{model}").ok
    assert manager.get(f"logged-models/{model}", allow_deleted=text).status == status


def test_parameters_of_the_path_in_the_body_too_are_ignored(people, worlds, api):
    body = {"model_id": "m-other", "status": "LOGGED_MODEL_READY"}
    answer = api(people.editor).patch(f"logged-models/{worlds.here.model_id}", body).ok["model"]["info"]
    assert (answer["model_id"], answer["status"]) == (worlds.here.model_id, "LOGGED_MODEL_READY")


@pytest.mark.parametrize("way", ["body", "query"])
def test_a_delete_carries_its_fields_in_body_or_query(people, worlds, api, way):
    manager, fields = api(people.manager), {"name": worlds.here.registered, "alias": "champion"}
    manager.delete("registered-models/alias", **({"body": fields} if way == "body" else fields)).ok
    assert manager.get("registered-models/alias", **fields).status == 400


def test_numbers_come_as_digits_and_doubles_by_name(editor):
    run = editor.post("runs/create", {"start_time": "7"}).ok["run"]["info"]
    assert run["start_time"] == 7
    for step, value in enumerate(["1e3", "NaN", "Infinity", "-Infinity", 2]):
        metric = {"run_id": run["run_id"], "key": "m", "value": value, "timestamp": "1", "step": str(step)}
        editor.post("runs/log-metric", metric).ok
    found = editor.get("metrics/get-history", run_id=run["run_id"], metric_key="m").ok["metrics"]
    assert [point["value"] for point in found] == [1000, "NaN", 1.7976931348623157e308, -1.7976931348623157e308, 2]


def test_the_old_name_of_a_runs_id_counts_where_the_new_one_is_empty(editor):
    run_id = editor.post("runs/create", {}).ok["run"]["info"]["run_id"]
    for fields in ({"run_uuid": run_id}, {"run_id": "", "run_uuid": run_id}, {"run_id": run_id, "run_uuid": run_id}):
        editor.post("runs/set-tag", fields | {"key": "t", "value": "v"}).ok
        assert editor.get("runs/get", **fields).ok["run"]["info"]["run_id"] == run_id
    assert "'run_id'" in editor.get("runs/get").json["message"]


# 1.3 Responses


def test_answers_hold_numbers_as_numbers_and_leave_out_what_is_empty(editor):
    made = editor.request("POST", "runs/create", {"start_time": 5})
    assert made.headers["Content-Type"] == "application/json"
    run = made.ok["run"]
    assert type(run["info"]["start_time"]) is int
    assert "end_time" not in run["info"]
    assert set(run) == {"info", "data"}
    assert set(run["data"]) == {"tags"}
    run_id = run["info"]["run_id"]
    for path, body in (
        ("runs/set-tag", {"run_id": run_id, "key": "t", "value": "v"}),
        ("runs/log-batch", {"run_id": run_id}),
        ("runs/delete-tag", {"run_id": run_id, "key": "t"}),
        ("runs/search", {"experiment_ids": []}),
        ("logged-models/search", {"experiment_ids": ["0"]}),
        ("experiments/search-datasets", {"experiment_ids": ["0"]}),
    ):
        assert editor.post(path, body).ok == {}
    assert editor.get("metrics/get-history-bulk-interval", run_ids=[run_id], metric_key="none").ok == {}


# 1.4 Errors


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.Invalid("x"), 400, "INVALID_PARAMETER_VALUE"),
        (errors.AlreadyExists("x"), 400, "RESOURCE_ALREADY_EXISTS"),
        (errors.Unauthenticated("x"), 401, "UNAUTHENTICATED"),
        (errors.Denied("x"), 403, "PERMISSION_DENIED"),
        (errors.Missing("x"), 404, "RESOURCE_DOES_NOT_EXIST"),
        (errors.Conflict("x"), 409, "RESOURCE_CONFLICT"),
        (errors.TooMany("x"), 429, "REQUEST_LIMIT_EXCEEDED"),
        (errors.Unsupported("x"), 501, "NOT_IMPLEMENTED"),
        (errors.Unavailable("x"), 503, "TEMPORARILY_UNAVAILABLE"),
    ],
)
def test_each_kind_of_refusal_has_its_code_and_status(error, status, code):
    answer = api_errors.response(error)
    assert answer.status_code == status
    assert json.loads(answer.content) == {"error_code": code, "message": error.message}
    assert ("Retry-After" in answer.headers) == (status in {429, 503})


def test_what_is_required_is_there_and_not_empty(editor):
    for body in ({}, {"experiment_id": ""}, {"experiment_id": None}):
        refused = editor.post("experiments/delete", body)
        assert (refused.status, refused.error_code) == (400, "INVALID_PARAMETER_VALUE")
        assert refused.json["message"].startswith("Missing value for required parameter 'experiment_id'")


def test_a_field_of_another_type_is_named_with_its_value(editor):
    refused = editor.post("experiments/create", {"name": ["x"]})
    assert refused.json["message"].startswith("Invalid value [\"x\"] for parameter 'name' supplied")


# 1.5 and 1.6: who is asking, and when to ask again


def test_too_many_wrong_passwords_are_a_429_that_says_when_to_come_again(people, api):
    nobody = api(people.anonymous)
    for number in range(9):
        header = "Basic " + base64.b64encode(f"editor:wrong {number}".encode()).decode()
        refused = nobody.request("GET", "experiments/get", headers={"Authorization": header}, experiment_id="0")
    assert (refused.status, refused.error_code) == (429, "REQUEST_LIMIT_EXCEEDED")
    assert int(refused.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("runs/log-metric", {"key": "m", "value": 1, "timestamp": 1}),
        ("runs/log-parameter", {"key": "p", "value": "1"}),
        ("runs/log-batch", {"metrics": [{"key": "m", "value": 1, "timestamp": 1}], "params": [{"key": "p", "value": "1"}]}),
        ("runs/set-tag", {"key": "t", "value": "1"}),
        ("runs/log-inputs", {"datasets": [{"dataset": {"name": "d", "digest": "x", "source_type": "t", "source": "s"}}]}),
        ("runs/outputs", {"models": [{"model_id": "m-1", "step": 1}]}),
        ("runs/update", {"status": "FINISHED", "end_time": 9}),
        ("runs/restore", {}),
        ("runs/delete", {}),
    ],
)
def test_a_write_that_arrives_twice_is_one_write(people, worlds, api, path, body):
    client, run_id = api(people.manager), worlds.here.run_id
    client.post(path, {"run_id": run_id} | body).ok
    once = client.get("runs/get", run_id=run_id).ok
    client.post(path, {"run_id": run_id} | body).ok
    assert client.get("runs/get", run_id=run_id).ok == once
