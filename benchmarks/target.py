"""A server that speaks the MLflow tracking protocol, as the phases see it."""

import time
import uuid

from benchmarks.connection import Conn, HTTPError

API, AJAX = "/api/2.0/mlflow", "/ajax-api/2.0/mlflow"


class Target:
    def __init__(self, base, token):
        self.base, self.token, self.c = base.rstrip("/"), token, Conn(base, token)

    def conn(self):
        return Conn(self.base, self.token)

    def experiment(self, name):
        try:
            return self.c.call("GET", API + "/experiments/get-by-name", experiment_name=name)["experiment"]["experiment_id"]
        except HTTPError as e:
            if e.status != 404:
                raise
        return self.c.call("POST", API + "/experiments/create", {"name": name})["experiment_id"]

    def new_run(self, exp, name="bench", tags=()):
        return self.c.call(
            "POST", API + "/runs/create", {"experiment_id": exp, "run_name": name, "start_time": now_ms(), "tags": list(tags)}
        )["run"]["info"]["run_id"]

    def find_run(self, exp, name):
        runs = self.c.call(
            "POST", API + "/runs/search", {"experiment_ids": [exp], "filter": f"attributes.run_name = '{name}'", "max_results": 1}
        ).get("runs")
        return runs[0]["info"]["run_id"] if runs else None

    def fresh(self, name):
        return self.experiment(f"{name}-{uuid.uuid4().hex[:8]}")


def now_ms():
    return int(time.time() * 1000)
