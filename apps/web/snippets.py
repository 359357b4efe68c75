"""Lines of code to paste, with the address of this platform in them."""

import json

from django.http import HttpRequest


def address(request: HttpRequest) -> str:
    """The platform's address as the person's browser sees it: what an `mlflow` client of theirs should use."""
    return f"{request.scheme}://{request.get_host()}"


def first_lines(request: HttpRequest, experiment: str = "my-first-experiment", token: str = "") -> str:
    """A whole training that logs params, a curve and a file, for somebody who has scikit-learn."""
    return f"""import os
os.environ["MLFLOW_TRACKING_URI"] = "{address(request)}"
os.environ["MLFLOW_TRACKING_TOKEN"] = "{token or "<a token from Settings, Access tokens>"}"

import mlflow
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split

X_train, X_test, y_train, y_test = train_test_split(*load_digits(return_X_y=True), random_state=0)
mlflow.set_experiment("{experiment}")
with mlflow.start_run():
    model = SGDClassifier(loss="log_loss", alpha=1e-3)
    mlflow.log_params({{"loss": "log_loss", "alpha": 1e-3}})
    for epoch in range(30):
        model.partial_fit(X_train, y_train, classes=range(10))
        mlflow.log_metric("accuracy", model.score(X_test, y_test), step=epoch)
"""


def environment(request: HttpRequest, token: str = "") -> str:
    """The two variables that point any `mlflow` client here."""
    return f'export MLFLOW_TRACKING_URI="{address(request)}"\nexport MLFLOW_TRACKING_TOKEN="{token or "<your token>"}"'


def register_lines(request: HttpRequest, name: str = "my-model") -> str:
    """A whole training whose model is registered as the next version of `name`."""
    quoted = json.dumps(name, ensure_ascii=False)
    return f"""import os
os.environ["MLFLOW_TRACKING_URI"] = "{address(request)}"
os.environ["MLFLOW_TRACKING_TOKEN"] = "<a token from Settings, Access tokens>"

import mlflow
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

X, y = load_iris(return_X_y=True, as_frame=True)
with mlflow.start_run():
    model = LogisticRegression(max_iter=1000).fit(X, y)
    mlflow.log_metric("accuracy", model.score(X, y))
    mlflow.sklearn.log_model(
        model, name="model", input_example=X[:2], registered_model_name={quoted}
    )
"""


def load_lines(request: HttpRequest, name: str, number: int) -> str:
    """Loading a version, whatever flavor it has."""
    uri = json.dumps(f"models:/{name}/{number}", ensure_ascii=False)
    return f"""import mlflow

mlflow.set_tracking_uri("{address(request)}")
model = mlflow.pyfunc.load_model({uri})
predictions = model.predict(data)
"""


def download_line(name: str, version: str, path: str) -> str:
    """Python that brings a file or folder of a version to where it runs."""
    uri = json.dumps(f"models:/{name}/{version}" + (f"/{path}" if path else ""), ensure_ascii=False)
    return f"mlflow.artifacts.download_artifacts({uri})"


def ask_lines(request: HttpRequest) -> str:
    """How a promotion is asked for with the Databricks SDK."""
    return f"""from databricks.sdk import WorkspaceClient

registry = WorkspaceClient(host="{address(request)}", token="<a token from Settings, Access tokens>").model_registry
registry.create_transition_request("my-model", "2", "Production", comment="why")
"""
