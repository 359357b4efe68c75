"""Addresses of the MLflow protocol and of operations."""

from tests.architecture.matrix.levels import Row

W, A = "api/2.0/mlflow/", "api/2.0/mlflow-artifacts/"
METRIC = {"run_id": "$run", "key": "loss", "value": 1, "timestamp": 5, "step": 9}
FILE, NEW_FILE = {"path": "$root/$artifact"}, {"path": "$root/new.txt"}
PARTS = [{"part_number": 1, "etag": "e", "url": "u"}]
MODEL = {"model_id": "$model"}
LEGACY = '{"artifact_path": "m", "flavors": {}, "utc_time_created": "t", "run_id": "$run"}'
GRANT = {"experiment_id": "$experiment", "username": "stranger"}
READERS = {"experiment_id": "$experiment", "username": "reader"}

OPERATIONS = [
    Row("GET", "health", "open"),
    Row("GET", "ready", "open"),
    Row("GET", "version", "open"),
    Row("GET", "metrics", "open"),  # by address, not by person
    Row("GET", "api/3.0/mlflow/server-info", "known"),
    Row("GET", "api/3.0/mlflow/server-features", "known"),
    Row("GET", W + "server-features", "known"),
    Row("GET", "api/3.0/mlflow/ui-telemetry", "known"),
    Row("POST", "api/3.0/mlflow/ui-telemetry", "known", {"records": []}),
]

EXPERIMENTS = [
    Row("POST", W + "experiments/create", "known", {"name": "fresh"}),
    Row("GET", W + "experiments/get", "read", query={"experiment_id": "$experiment"}),
    Row("GET", W + "experiments/get-by-name", "read", query={"experiment_name": "churn"}, by_name=True),
    Row("GET", W + "experiments/list", "known"),
    Row("GET", W + "experiments/search", "known", query={"max_results": "5"}),
    Row("POST", W + "experiments/search", "known", {"max_results": 5}),
    Row("POST", W + "experiments/update", "edit", {"experiment_id": "$experiment", "new_name": "renamed"}),
    Row("POST", W + "experiments/delete", "manage", {"experiment_id": "$experiment"}),
    Row("POST", W + "experiments/restore", "manage", {"experiment_id": "$deleted_experiment"}),
    Row("POST", W + "experiments/set-experiment-tag", "edit", {"experiment_id": "$experiment", "key": "k", "value": "v"}),
    Row("POST", W + "experiments/delete-experiment-tag", "edit", {"experiment_id": "$experiment", "key": "team"}),
    Row("POST", W + "experiments/search-datasets", "known", {"experiment_ids": ["$experiment"]}),
    Row("POST", W + "experiments/permissions/create", "manage", {**GRANT, "permission": "READ"}),
    Row("GET", W + "experiments/permissions/get", "manage", query=READERS, by_name=True),
    Row("PATCH", W + "experiments/permissions/update", "manage", {**READERS, "permission": "EDIT"}, by_name=True),
    Row("DELETE", W + "experiments/permissions/delete", "manage", READERS, by_name=True),
]

RUNS = [
    Row("POST", W + "runs/create", "edit", {"experiment_id": "$experiment"}),
    Row("GET", W + "runs/get", "read", query={"run_id": "$run"}),
    Row("POST", W + "runs/search", "known", {"experiment_ids": ["$experiment"]}),
    Row("POST", W + "runs/update", "edit", {"run_id": "$run", "status": "FINISHED"}),
    Row("POST", W + "runs/delete", "manage", {"run_id": "$run"}),
    Row("POST", W + "runs/restore", "manage", {"run_id": "$deleted_run"}),
    Row("POST", W + "runs/log-metric", "edit", METRIC),
    Row("POST", W + "runs/log-batch", "edit", {"run_id": "$run", "params": [{"key": "p", "value": "1"}]}),
    Row("POST", W + "runs/log-parameter", "edit", {"run_id": "$run", "key": "p", "value": "1"}),
    Row("POST", W + "runs/set-tag", "edit", {"run_id": "$run", "key": "k", "value": "v"}),
    Row("POST", W + "runs/delete-tag", "edit", {"run_id": "$run", "key": "colour"}),
    Row("POST", W + "runs/log-inputs", "edit", {"run_id": "$run", "models": [{"model_id": "$model"}]}),
    Row("POST", W + "runs/outputs", "edit", {"run_id": "$run", "models": [{"model_id": "$model", "step": 1}]}),
    Row("POST", W + "runs/log-model", "edit", {"run_id": "$run", "model_json": LEGACY}),
    # a run that is hidden has no history, as one that is missing
    Row("GET", W + "metrics/get-history", "known", query={"run_id": "$run", "metric_key": "loss"}),
    Row("GET", W + "metrics/get-history-bulk", "known", query={"run_id": ["$run"], "metric_key": "loss"}),
    Row("GET", W + "metrics/get-history-bulk-interval", "known", query={"run_ids": ["$run"], "metric_key": "loss"}),
]

