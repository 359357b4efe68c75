"""Clients of another age and another house: the last 2.x `mlflow`, and Optuna's callback."""

import json

CODE = """
import json, mlflow, pathlib
from mlflow import MlflowClient
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

assert mlflow.__version__.startswith("2.")
mlflow.set_experiment("two")
X, y = load_iris(return_X_y=True)
with mlflow.start_run() as run:
    mlflow.log_params({"a": 1})
    for step in range(3):
        mlflow.log_metric("m", step, step=step)
    mlflow.log_text("hello", "notes/a.txt")
    mlflow.sklearn.log_model(LogisticRegression(max_iter=200).fit(X, y), "model")
client = MlflowClient()
got = client.get_run(run.info.run_id)
loaded = mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model")
runs = client.search_runs([run.info.experiment_id], "metrics.m = 2")
print(json.dumps([got.data.params, got.data.metrics["m"], len(client.get_metric_history(run.info.run_id, "m")), len(runs),
                  loaded.predict(X[:1]).tolist(), "mlflow.log-model.history" in got.data.tags,
                  sorted(f.path for f in client.list_artifacts(run.info.run_id))]))
"""


def test_the_2x_client_logs_a_model_and_loads_it_back(job, python_2x):
    found = json.loads(job.run(CODE, python=python_2x).strip().splitlines()[-1])
    assert found == [{"a": "1"}, 2.0, 3, 1, [0], True, ["model", "notes"]]


OPTUNA = """
import json, mlflow, optuna
from optuna_integration.mlflow import MLflowCallback

optuna.logging.set_verbosity(optuna.logging.ERROR)
callback = MLflowCallback(metric_name="loss")
study = optuna.create_study(study_name="tuned")
study.optimize(lambda trial: (trial.suggest_float("x", -1, 1) - 0.5) ** 2, n_trials=5, callbacks=[callback])
found = mlflow.search_runs(experiment_names=["tuned"], output_format="list")
print(json.dumps([len(found), all("loss" in run.data.metrics and "x" in run.data.params for run in found)]))
"""


def test_optunas_callback_logs_a_run_for_each_trial(job):
    assert job.json(OPTUNA) == [5, True]


SYSTEM = """
import json, mlflow, time
mlflow.enable_system_metrics_logging()
mlflow.set_system_metrics_sampling_interval(0.2)
mlflow.set_system_metrics_samples_before_logging(1)
with mlflow.start_run() as run:
    time.sleep(2)
print(json.dumps(sorted(mlflow.MlflowClient().get_run(run.info.run_id).data.metrics)[:1]))
"""


def test_system_metrics_arrive(job):
    assert job.json(SYSTEM)[0].startswith("system/")
