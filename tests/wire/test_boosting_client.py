"""LightGBM's autologging, as a training writes it, in an environment of its own."""

import json

import pytest

pytestmark = pytest.mark.long

CODE = """
import json, lightgbm, mlflow, numpy
from mlflow import MlflowClient

mlflow.set_experiment("boosting")
mlflow.lightgbm.autolog(log_datasets=True)
generator = numpy.random.default_rng(0)
X = generator.normal(size=(400, 5))
y = (X[:, 0] + X[:, 1] > 0).astype(int)
train, valid = lightgbm.Dataset(X[:300], y[:300], feature_name=list("abcde")), lightgbm.Dataset(X[300:], y[300:])
with mlflow.start_run() as run:
    model = lightgbm.train(
        {"objective": "binary", "metric": ["binary_logloss", "auc"], "verbose": -1, "num_leaves": 7},
        train, num_boost_round=25, valid_sets=[train, valid], valid_names=["train", "valid"],
        callbacks=[lightgbm.early_stopping(50, verbose=False)],
    )
client = MlflowClient()
got = client.get_run(run.info.run_id)
history = client.get_metric_history(run.info.run_id, "valid-binary_logloss")
(logged,) = client.search_logged_models([got.info.experiment_id], filter_string=f"source_run_id = '{run.info.run_id}'")
loaded = mlflow.lightgbm.load_model(logged.model_uri)
generic = mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/model")
importance = mlflow.artifacts.load_dict(f"runs:/{run.info.run_id}/feature_importance_split.json")
print(json.dumps({
    "status": got.info.status, "leaves": got.data.params["num_leaves"], "rounds": got.data.params["num_boost_round"],
    # Behind the last round the client logs that of the best one again.
    "steps": sorted(point.step for point in history) == list(range(26)), "best": "best_iteration" in got.data.metrics,
    "stopped": "stopped_iteration" in got.data.metrics, "inputs": len(got.inputs.dataset_inputs),
    "same": bool((loaded.predict(X) == model.predict(X)).all() and (generic.predict(X) == model.predict(X)).all()),
    "features": sorted(importance), "files": sorted(item.path for item in client.list_artifacts(run.info.run_id)),
}))
"""


def test_lightgbm_autologging_end_to_end(job, client_python):
    found = json.loads(job.run(CODE, python=client_python("boosting")).strip().splitlines()[-1])
    assert found == {
        "status": "FINISHED", "leaves": "7", "rounds": "25", "steps": True, "best": True, "stopped": True, "inputs": 3,
        "same": True, "features": list("abcde"),
        "files": [
            "feature_importance_gain.json", "feature_importance_gain.png",
            "feature_importance_split.json", "feature_importance_split.png",
        ],
    }  # fmt: skip
