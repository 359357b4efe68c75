"""A promotion from the first line of training code to the model that is loaded, with the clients people have."""

import json

from tests.support.http import Answer

TRAIN = """
import json, mlflow, numpy as np
from sklearn.linear_model import LinearRegression
data = np.array([[0.0], [1.0]])
for number in NUMBERS:
    with mlflow.start_run():
        mlflow.log_metric("auc", 0.9)
        fitted = LinearRegression().fit(data, data * number)
        options = {"serialization_format": "cloudpickle", "pip_requirements": ["scikit-learn"]}
        mlflow.sklearn.log_model(fitted, name="model", registered_model_name="fraud-wire", **options)
print(json.dumps("registered"))
"""
SDK = """
import json, os
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError
from databricks.sdk.service.ml import *
registry = WorkspaceClient(host=os.environ["MLFLOW_TRACKING_URI"], token=os.environ["MLFLOW_TRACKING_TOKEN"]).model_registry

def tried(act):
    try:
        return act()
    except DatabricksError as error:
        return [error.error_code, str(error)]
"""

FIRST = """
mlflow.MlflowClient().transition_model_version_stage("fraud-wire", "1", "Production")
"""
ASK = """
from mlflow import MlflowClient
from mlflow.exceptions import RestException
try:
    MlflowClient().transition_model_version_stage("fraud-wire", "2", "Production", archive_existing_versions=True)
except RestException as error:
    refused = [error.error_code, str(error)]
made = registry.create_transition_request("fraud-wire", "2", "Production", comment="better")
own = tried(lambda: registry.approve_transition_request("fraud-wire", "2", "Production", True))
listed = [one.as_dict() for one in registry.list_transition_requests("fraud-wire", "2")]
print(json.dumps({"refused": refused, "request": made.as_dict(), "own": own, "listed": listed}))
"""


def prepared(platform) -> dict[str, int]:
    """People, a team of approvers; one version stands in Production when the policy comes."""
    for name in ("ann", "tom", "lena"):
        platform.create_user(name)
    admin = platform.api("admin")
    team = admin.post("/api/v1/teams/", {"name": "risk-wire"})
    assert team.status == 201, team
    ids = {user["username"]: user["id"] for user in admin.get("/api/v1/users/").ok["items"]}
    for name in ("tom", "lena"):
        assert admin.put(f"/api/v1/teams/{team.json['id']}/members/{ids[name]}/", {"role": "member"}).status < 300
    return ids


def policy(platform) -> Answer:
    """Production of the model needs two of the team, binds `champion`, and archives what stands there."""
    terms = {"rules": [{"name": "Risk", "number": 2, "teams": ["risk-wire"]}], "bound_alias": "champion"}
    body = {"scope": "model", "subject": "fraud-wire", "target": "Production", "terms": terms}
    return platform.api("ann").post("/api/v1/policies/", body)


def stages(platform) -> list[str]:
    """Where versions 1 and 2 stand."""
    api = platform.api("ann")
    found = [api.get("model-versions/get", name="fraud-wire", version=number).ok["model_version"] for number in ("1", "2")]
    return [one["current_stage"] for one in found]


def test_a_version_is_promoted_by_two_people_and_then_loaded(platform, job_of, tmp_path):
    prepared(platform)
    ann, tom, lena = job_of("ann"), job_of("tom"), job_of("lena")
    ann.run(TRAIN.replace("NUMBERS", "(3.0, 7.0)") + FIRST)
    assert policy(platform).status == 201

    asked = ann.json(SDK + ASK)
    assert asked["refused"][0] == "PERMISSION_DENIED"
    assert "2 more approvals of Risk" in asked["refused"][1]
    assert "/models/fraud-wire/versions/2/" in asked["refused"][1]
    assert (asked["request"]["request"]["to_stage"], asked["request"]["request"]["user_id"]) == ("Production", "ann")
    assert asked["own"][0] == "PERMISSION_DENIED"
    assert [(one["activity_type"], one["user_id"], one["comment"]) for one in asked["listed"]] == [
        ("REQUESTED_TRANSITION", "ann", "better")
    ]

    approve = (
        SDK
        + "print(json.dumps(registry.approve_transition_request('fraud-wire', '2', 'Production', True, comment='ok').as_dict()))"
    )
    assert tom.json(approve)["activity"]["activity_type"] == "APPROVED_REQUEST"
    assert stages(platform) == ["Production", "None"]
    assert lena.json(approve)["activity"]["user_id"] == "lena"
    assert stages(platform) == ["Archived", "Production"]

    loaded = ann.json(
        """
import json, mlflow
value = lambda uri: round(float(mlflow.sklearn.load_model(uri).predict([[1.0]])[0][0]))
print(json.dumps([value("models:/fraud-wire/Production"), value("models:/fraud-wire@champion")]))
"""
    )
    assert loaded == [7, 7]
    check_record(platform, tmp_path)


def check_record(platform, tmp_path):
    """The evidence verifies offline, and what stood in Production when is known."""
    api = platform.api("ann")
    lines = api.get("/api/v1/models/fraud-wire/activity/", version="2").ok["items"]
    assert [line["kind"] for line in reversed(lines)] == ["requested", "approved", "approved", "transition"]
    moved = lines[0]["at"]
    before = api.get("/api/v1/models/fraud-wire/standing/", stage="Production", at=moved - 1).ok
    after = api.get("/api/v1/models/fraud-wire/standing/", stage="Production", at=moved + 1).ok
    assert (before, after) == ({"versions": [1]}, {"versions": [2]})
    file = tmp_path / "evidence.json"
    document = api.get("/api/v1/models/fraud-wire/versions/2/evidence/").ok
    assert [vote["voter"] for vote in document["evidence"]["requests"][0]["votes"]] == ["tom", "lena"]
    assert {row["act"] for row in document["rows"]} >= {
        "model_version.create",
        "request.open",
        "request.vote",
        "model_version.transition",
    }
    file.write_text(json.dumps(document))
    assert "rows" in platform.manage("verify_audit", "--file", str(file))
    assert "The chain is whole" in platform.manage("verify_audit")