LOGGED_MODELS = [
    Row("POST", W + "logged-models", "edit", {"experiment_id": "$experiment", "name": "m"}),
    Row("POST", W + "logged-models/search", "known", {"experiment_ids": ["$experiment"]}),
    Row("GET", W + "logged-models/<str:model_id>", "read", path=MODEL),
    Row("PATCH", W + "logged-models/<str:model_id>", "edit", {"status": "LOGGED_MODEL_READY"}, path=MODEL),
    Row("DELETE", W + "logged-models/<str:model_id>", "manage", path=MODEL),
    Row("PATCH", W + "logged-models/<str:model_id>/tags", "edit", {"tags": [{"key": "k", "value": "v"}]}, path=MODEL),
    Row("DELETE", W + "logged-models/<str:model_id>/tags/<path:tag_key>", "edit", path={**MODEL, "tag_key": "kind"}),
    Row("POST", W + "logged-models/<str:model_id>/params", "edit", {"params": [{"key": "p", "value": "1"}]}, path=MODEL),
    Row("GET", W + "logged-models/<str:model_id>/artifacts/directories", "read", path=MODEL),
    # the model has no file: whoever may read it learns that, as others learn that there is no such model
    Row(
        "GET",
        W + "logged-models/<str:model_id>/artifacts/files",
        "read",
        query={"artifact_file_path": "absent"},
        path=MODEL,
        success=404,
    ),
]

ARTIFACTS = [
    Row("GET", A + "artifacts", "read", query={"path": "$root"}),
    Row("GET", A + "artifacts/<path:path>", "read", path=FILE),
    Row("PUT", A + "artifacts/<path:path>", "edit", b"bytes", path=NEW_FILE),
    Row("DELETE", A + "artifacts/<path:path>", "manage", path=FILE),
    Row("POST", A + "mpu/create/<path:path>", "edit", {"path": "$root/big.bin", "num_parts": 2}, path={"path": "$root/big.bin"}),
    # an upload that nobody began: whoever may not write learns that first
    Row(
        "POST",
        A + "mpu/complete/<path:path>",
        "edit",
        {"path": "$root/b", "upload_id": "0", "parts": PARTS},
        path={"path": "$root/b"},
        success=404,
    ),
    Row(
        "POST", A + "mpu/abort/<path:path>", "edit", {"path": "$root/b", "upload_id": "0"}, path={"path": "$root/b"}, success=404
    ),
    # signed addresses only where the store is a bucket
    Row("GET", A + "presigned/<path:path>", "read", path=FILE, success=501),
    Row("GET", W + "artifacts/list", "read", query={"run_id": "$run"}),
    Row("POST", W + "artifacts/presigned-upload-url", "known", {}, success=400),
    Row("POST", W + "artifacts/presigned-download-url", "known", {}, success=400),
    Row("GET", "get-artifact", "read", query={"run_id": "$run", "path": "$artifact"}),
    Row("POST", W + "upload-artifact", "edit", b"bytes", query={"run_uuid": "$run", "path": "small.txt"}),
]

USERS = [
    Row("POST", W + "users/create", "admin", {"username": "newcomer", "password": "a long enough password"}),
    Row("GET", W + "users/get", "manager only", query={"username": "manager"}),
    Row("GET", W + "users/current", "known"),
    Row("GET", W + "users/list", "admin"),
    Row("PATCH", W + "users/update-password", "admin", {"username": "stranger", "password": "another long password"}),
    Row("PATCH", W + "users/update-admin", "admin", {"username": "stranger", "is_admin": True}),
    Row("DELETE", W + "users/delete", "admin", {"username": "stranger"}),
]

V3 = "api/3.0/mlflow/"
ROLE, CREW = {"role_id": "$team"}, {"role_permission_id": "$role_permission"}
ON = {"resource_type": "experiment", "resource_id": "$experiment"}
ROLES = [
    Row("POST", V3 + "roles/create", "admin", {"workspace": "default", "name": "fresh"}),
    Row("GET", V3 + "roles/get", "team member", query=ROLE),
    Row("GET", V3 + "roles/list", "admin"),
    Row("PATCH", V3 + "roles/update", "team lead", {**ROLE, "name": "renamed"}),
    Row("DELETE", V3 + "roles/delete", "admin", ROLE),
    Row("GET", V3 + "roles/permissions/list", "team member", query=ROLE),
    Row(
        "POST",
        V3 + "roles/permissions/add",
        "manage",
        {"role_id": "$other_team", "resource_type": "experiment", "resource_pattern": "$experiment", "permission": "READ"},
    ),
    Row("PATCH", V3 + "roles/permissions/update", "manage", {**CREW, "permission": "READ"}, by_name=True),
    Row("DELETE", V3 + "roles/permissions/remove", "manage", CREW, by_name=True),
    Row("POST", V3 + "roles/assign", "team lead", {**ROLE, "username": "stranger"}),
    Row("DELETE", V3 + "roles/unassign", "team lead", {**ROLE, "username": "bystander"}),
    Row("GET", V3 + "roles/users/list", "team member", query=ROLE),
    Row("GET", V3 + "users/roles/list", "manager only", query={"username": "manager"}),
    Row("GET", V3 + "users/permissions/list", "manager only", query={"username": "manager"}),
    Row("GET", V3 + "users/current/permissions", "known"),
    Row("GET", V3 + "users/permissions/get", "manager only", query={"username": "manager", **ON}),
    Row("POST", V3 + "users/permissions/grant", "manage", {"username": "stranger", **ON, "permission": "READ"}),
    Row("POST", V3 + "users/permissions/revoke", "manage", {"username": "reader", **ON}, by_name=True),
]

ROWS = [*OPERATIONS, *EXPERIMENTS, *RUNS, *LOGGED_MODELS, *ARTIFACTS, *USERS, *ROLES]
