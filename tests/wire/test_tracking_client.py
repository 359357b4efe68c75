"""The unmodified 3.x client: what people call, against the running platform."""

START = """
import json, mlflow, os, sys, threading, time
from mlflow import MlflowClient
client = MlflowClient()
"""


def test_the_fluent_calls(job):
    found = job.json(
        START
        + """
mlflow.set_experiment("fluent")
with mlflow.start_run(run_name="outer", description="why") as outer:
    mlflow.log_params({"a": 1, "b": "x"})
    for step in range(5):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_metrics({"nan": float("nan"), "inf": float("inf")}, step=2)
    mlflow.set_tags({"team": "risk"})
    with mlflow.start_run(nested=True) as inner:
        mlflow.log_metric("child", 1)
run = client.get_run(outer.info.run_id)
child = client.get_run(inner.info.run_id)
print(json.dumps({
    "status": run.info.status, "name": run.info.run_name, "params": run.data.params, "loss": run.data.metrics["loss"],
    "nan": str(run.data.metrics["nan"]), "inf": run.data.metrics["inf"], "team": run.data.tags["team"],
    "note": run.data.tags["mlflow.note.content"], "parent": child.data.tags["mlflow.parentRunId"] == outer.info.run_id,
    "history": len(client.get_metric_history(outer.info.run_id, "loss")),
}))
"""
    )
    assert found == {
        "status": "FINISHED", "name": "outer", "params": {"a": "1", "b": "x"}, "loss": 0.2,
        "nan": "nan", "inf": 1.7976931348623157e308,
        "team": "risk", "note": "why", "parent": True, "history": 5,
    }  # fmt: skip


def test_a_resumed_run_goes_on(job):
    found = job.json(
        START
        + """
with mlflow.start_run() as run:
    mlflow.log_metric("m", 1, step=1)
with mlflow.start_run(run_id=run.info.run_id):
    running = client.get_run(run.info.run_id).info.status
    mlflow.log_metric("m", 2, step=2)
print(json.dumps([running, client.get_run(run.info.run_id).info.status, len(client.get_metric_history(run.info.run_id, "m"))]))
"""
    )
    assert found == ["RUNNING", "FINISHED", 2]


def test_a_failing_script_leaves_a_failed_run(job):
    found = job.json(
        START
        + """
try:
    with mlflow.start_run() as run:
        raise RuntimeError("no")
except RuntimeError:
    print(json.dumps(client.get_run(run.info.run_id).info.status))
"""
    )
    assert found == "FAILED"


def test_async_logging_loses_nothing(job):
    found = job.json(
        START
        + """
with mlflow.start_run() as run:
    for step in range(300):
        mlflow.log_metric("m", step, step=step, synchronous=False)
    mlflow.log_params({f"p{n}": n for n in range(150)}, synchronous=False)
    mlflow.flush_async_logging()
data = client.get_run(run.info.run_id).data
print(json.dumps([len(client.get_metric_history(run.info.run_id, "m")), len(data.params)]))
"""
    )
    assert found == [300, 150]


def test_a_race_of_set_experiment_ends_in_one_experiment(job):
    found = job.json(
        START
        + """
ids = []
def work():
    ids.append(mlflow.set_experiment("raced").experiment_id)
threads = [threading.Thread(target=work) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(json.dumps([len(ids), len(set(ids))]))
"""
    )
    assert found == [8, 1]


def test_searches_page_through_everything(job):
    found = job.json(
        START
        + """
mlflow.set_experiment("many")
for number in range(25):
    with mlflow.start_run():
        mlflow.log_metric("m", number)
        mlflow.log_param("parity", "odd" if number % 2 else "even")
experiment = client.get_experiment_by_name("many")
seen, token = [], None
while True:
    page = client.search_runs([experiment.experiment_id], "params.parity = 'odd' and metrics.m > 3", order_by=["metrics.m DESC"],
                              max_results=4, page_token=token)
    seen += [run.data.metrics["m"] for run in page]
    token = page.token
    if not token:
        break
print(json.dumps([seen, [e.name for e in client.search_experiments(filter_string="name = 'many'")]]))
"""
    )
    assert found == [[float(number) for number in range(23, 3, -2)], ["many"]]


