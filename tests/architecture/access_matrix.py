"""Who gets what at every address. An address that is not in here fails the suite (test_access_matrix.py).

`LEVELS` says what each kind of person is answered at an address of that level; `ROWS` gives every address its level and an example
request. `ok` is the row's own success (200 unless it says otherwise). `a|b`: a where signed-in people may READ by default,
b with MLPLATFORM_DEFAULT_PERMISSION=NO_PERMISSIONS. Hidden is 404, visible but not allowed 403.
"""

from dataclasses import dataclass, field
from typing import Any

PEOPLE = ["anonymous", "stranger", "outsider", "reader", "approver", "editor", "teammate", "service", "manager", "admin"]

LEVELS = {
    #          anonymous stranger outsider  reader  approver  editor  teammate  service  manager  admin
    "open":   "ok        ok       ok        ok      ok        ok      ok        ok       ok       ok",
    "known":  "401       ok       ok        ok      ok        ok      ok        ok       ok       ok",
    "read":   "401       ok|404   ok|404    ok      ok        ok      ok        ok       ok       ok",
    "edit":   "401       403|404  403|404   403     403       ok      ok        ok       ok       ok",
    "manage": "401       403|404  403|404   403     403       403     403       403      ok       ok",
    "admin":  "401       403      403       403     403       403     403       403      403      ok",
    # pages: nobody is led to the sign-in
    "page":        "302  ok       ok        ok      ok        ok      ok        ok       ok       ok",
    "page-read":   "302  ok|404   ok|404    ok      ok        ok      ok        ok       ok       ok",
    "page-edit":   "302  403|404  403|404   403     403       ok      ok        ok       ok       ok",
    "page-manage": "302  403|404  403|404   403     403       403     403       403      ok       ok",
    "page-admin":  "302  403      403       403     403       403     403       403      403      ok",
}  # fmt: skip

# Levels at which a thing of another workspace is hidden from everybody who is not at home there.
HIDDEN_ELSEWHERE = {"read", "edit", "manage", "page-read", "page-edit", "page-manage"}


@dataclass(frozen=True)
class Row:
    """One method of one address. In `body`, `query` and the route's parameters `$name` stands for a thing of the world."""

    method: str
    route: str
    level: str
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    path: dict[str, str] = field(default_factory=dict)
    success: int = 200
    form: bool = False  # a page's form: sent as one

    def expected(self, person: str, private: bool) -> int:
        """The status that this person gets; `private`: nothing may be seen by default."""
        word = LEVELS[self.level].split()[PEOPLE.index(person)]
        word = word.split("|")[-1 if private else 0]
        return self.success if word == "ok" else int(word)


W = "api/2.0/mlflow/"
METRIC = {"run_id": "$run", "key": "loss", "value": 1, "timestamp": 5, "step": 9}

ROWS = [
    # operations
    Row("GET", "health", "open"),
    Row("GET", "ready", "open"),
    Row("GET", "version", "open"),
    # experiments
    Row("POST", W + "experiments/create", "known", {"name": "fresh"}),
    Row("GET", W + "experiments/get", "read", query={"experiment_id": "$experiment"}),
    Row("POST", W + "experiments/update", "edit", {"experiment_id": "$experiment", "new_name": "renamed"}),
    Row("POST", W + "experiments/delete", "manage", {"experiment_id": "$experiment"}),
    Row("POST", W + "experiments/restore", "manage", {"experiment_id": "$deleted_experiment"}),
    Row("POST", W + "experiments/set-experiment-tag", "edit", {"experiment_id": "$experiment", "key": "k", "value": "v"}),
    Row("POST", W + "experiments/delete-experiment-tag", "edit", {"experiment_id": "$experiment", "key": "team"}),
    Row("POST", W + "experiments/search-datasets", "known", {"experiment_ids": ["$experiment"]}),
    # runs
    Row("POST", W + "runs/create", "edit", {"experiment_id": "$experiment"}),
    Row("GET", W + "runs/get", "read", query={"run_id": "$run"}),
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
    Row("POST", W + "runs/log-model", "edit", {
        "run_id": "$run", "model_json": '{"artifact_path": "m", "flavors": {}, "utc_time_created": "t", "run_id": "$run"}'}),
    # metrics
    # a run that is hidden has no history, as one that is missing
    Row("GET", W + "metrics/get-history", "known", query={"run_id": "$run", "metric_key": "loss"}),
    Row("GET", W + "metrics/get-history-bulk", "known", query={"run_id": ["$run"], "metric_key": "loss"}),
    Row("GET", W + "metrics/get-history-bulk-interval", "known", query={"run_ids": ["$run"], "metric_key": "loss"}),
    # logged models
    Row("POST", W + "logged-models", "edit", {"experiment_id": "$experiment", "name": "m"}),
    Row("GET", W + "logged-models/<str:model_id>", "read", path={"model_id": "$model"}),
    Row("PATCH", W + "logged-models/<str:model_id>", "edit", {"status": "LOGGED_MODEL_READY"}, path={"model_id": "$model"}),
    Row("DELETE", W + "logged-models/<str:model_id>", "manage", path={"model_id": "$model"}),
    Row("PATCH", W + "logged-models/<str:model_id>/tags", "edit", {"tags": [{"key": "k", "value": "v"}]}, path={"model_id": "$model"}),
    Row("DELETE", W + "logged-models/<str:model_id>/tags/<path:tag_key>", "edit", path={"model_id": "$model", "tag_key": "kind"}),
    Row("POST", W + "logged-models/<str:model_id>/params", "edit", {"params": [{"key": "p", "value": "1"}]}, path={"model_id": "$model"}),
    # service
    Row("GET", "api/3.0/mlflow/server-info", "known"),
]  # fmt: skip

# Addresses whose answer depends on names inside one workspace: an example that is found in each.
BY_NAME = [
    Row("GET", W + "experiments/get-by-name", "read", query={"experiment_name": "churn"}),
]

# Addresses that need no row, and why.
EXEMPT: dict[str, str] = {}
