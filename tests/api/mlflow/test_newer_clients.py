"""Section 19 of the protocol: what clients newer than 3.11 ask for."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(people, api):
    return api(people.editor)


@pytest.mark.parametrize("prefix", ["/api/3.0/mlflow/", "/ajax-api/3.0/mlflow/"])
def test_server_info_promises_only_what_there_is(editor, prefix):
    info = editor.get(f"{prefix}server-info").ok
    assert info == {
        "store_type": "SqlStore",
        "workspaces_enabled": False,
        "multipart_uploads_enabled": False,  # the test's host is not our public address
        "multipart_downloads_enabled": False,
        "artifacts_presigned_only": False,
        "artifact_serving_enabled": True,
        "presigned_upload_run_id_supported": False,
        "presigned_upload_model_id_supported": False,
        "model_artifact_presigned_downloads_supported": False,
        "trace_archival_enabled": False,
        "features_enabled": {"gateway": False, "scheduled_issue_detection": False},
        "tracking_auth": "basic-auth",
    }


@pytest.mark.parametrize("prefix", ["/api/2.0/mlflow/", "/api/3.0/mlflow/", "/ajax-api/3.0/mlflow/"])
def test_server_features_are_told_as_early_clients_ask_for_them(editor, prefix):
    assert editor.get(f"{prefix}server-features").ok == {"workspaces_enabled": False}


def test_nobodys_clicks_are_reported(editor):
    address = "/ajax-api/3.0/mlflow/ui-telemetry"
    assert editor.get(address).ok["disable_ui_telemetry"] is True
    assert editor.post(address, {"records": [{"event_name": "x"}]}).ok == {"status": "disabled"}


def test_the_path_of_a_part_upload_is_a_bare_name(editor, settings):
    settings.PUBLIC_URL = "http://testserver"
    run_id = editor.post("runs/create", {}).ok["run"]["info"]["run_id"]
    folder = f"/api/2.0/mlflow-artifacts/mpu/create/0/{run_id}/artifacts/big.bin"
    made = editor.post(folder, {"path": "big.bin", "num_parts": 2}).ok
    assert [part["part_number"] for part in made["credentials"]] == [1, 2]
    assert editor.get("/api/3.0/mlflow/server-info").ok["multipart_uploads_enabled"] is True


@pytest.mark.parametrize("path", ["artifacts/presigned-upload-url", "artifacts/presigned-download-url"])
def test_addresses_straight_to_a_bucket_are_refused_for_proxied_artifacts(editor, path):
    run_id = editor.post("runs/create", {}).ok["run"]["info"]["run_id"]
    refused = editor.post(path, {"run_id": run_id, "path": "a.txt"})
    assert (refused.status, refused.error_code) == (400, "INVALID_PARAMETER_VALUE")


def test_experiments_are_found_by_lists_of_ids_and_a_plural_prefix(editor):
    numbers = [editor.post("experiments/create", {"name": name}).ok["experiment_id"] for name in "ab"]
    for text, wanted in (
        (f"experiment_id IN ('{numbers[0]}', '0')", {numbers[0], "0"}),
        (f"attributes.experiment_id NOT IN ('{numbers[0]}', '0')", {numbers[1]}),
        ("attributes.name = 'b'", {numbers[1]}),
    ):
        found = editor.post("experiments/search", {"max_results": 9, "filter": text}).ok["experiments"]
        assert {one["experiment_id"] for one in found} == wanted


def test_the_registry_is_found_by_lists_with_capitals(editor):
    for name in ("One", "two"):
        editor.post("registered-models/create", {"name": name}).ok
        editor.post("model-versions/create", {"name": name, "source": "s3://b/m"}).ok
    for path, key, text in (
        ("registered-models/search", "registered_models", "name IN ('One', 'x')"),
        ("model-versions/search", "model_versions", "name IN ('One', 'x')"),
        ("model-versions/search", "model_versions", "name NOT IN ('two')"),
    ):
        assert [one["name"] for one in editor.get(path, filter=text).ok[key]] == ["One"]


def test_experiments_say_their_workspace_and_their_tags_may_be_longer(editor):
    editor.post("experiments/set-experiment-tag", {"experiment_id": "0", "key": "k", "value": "x" * 20_000}).ok
    assert editor.get("experiments/get", experiment_id="0").ok["experiment"]["workspace"] == "default"


def test_a_password_is_changed_with_the_current_one_beside_it(people, api):
    from tests.support.people import PASSWORD

    change = {"username": "editor", "password": "another long password"}
    assert api(people.editor).patch("users/update-password", change | {"current_password": "wrong"}).status in {400, 403}
    api(people.editor).patch("users/update-password", change | {"current_password": PASSWORD}).ok
    api(people.admin).patch("users/update-password", change | {"password": "a third long password"}).ok
