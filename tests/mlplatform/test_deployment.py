"""deploy/compose.yaml as it stands, without containers: a real PostgreSQL, Valkey and S3, and nginx where the machine has it."""

import json
import os
import shutil
import threading

import pytest

from tests.faults.client import Client
from tests.projects.real.repositories import repository
from tests.support import processes, session
from tests.support.compose import WEBS, Installation
from tests.support.postgres import Postgres, execute
from tests.support.valkey import Valkey

MB = 1024 * 1024
# Asks the server for its health with nothing but a shell.
JOB = """
address=${MLFLOW_TRACKING_URI#http://}
exec 3<>/dev/tcp/${address%:*}/${address#*:}
printf 'GET /health HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3
grep OK <&3
"""


@pytest.fixture(scope="module")
def ground():
    """Folder, database server and broker of this module's own; the path is short enough for sockets."""
    folder = session.FOLDER / f"deploy{processes.free_port()}"
    folder.mkdir()
    postgres, valkey = Postgres(folder / "pg").create(), Valkey(folder / "valkey").start()
    yield folder, postgres, valkey
    valkey.stop()
    postgres.stop()


@pytest.fixture(scope="module")
def installation(ground, s3_environment):
    """Everything that `docker compose up` starts."""
    folder, postgres, valkey = ground
    (folder / "repositories").mkdir(exist_ok=True)
    roots = {"MLPLATFORM_PROJECT_ROOTS": str(folder / "repositories")}
    made = Installation(folder / "one", postgres.new_database("one"), valkey.url, s3_environment, **roots)
    yield made.up()
    made.down()


@pytest.fixture(scope="module")
def token(installation):
    return installation.token()


def new_run(api):
    """A run with a metric; (its id, the address of its artifacts)."""
    run_id = api.post("runs/create", {"experiment_id": "0"}).ok["run"]["info"]["run_id"]
    assert api.post("runs/log-metric", {"run_id": run_id, "key": "m", "value": 0.5, "timestamp": 1, "step": 3}).status == 200
    return run_id, f"/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts"


def test_every_process_is_healthy_and_ready(installation, token):
    for name in WEBS:
        ready = installation.api(token, f"http://127.0.0.1:{installation.ports[name]}").get("/ready")
        assert ready.ok == {"status": "ready", "database": "ok", "artifacts": "ok", "broker": "ok"}


def test_what_one_web_took_the_other_has(installation, token):
    run_id, root = new_run(installation.api(token))
    data = os.urandom(3 * MB)
    assert installation.api(token).put(f"{root}/deep/weights.bin", data).status == 200
    for name in WEBS:
        api = installation.api(token, f"http://127.0.0.1:{installation.ports[name]}")
        assert api.get(f"{root}/deep/weights.bin").body == data
        assert api.get("runs/get", run_id=run_id).ok["run"]["data"]["metrics"][0]["value"] == 0.5


SUBMIT = """
from apps.accounts.models import User
from apps.accounts.queries.actors import actor_for_user
from apps.projects.records import NewExecution
from apps.projects.services import executions
admin = actor_for_user(User.objects.get(username="admin"), "token")
print(executions.submit(admin, NewExecution(uri={uri!r}, experiment_id="0", entry_point="go.sh")))
"""


def test_a_project_goes_to_the_runner_and_its_job_reaches_the_server(installation, token):
    uri = installation.folder.parent / "repositories" / "tiny"
    repository(uri, {"go.sh": JOB})
    pk = int(installation.manage("worker", "shell", "-v", "0", "-c", SUBMIT.format(uri=str(uri))).splitlines()[-1])

    def row():
        return execute(installation.database_url, f"SELECT state, reason, worker FROM projects_execution WHERE id = {pk}")[0]

    processes.wait_for(lambda: row()[0] in {"FINISHED", "FAILED"}, 60, "the execution", installation.log("runner"))
    assert row() == ("FINISHED", "", "runner")
    assert execute(installation.database_url, "SELECT name FROM projects_worker") == [("runner",)]


def test_what_the_clock_sends_the_worker_does(installation):
    processes.wait_for(lambda: "0 sealed" not in installation.manage("worker", "verify_audit"), 40, "a sealed row")


def test_the_clock_ends_when_it_is_told_to_and_is_nothing_else_then(installation):
    installation.stop("beat")
    installation.start("beat")


@pytest.mark.long
@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_an_upgrade_goes_round_while_somebody_logs(installation, token):
    """The steps of deploy/README.md: prepare, then one web after the other, then the others."""
    client, failures, logged, stop = Client(installation.base, token, factor=0.1), [], [], threading.Event()
    run_id, root = new_run(installation.api(token))

    def write():
        while not stop.is_set():
            step = len(logged)
            body = json.dumps({"run_id": run_id, "key": "loss", "value": step, "timestamp": 1, "step": step}).encode()
            for method, path in (("POST", "/api/2.0/mlflow/runs/log-metric"), ("PUT", f"{root}/{step % 5}.txt")):
                answer = client.send(method, path, body, "application/json", failures)
                assert answer.status == 200, answer.data
            logged.append(step)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert installation.run("prepare", *installation.command("prepare")[1:]).returncode == 0
        for name in (*WEBS, "worker", "beat", "runner"):
            before = len(logged)
            installation.stop(name)
            installation.start(name)
            processes.wait_for(lambda before=before: len(logged) > before + 3, 30, "the writer")
    finally:
        stop.set()
        writer.join()
    # A request that a web had not begun when it was told to go comes back as 502 and is sent again; it happens once in a while.
    assert {failure[1] for failure in failures} <= {"502"}
    assert len(failures) <= len(WEBS), failures
    history = installation.api(token).get("metrics/get-history", run_id=run_id, metric_key="loss", max_results=25000)
    assert [point["step"] for point in history.ok["metrics"]] == logged


@pytest.mark.long
def test_a_backup_of_it_fills_an_empty_installation(installation, token, ground, s3_environment):
    folder, postgres, valkey = ground
    api = installation.api(token)
    run_id, root = new_run(api)
    data = os.urandom(MB)
    assert api.put(f"{root}/f", data).status == 200
    backup = folder / "backup.tar"
    assert "rows of" in installation.manage("worker", "backup", str(backup))
    other = Installation(folder / "two", postgres.new_database("two"), valkey.url, s3_environment)
    other.services["worker"]["environment"]["MLPLATFORM_ARTIFACT_ROOT"] = "s3://artifacts/restored"
    for name in WEBS:
        other.services[name]["environment"]["MLPLATFORM_ARTIFACT_ROOT"] = "s3://artifacts/restored"
    other.manage("worker", "restore", str(backup))
    try:
        other.up(*WEBS)
        assert other.api(token).get(f"{root}/f").body == data
        assert other.api(token).get("runs/get", run_id=run_id).status == 200
    finally:
        other.down()
