"""Section 1 of the protocol: bodies, types, methods, errors, who is asking."""

import base64

import pytest

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
