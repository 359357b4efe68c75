"""`manage.py demo` leaves something to look at, and may be played again."""

import os

import pytest

from tests.support.server import LiveServer

REQUESTS = "/api/v1/transition-requests/"


@pytest.fixture
def stage(tmp_path):
    """A platform with a worker, whose jobs can reach their folders."""
    for parent in [tmp_path, *tmp_path.parents]:
        if parent.stat().st_uid == os.getuid() and str(parent).startswith("/tmp/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    server = LiveServer(tmp_path / "home", worker=True, MLPLATFORM_JOB_UID="64500")
    server.start()
    yield server
    server.kill()


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_demo_trains_registers_asks_and_runs_a_project_and_again(stage):
    told = stage.manage("demo", "--port", str(stage.port))
    api = stage.api()
    names = {experiment["name"] for experiment in api.post("experiments/search", {"max_results": 100}).ok["experiments"]}
    assert {"digits", "breast cancer", "wine"} <= names
    versions = api.get("model-versions/search", filter="name = 'breast-cancer'").ok["model_versions"]
    assert {version["version"]: version["current_stage"] for version in versions} == {"1": "Production", "2": "None"}
    (request,) = api.get(REQUESTS, waiting="true").ok["items"]
    assert api.get(f"{REQUESTS}{request['id']}/").ok["missing"] == ["1 more approval of Risk"]
    states = [execution["state"] for execution in api.get("/api/v1/executions/").ok["items"]]
    assert states == ["FINISHED", "FINISHED"], told
    assert f"/approvals/{request['id']}/" in told
    assert "of before still waits" in stage.manage("demo", "--port", str(stage.port))
    assert api.post(f"{REQUESTS}{request['id']}/votes/", {"decision": "approve"}).ok["request"]["state"] == "done"
