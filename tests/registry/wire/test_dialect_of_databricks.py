"""What the Databricks dialect says beyond requests: bulk deletion of runs, permissions, what it does not know."""

import pytest

from apps.core.clock import now_ms
from apps.experiments.models import Run


def test_runs_are_deleted_and_restored_by_time_without_those_that_are_held(api, people, worlds):
    client, experiment = api(people.manager), {"experiment_id": worlds.here.experiment_id}
    Run.objects.filter(run_id=worlds.here.run_id).update(holds=1)
    body = experiment | {"max_timestamp_millis": now_ms(), "max_runs": 1}
    assert client.post("databricks/runs/delete-runs", body).ok == {"runs_deleted": 1}
    assert client.post("databricks/runs/delete-runs", body | {"max_runs": 100}).ok == {"runs_deleted": 1}
    assert Run.objects.get(run_id=worlds.here.run_id).lifecycle == "active"
    since = experiment | {"min_timestamp_millis": now_ms() - 60_000}
    assert client.post("databricks/runs/restore-runs", since).ok["runs_restored"] >= 2
    assert client.post("databricks/runs/restore-runs", since).ok == {"runs_restored": 0}
    assert client.post("databricks/runs/delete-runs", body | {"max_runs": 0}).status == 400


def test_permissions_of_a_team_a_person_and_a_service_account(api, people, model):
    client = api(people.manager)
    identity = client.get("databricks/registered-models/get", name=model).ok["registered_model_databricks"]["id"]
    path = f"/api/2.0/permissions/registered-models/{identity}"
    wanted = [
        {"group_name": "crew", "permission_level": "CAN_MANAGE_STAGING_VERSIONS"},
        {"user_name": "manager", "permission_level": "CAN_MANAGE"},
        {"service_principal_name": "service", "permission_level": "CAN_READ"},
    ]
    answer = client.put(path, {"access_control_list": wanted}).ok
    assert (answer["object_id"], answer["object_type"]) == (f"/registered-models/{identity}", "registered-model")
    said = [
        {key: entry[key] for key in entry if key.endswith("_name") and key != "display_name"}
        | {"permission_level": entry["all_permissions"][0]["permission_level"]}
        for entry in answer["access_control_list"]
    ]
    assert sorted(said, key=str) == sorted(wanted, key=str)
    assert client.get("model-versions/get", name=model, version="1").status == 200
    assert (
        api(people.editor).post("model-versions/transition-stage", {"name": model, "version": "1", "stage": "Staging"}).status
        == 403
    )


@pytest.mark.parametrize(
    "entry",
    [
        {"permission_level": "CAN_READ"},
        {"user_name": "reader", "group_name": "crew", "permission_level": "CAN_READ"},
        {"user_name": "reader", "permission_level": "CAN_FLY"},
        {"user_name": "reader"},
    ],
)
def test_an_entry_that_says_nothing_sensible_changes_nothing(api, people, model, entry):
    client = api(people.manager)
    identity = client.get("databricks/registered-models/get", name=model).ok["registered_model_databricks"]["id"]
    path = f"/api/2.0/permissions/registered-models/{identity}"
    before = client.get(path).ok
    assert client.patch(path, {"access_control_list": [entry]}).status == 400
    assert client.get(path).ok == before


def test_a_job_without_the_workspace_that_runs_it_is_refused(api, people, model):
    spec = {"job_id": "1", "access_token": "t"}
    body = {"events": ["MODEL_VERSION_CREATED"], "model_name": model, "job_spec": spec}
    answer = api(people.manager).post("registry-webhooks/create", body)
    assert (answer.status, "name the workspace that does" in answer.json["message"]) == (400, True)


def test_a_request_that_nobody_made_cannot_be_approved(api, people, model):
    body = {"name": model, "version": "1", "stage": "Production", "archive_existing_versions": True}
    assert api(people.editor).post("transition-requests/approve", body).status == 404
