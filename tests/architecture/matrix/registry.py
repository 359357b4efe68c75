"""Addresses of the model registry. Models are found by name in the request's workspace."""

from functools import partial

from tests.architecture.matrix.levels import Row

W = "api/2.0/mlflow/"
NAME = {"name": "churn-model"}
VERSION = {**NAME, "version": "2"}
NEW = {**NAME, "source": "mlflow-artifacts:/$root/notes", "run_id": "$run"}

named = partial(Row, by_name=True)

MODELS = [
    Row("POST", W + "registered-models/create", "known", {"name": "another"}),
    named("GET", W + "registered-models/get", "read", query=NAME),
    Row("GET", W + "registered-models/search", "known"),
    named("GET", W + "registered-models/get-latest-versions", "read", query=NAME),
    named("POST", W + "registered-models/get-latest-versions", "read", NAME),
    named("POST", W + "registered-models/rename", "edit", {**NAME, "new_name": "renamed"}),
    named("PATCH", W + "registered-models/update", "edit", {**NAME, "description": "d"}),
    named("DELETE", W + "registered-models/delete", "manage", NAME),
    named("POST", W + "registered-models/set-tag", "edit", {**NAME, "key": "k", "value": "v"}),
    named("DELETE", W + "registered-models/delete-tag", "edit", {**NAME, "key": "kind"}),
    named("POST", W + "registered-models/alias", "edit", {**VERSION, "alias": "champion"}),
    named("GET", W + "registered-models/alias", "read", query={**NAME, "alias": "champion"}),
    named("DELETE", W + "registered-models/alias", "manage", {**NAME, "alias": "champion"}),
]

VERSIONS = [
    named("POST", W + "model-versions/create", "edit", NEW),
    named("GET", W + "model-versions/get", "read", query=VERSION),
    Row("GET", W + "model-versions/search", "known"),
    named("GET", W + "model-versions/get-download-uri", "read", query=VERSION),
    named("GET", "model-versions/get-artifact", "read", query={**VERSION, "path": "readme.txt"}),
    named("PATCH", W + "model-versions/update", "edit", {**VERSION, "description": "d"}),
    named(
        "POST", W + "model-versions/transition-stage", "edit", {**VERSION, "stage": "Staging", "archive_existing_versions": False}
    ),
    named("DELETE", W + "model-versions/delete", "manage", VERSION),
    named("POST", W + "model-versions/set-tag", "edit", {**VERSION, "key": "k", "value": "v"}),
    named("DELETE", W + "model-versions/delete-tag", "manage", {**VERSION, "key": "checked"}),
]

ROWS = [*MODELS, *VERSIONS]
