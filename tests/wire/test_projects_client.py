"""Projects by the official client and the own API: from git, a folder, an upload; what runs, and why what fails failed."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from mlplatform import wheel
from tests.projects.faults.factory import Factory
from tests.support import processes
from tests.support.http import HttpApi

V = "/api/v1/executions/"
# Needs no package: its environment is there at once.
PLAIN = {
    "MLproject": """
name: plain
entry_points:
  main:
    parameters:
      alpha: {type: float, default: 0.5}
    command: "python main.py {alpha}"
  broken:
    command: "python -c 'raise SystemExit(\\"it broke\\")'"
""",
    "main.py": "import os, sys\nprint('alpha is', sys.argv[1], 'in', os.environ['MLFLOW_RUN_ID'], flush=True)\n",
}


@pytest.fixture
def client(tmp_path):
    """Runs `mlflow run … --backend mlplatform` against a server, the wheel on its path as pip would put it there."""
    package = tmp_path / wheel.FILE_NAME
    package.write_bytes(wheel.build())

    def run(base: str, token: str, *arguments: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("MLPLATFORM_", "DJANGO_", "MLFLOW_"))}
        own = {
            "MLFLOW_TRACKING_URI": base,
            "MLFLOW_TRACKING_TOKEN": token,
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "PYTHONPATH": str(package),
        }
        command = [python, "-m", "mlflow", "run", *arguments, "--backend", "mlplatform"]
        return subprocess.run(command, env=clean | own, capture_output=True, text=True, timeout=170, check=False)

    return run


def folder(base: Path, files: dict[str, str]) -> str:
    """The files below a new folder."""
    for name, text in files.items():
        (base / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        (base / "project" / name).write_text(text)
    return str(base / "project")


def execution_of(api: HttpApi, said: str) -> dict:
    """The execution that the client told of."""
    number = re.search(r"execution (\d+), run", said)[1]
    return api.get(f"{V}{number}/").ok


def test_mlflow_run_sends_a_folder_and_follows_its_log(platform, client, tmp_path):
    platform.create_user("jo")
    api, token, project = platform.api("jo"), platform.token("jo"), folder(tmp_path, PLAIN)
    done = client(
        platform.base, token, project, "-P", "alpha=0.3", "--experiment-name", "projects", "--run-name", "mine",
        "--backend-config", json.dumps({"wait": True, "priority": 7, "limits": {"minutes": 3}}),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = execution_of(api, done.stderr)
    assert f"alpha is 0.3 in {told['run_id']}" in done.stderr
    assert (told["state"], told["params"], told["priority"], told["limits"]["minutes"]) == ("FINISHED", {"alpha": "0.3"}, 7, 3)
    run = api.get("runs/get", run_id=told["run_id"]).ok["run"]
    assert (run["info"]["status"], run["info"]["run_name"]) == ("FINISHED", "mine")
    assert {param["key"]: param["value"] for param in run["data"]["params"]} == {"alpha": "0.3"}
    tags = {tag["key"]: tag["value"] for tag in run["data"]["tags"]}
    assert (tags["mlflow.project.backend"], tags["mlflow.source.type"]) == ("mlplatform", "PROJECT")


TRAIN = """
import argparse, mlflow
from sklearn.datasets import load_iris
from sklearn.linear_model import SGDClassifier
parser = argparse.ArgumentParser()
parser.add_argument("--alpha", type=float)
alpha = parser.parse_args().alpha
mlflow.sklearn.autolog(log_models=False)
X, y = load_iris(return_X_y=True)
with mlflow.start_run():
    print("training with", alpha, flush=True)
    SGDClassifier(alpha=alpha, random_state=0).fit(X, y)
"""
ENTRY = """
entry_points:
  main:
    parameters:
      alpha: {type: float, default: 0.5}
    command: "python train.py --alpha {alpha}"