def test_the_sdk_does_all_that_its_registry_knows(platform, job_of):
    platform.create_user("kim")
    platform.create_user("ben")
    found = job_of("kim").json(
        SDK
        + """
said = {}
said["made"] = registry.create_model("sdk", tags=[ModelTag("a", "1")], description="d").as_dict()["registered_model"]["name"]
for number in range(2):
    registry.create_model_version("sdk", "dbfs:/models/x", tags=[ModelVersionTag("n", str(number))])
got = registry.get_model("sdk").registered_model_databricks
said["level"], identity = got.permission_level.value, got.id
said["listed"] = "sdk" in [one.name for one in registry.list_models()]
said["search"] = [one.version for one in registry.search_model_versions(filter="name='sdk'")]
said["latest"] = [one.version for one in registry.get_latest_versions("sdk")]
registry.update_model("sdk", description="x")
registry.update_model_version("sdk", "1", description="y")
registry.set_model_tag("sdk", "k", "v")
registry.set_model_version_tag("sdk", "1", "k", "v")
registry.delete_model_version_tag("sdk", "1", "k")
registry.delete_model_tag("sdk", "k")
moved = registry.transition_stage("sdk", "1", "Staging", False, comment="try").model_version_databricks
said["moved"] = [moved.current_stage, moved.permission_level.value]
said["uri"] = registry.get_model_version_download_uri("sdk", "1").artifact_uri

asked = registry.create_transition_request("sdk", "2", "Production").request
said["actions"] = sorted(one.value for one in asked.available_actions)
twice = tried(lambda: registry.create_transition_request("sdk", "2", "Production"))
said["twice"] = twice[0]
said["rejected"] = registry.reject_transition_request("sdk", "2", "Production", comment="no").activity.activity_type.value
registry.create_transition_request("sdk", "2", "Production")
registry.delete_transition_request("sdk", "2", "Production", "kim", comment="later")
said["open"] = len(list(registry.list_transition_requests("sdk", "2")))
registry.create_transition_request("sdk", "2", "Production")
said["approved"] = registry.approve_transition_request("sdk", "2", "Production", False).activity.activity_type.value
said["stage"] = registry.get_model_version("sdk", "2").model_version.current_stage
said["late"] = tried(lambda: registry.approve_transition_request("sdk", "2", "Production", False))[0]

comment = registry.create_comment("sdk", "1", "hello").comment
changed = registry.update_comment(comment.id, "hello again").comment
said["comment"] = [changed.comment, sorted(action.value for action in comment.available_actions)]
registry.delete_comment(comment.id)
said["no comment"] = tried(lambda: registry.update_comment(comment.id, "x"))[0]

said["levels"] = [one.permission_level.value for one in registry.get_permission_levels(identity).permission_levels]
level = RegisteredModelPermissionLevel
entry = RegisteredModelAccessControlRequest(user_name="ben", permission_level=level.CAN_MANAGE_PRODUCTION_VERSIONS)
registry.update_permissions(identity, access_control_list=[entry])
entries = registry.get_permissions(identity).access_control_list
said["shared"] = {one.user_name: one.all_permissions[0].permission_level.value for one in entries}
entry = RegisteredModelAccessControlRequest(user_name="kim", permission_level=level.CAN_MANAGE)
registry.set_permissions(identity, access_control_list=[entry])
said["alone"] = [one.user_name for one in registry.get_permissions(identity).access_control_list]

url = HttpUrlSpec(url="https://127.0.0.1/hook", secret="s")
events = [RegistryWebhookEvent.MODEL_VERSION_CREATED]
said["private"] = tried(lambda: registry.create_webhook(events, model_name="sdk", http_url_spec=url))[0]
registry.delete_model_version("sdk", "2")
registry.rename_model("sdk", new_name="sdk-renamed")
registry.delete_model("sdk-renamed")
said["gone"] = tried(lambda: registry.get_model("sdk-renamed"))[0]
print(json.dumps(said))
"""
    )
    assert found == {
        "made": "sdk", "level": "CAN_MANAGE", "listed": True, "search": ["2", "1"], "latest": ["2"],
        "moved": ["Staging", "CAN_MANAGE"], "uri": "dbfs:/models/x",
        "actions": ["APPROVE_TRANSITION_REQUEST", "CANCEL_TRANSITION_REQUEST", "REJECT_TRANSITION_REQUEST"],
        "twice": "RESOURCE_ALREADY_EXISTS", "rejected": "REJECTED_REQUEST", "open": 0, "approved": "APPROVED_REQUEST",
        "stage": "Production", "late": "RESOURCE_CONFLICT", "comment": ["hello again", ["DELETE_COMMENT", "EDIT_COMMENT"]],
        "no comment": "RESOURCE_DOES_NOT_EXIST",
        "levels": ["CAN_READ", "CAN_EDIT", "CAN_MANAGE_STAGING_VERSIONS", "CAN_MANAGE_PRODUCTION_VERSIONS", "CAN_MANAGE"],
        "shared": {"kim": "CAN_MANAGE", "ben": "CAN_MANAGE_PRODUCTION_VERSIONS"}, "alone": ["kim"],
        "private": "INVALID_PARAMETER_VALUE", "gone": "RESOURCE_DOES_NOT_EXIST",
    }  # fmt: skip