def test_refusals_reach_the_person_as_they_are(job):
    found = job.json(
        START
        + """
from mlflow.exceptions import MlflowException
said = []
def attempt(call):
    try:
        call()
    except MlflowException as error:
        said.append([error.error_code, str(error)[:90]])
with mlflow.start_run() as run:
    mlflow.log_param("a", 1)
    attempt(lambda: mlflow.log_param("a", 2))
    attempt(lambda: mlflow.log_metric("/bad", 1))
    attempt(lambda: client.get_run("f" * 32))
    attempt(lambda: client.search_runs(["0"], "metrics.m >"))
print(json.dumps(said))
"""
    )
    codes = [code for code, _ in found]
    assert codes == ["INVALID_PARAMETER_VALUE", "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"]


def test_artifacts_of_every_kind_go_and_come(job):
    found = job.json(
        START
        + """
import pathlib
from mlflow.artifacts import download_artifacts, list_artifacts
folder = pathlib.Path("data/deep")
folder.mkdir(parents=True)
for number in range(20):
    (folder / f"größe {number}.txt").write_text(f"text {number}")
(folder / "empty").touch()
with mlflow.start_run() as run:
    mlflow.log_artifacts("data", "all")
    mlflow.log_text("hello", "notes/a b.txt")
    mlflow.log_dict({"a": [1, 2]}, "x.json")
back = pathlib.Path(download_artifacts(run_id=run.info.run_id, artifact_path="all", dst_path="back"))
same = all((back / "deep" / file.name).read_bytes() == file.read_bytes() for file in folder.iterdir())
print(json.dumps([same, len(list((back / "deep").iterdir())), sorted(file.path for file in
list_artifacts(run_id=run.info.run_id)),
                  mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/notes/a b.txt")]))
"""
    )
    assert found == [True, 21, ["all", "notes", "x.json"], "hello"]


def test_a_dataset_and_a_model_of_the_3x_client(job):
    found = job.json(
        START
        + """
import numpy as np
model = mlflow.initialize_logged_model(name="m1", params={"depth": "3"}, tags={"kind": "tree"})
with mlflow.start_run() as run:
    mlflow.log_metric("acc", 0.5, model_id=model.model_id)
    mlflow.log_input(mlflow.data.from_numpy(np.arange(4.0), name="numbers"), context="training")
mlflow.finalize_logged_model(model.model_id, "READY")
got = mlflow.get_logged_model(model.model_id)
inputs = client.get_run(run.info.run_id).inputs.dataset_inputs
print(json.dumps([str(got.status), got.params, got.metrics[0].key, [item.dataset.name for item in inputs],
                  [m.name for m in client.search_logged_models(["0"], "name = 'm1'")]]))
"""
    )
    assert found == ["READY", {"depth": "3"}, "acc", ["numbers"], ["m1"]]


def test_sklearn_autologging_end_to_end(job):
    found = job.json(
        START
        + """
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
mlflow.set_experiment("auto")
mlflow.sklearn.autolog(log_datasets=False)
X, y = load_iris(return_X_y=True)
with mlflow.start_run() as run:
    LogisticRegression(max_iter=200).fit(X, y)
data = client.get_run(run.info.run_id).data
models = client.search_logged_models([run.info.experiment_id])
loaded = mlflow.sklearn.load_model(f"models:/{models[0].model_id}")
print(json.dumps(["training_score" in data.metrics, data.params["max_iter"], len(models), loaded.predict(X[:1]).tolist()]))
"""
    )
    assert found == [True, "200", 1, [0]]


def test_the_command_line(job):
    import subprocess
    import sys

    environment = {
        "MLFLOW_TRACKING_URI": job.server.base,
        "MLFLOW_TRACKING_TOKEN": job.token,
        "PATH": "/usr/bin:/bin",
        "HOME": str(job.folder),
    }

    def mlflow(*arguments: str) -> str:
        command = [sys.executable, "-m", "mlflow", *arguments]
        done = subprocess.run(command, env=environment, cwd=job.folder, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    mlflow("experiments", "create", "-n", "from the shell")
    assert "from the shell" in mlflow("experiments", "search")
    number = (
        job.server.api("jo").get("experiments/get-by-name", experiment_name="from the shell").ok["experiment"]["experiment_id"]
    )
    run = job.server.api("jo").post("runs/create", {"experiment_id": number, "run_name": "shown"}).ok["run"]["info"]["run_id"]
    assert "shown" in mlflow("runs", "list", "--experiment-id", number)
    assert run in mlflow("runs", "describe", "--run-id", run)
    mlflow("runs", "delete", "--run-id", run)
    assert job.server.api("jo").get("runs/get", run_id=run).ok["run"]["info"]["lifecycle_stage"] == "deleted"