"""
PACKAGES = ["mlflow-skinny>=3", "scikit-learn", "pandas"]
CONDA = {
    "MLproject": f"name: iris\nconda_env: conda.yaml\n{ENTRY}",
    "conda.yaml": json.dumps({"name": "iris", "dependencies": ["pip", {"pip": PACKAGES}]}),
    "train.py": TRAIN,
}
PYTHON_ENV = {
    "MLproject": f"name: iris\npython_env: python_env.yaml\n{ENTRY}",
    "python_env.yaml": json.dumps({"dependencies": PACKAGES}),
    "train.py": TRAIN,
}


@pytest.fixture
def factory(tmp_path):
    """A platform whose workers may fetch from a folder of repositories."""
    for parent in [tmp_path, *tmp_path.parents]:
        if parent.stat().st_uid == os.getuid() and str(parent).startswith("/tmp/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    made = Factory(tmp_path)
    made.server.start()
    yield made
    made.server.kill()


def ended(factory: Factory, answer, seconds: float = 170) -> dict:
    """The execution of an accepted submission, once it has ended."""
    assert answer.status == 201, answer
    factory.wait(answer.json["id"], "FINISHED", "FAILED", "KILLED", seconds=seconds)
    return factory.server.api().get(f"{V}{answer.json['id']}/").ok


def logged(factory: Factory, told: dict) -> str:
    """Its log, followed to the end."""
    return factory.server.api().get(f"{V}{told['id']}/log/", follow="true").body.decode()


def require_trained(factory: Factory, told: dict, alpha: str) -> None:
    """It ended well, and its run has what the project and autologging write."""
    assert told["state"] == "FINISHED", (told["reason"], logged(factory, told))
    run = factory.server.api().get("runs/get", run_id=told["run_id"]).ok["run"]
    params = {param["key"]: param["value"] for param in run["data"]["params"]}
    assert (run["info"]["status"], params["alpha"], params["random_state"]) == ("FINISHED", alpha, "0")
    assert "training_accuracy_score" in {metric["key"] for metric in run["data"]["metrics"]}
    assert f"training with {alpha}" in logged(factory, told)


def waited(told: dict) -> float:
    """Seconds from the submission to the first command."""
    return (datetime.fromisoformat(told["started_at"]) - datetime.fromisoformat(told["created_at"])).total_seconds()


def zipped(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_project_trains_from_git_by_the_api_and_starts_at_once_the_second_time(factory):
    api = factory.server.api()
    project = api.post("/api/v1/projects/", {"name": "iris", "uri": factory.repository("iris", CONDA)}).json["id"]
    processes.wait_for(lambda: api.get(f"/api/v1/projects/{project}/").ok["inspection"] == "READY", 60, "the inspection")
    (entry,) = api.get(f"/api/v1/projects/{project}/").ok["entry_points"]
    assert entry["parameters"] == [{"name": "alpha", "type": "float", "default": "0.5"}]
    wrong = api.post(V, {"project_id": project, "params": {"alpha": "much"}})
    assert (wrong.status, wrong.json["message"]) == (400, "Parameter 'alpha': 'much' is not a number")
    require_trained(factory, ended(factory, api.post(V, {"project_id": project})), "0.5")
    second = ended(factory, api.post(V, {"project_id": project, "params": {"alpha": 0.1}}))
    require_trained(factory, second, "0.1")
    assert "from the cache" in logged(factory, second)
    print(f"the second run of an environment began {waited(second):.2f} s after its submission")


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("age", ["2x", "3x"])
def test_a_project_trains_from_an_upload_by_the_api_and_from_mlflow_run(factory, client, tmp_path, age, request):
    api, token = factory.server.api(), factory.server.token()
    archive = api.request("POST", "/api/v1/archives/", zipped(PYTHON_ENV), name="iris.zip").json["id"]
    require_trained(factory, ended(factory, api.post(V, {"archive_id": archive, "params": {"alpha": 0.2}})), "0.2")
    python = request.getfixturevalue("python_2x") if age == "2x" else sys.executable
    project = folder(tmp_path, PYTHON_ENV)
    done = client(factory.server.base, token, project, "-P", "alpha=0.3", "--backend-config", '{"wait": true}', python=python)
    assert done.returncode == 0, done.stderr
    assert "training with 0.3" in done.stderr
    require_trained(factory, execution_of(api, done.stderr), "0.3")
    broken = client(factory.server.base, token, project, "-e", "none.py", "--backend-config", '{"wait": true}', python=python)
    assert broken.returncode == 1
    assert execution_of(api, broken.stderr)["reason"] in broken.stderr


@pytest.mark.long
@pytest.mark.timeout(600)
def test_each_way_to_fail_says_why_in_the_api(factory):
    api = factory.server.api()
    missing = {**PLAIN, "python_env.yaml": json.dumps({"dependencies": ["mlplatform-no-such-package"]})}
    sources = {"plain": factory.repository("plain", PLAIN), "missing": factory.repository("missing", missing)}
    required = {"MLproject": "entry_points: {main: {parameters: {data: path}, command: 'cat {data}'}}"}
    sources["required"] = factory.repository("required", required)
    for body, words in (
        ({"uri": sources["plain"], "entry_point": "broken"}, "it broke"),
        ({"uri": sources["plain"], "entry_point": "none"}, "none"),
        ({"uri": sources["plain"], "ref": "nowhere"}, "nowhere"),
        ({"uri": sources["missing"]}, "mlplatform-no-such-package"),
        ({"uri": sources["required"]}, "'data'"),
    ):
        told = ended(factory, api.post(V, body))
        assert told["state"] == "FAILED"
        assert words in told["reason"], told["reason"]
        assert api.get("runs/get", run_id=told["run_id"]).ok["run"]["info"]["status"] == "FAILED"


@pytest.mark.long
@pytest.mark.timeout(600)
def test_an_execution_whose_worker_is_killed_twice_says_so_in_the_api(factory):
    api = factory.server.api()
    submitted = api.post(V, {"uri": factory.repository("slow", {"go.sh": "echo begun; sleep 300"}), "entry_point": "go.sh"})
    pk = submitted.json["id"]
    for attempt in (1, 2):
        processes.wait_for(lambda n=attempt: factory.job_processes(pk, n), 90, "the job", factory.server.log)
        processes.wait_for(
            lambda n=attempt: api.get(f"{V}{pk}/log/").ok["text"].count("begun") == n, 90, "its log", factory.server.log
        )
        os.kill(factory.holder(pk, attempt), signal.SIGKILL)
    told = ended(factory, submitted)
    assert (told["state"], told["attempts"]) == ("FAILED", 2)
    assert "was lost" in told["reason"]
    assert "begun" in logged(factory, told)
