"""The registry as the unmodified client uses it, against the running platform."""

START = """
import json, mlflow, os
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException, RestException
client = MlflowClient()

def model_of(name, number=1.0):
    import numpy as np
    from sklearn.linear_model import LinearRegression
    data = np.array([[0.0], [1.0]])
    with mlflow.start_run() as run:
        fitted = LinearRegression().fit(data, data * number)
        options = {"registered_model_name": name, "serialization_format": "cloudpickle"}
        info = mlflow.sklearn.log_model(fitted, name="model", **options)
    return run, info
"""


def test_log_model_registers_and_load_model_finds_it_by_number_stage_and_alias(job):
    found = job.json(
        START
        + """
run, info = model_of("wire-load", 3.0)
model_of("wire-load", 5.0)
client.transition_model_version_stage("wire-load", "1", "Production")
client.set_registered_model_alias("wire-load", "champion", "2")
said = {}
for uri in ("models:/wire-load/1", "models:/wire-load/Production", "models:/wire-load@champion", "models:/wire-load/latest"):
    said[uri.removeprefix("models:/wire-load")] = round(float(mlflow.sklearn.load_model(uri).predict([[1.0]])[0][0]))
version = client.get_model_version("wire-load", "1")
said["run"] = version.run_id == run.info.run_id
said["source"] = version.source.startswith("models:/m-")
print(json.dumps(said))
"""
    )
    assert {key: found[key] for key in ("/1", "/Production", "@champion", "/latest", "run", "source")} == {
        "/1": 3, "/Production": 3, "@champion": 5, "/latest": 5, "run": True, "source": True,
    }  # fmt: skip


def test_register_model_and_copy_model_version(job):
    found = job.json(
        START
        + """
run, info = model_of(None)
made = mlflow.register_model(f"runs:/{run.info.run_id}/model", "wire-register", tags={"a": "1"})
again = mlflow.register_model(info.model_uri, "wire-register")
copied = client.copy_model_version("models:/wire-register/1", "wire-copy")
print(json.dumps({
    "versions": [made.version, again.version], "tags": client.get_model_version("wire-register", "1").tags, "copy": copied.name,
    "same": len({client.get_model_version_download_uri(name, "1") for name in ("wire-copy", "wire-register")}) == 1,
    "loads": float(mlflow.sklearn.load_model("models:/wire-copy/1").predict([[2.0]])[0][0]),
}))
"""
    )
    assert found["versions"] == ["1", "2"] or found["versions"] == [1, 2]
    assert (found["tags"], found["copy"], found["same"], round(found["loads"])) == ({"a": "1"}, "wire-copy", True, 2)


def test_what_people_do_with_models_and_versions(job):
    found = job.json(
        START
        + """
said = {}
client.create_registered_model("wire-crud", tags={"team": "risk"}, description="d")
client.update_registered_model("wire-crud", "better")
client.set_registered_model_tag("wire-crud", "k", "v")
for number in range(3):
    client.create_model_version("wire-crud", "s3://bucket/model", tags={"n": str(number)})
client.update_model_version("wire-crud", "1", "first")
client.set_model_version_tag("wire-crud", "1", "k", "v")
client.transition_model_version_stage("wire-crud", "1", "Staging")
client.transition_model_version_stage("wire-crud", "2", "Staging", archive_existing_versions=True)
said["stages"] = {one.version: one.current_stage for one in client.search_model_versions("name='wire-crud'")}
said["latest"] = sorted((one.version, one.current_stage) for one in client.get_latest_versions("wire-crud"))
said["found"] = [one.name for one in client.search_registered_models("tags.team = 'risk' AND name LIKE 'wire-c%'")]
client.set_registered_model_alias("wire-crud", "best", 3)
said["alias"] = client.get_model_version_by_alias("wire-crud", "best").version
said["aliases"] = client.get_registered_model("wire-crud").aliases
try:
    client.get_model_version_by_alias("wire-crud", "worst")
except MlflowException as error:
    said["missing"] = [error.error_code, "alias worst not found" in str(error)]
try:
    client.create_registered_model("wire-crud")
except MlflowException as error:
    said["taken"] = error.error_code
client.delete_registered_model_alias("wire-crud", "best")
client.rename_registered_model("wire-crud", "wire-renamed")
client.delete_model_version_tag("wire-renamed", "1", "k")
client.delete_registered_model_tag("wire-renamed", "k")
client.delete_model_version("wire-renamed", "3")
said["left"] = sorted(one.version for one in client.search_model_versions("name='wire-renamed'"))
client.delete_registered_model("wire-renamed")
said["gone"] = len(client.search_registered_models("name='wire-renamed'"))
print(json.dumps(said, default=str))
"""
    )
    text = {str(key): value for key, value in found["stages"].items()}
    assert text == {"1": "Archived", "2": "Staging", "3": "None"}
    assert [str(one[0]) for one in found["latest"]] == ["1", "2", "3"]
    assert found["found"] == ["wire-crud"]
    assert (str(found["alias"]), {key: str(value) for key, value in found["aliases"].items()}) == ("3", {"best": "3"})
    assert found["missing"] == ["INVALID_PARAMETER_VALUE", True]
    assert found["taken"] == "RESOURCE_ALREADY_EXISTS"
    assert ([str(one) for one in found["left"]], found["gone"]) == (["1", "2"], 0)


def test_prompts_are_kept_beside_models(job):
    found = job.json(
        START
        + """
import mlflow.genai
made = mlflow.genai.register_prompt(name="wire-prompt", template="Say {{word}}!", commit_message="one", tags={"lang": "en"})
mlflow.genai.set_prompt_alias("wire-prompt", alias="live", version=1)
loaded = mlflow.genai.load_prompt("prompts:/wire-prompt@live")
print(json.dumps({
    "text": loaded.format(word="yes"), "models": [one.name for one in client.search_registered_models("name='wire-prompt'")],
    "versions": len(client.search_model_versions("name='wire-prompt'")),
}))
"""
    )
    assert found == {"text": "Say yes!", "models": [], "versions": 0}


def test_webhooks_are_an_administrators(platform, job, tmp_path):
    code = (
        START
        + """
from mlflow.entities.webhook import WebhookEvent
said = []
try:
    hook = client.create_webhook("wire-hook", "https://127.0.0.1/x", ["registered_model.created"])
except RestException as error:
    said.append([error.error_code, str(error)[:60]])
print(json.dumps(said))
"""
    )
    assert job.json(code)[0][0] == "PERMISSION_DENIED"
    job.token = platform.token("admin")
    assert job.json(code)[0][0] == "INVALID_PARAMETER_VALUE"
