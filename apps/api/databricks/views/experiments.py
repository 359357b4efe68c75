"""Runs by the hundred, in the Databricks dialect (protocol, section 20.6)."""

from typing import Any

from apps.api.mlflow.wire import WireRequest, endpoint
from apps.experiments.services import bulk


@endpoint("POST", "databricks/runs/delete-runs", section="20.6")
def delete_runs(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    until, limit = fields.integer("max_timestamp_millis", required=True), fields.integer("max_runs", default=bulk.MOST)
    count = bulk.delete_runs_until(request.actor, fields.text("experiment_id", required=True), until, limit)
    return {"runs_deleted": count}


@endpoint("POST", "databricks/runs/restore-runs", section="20.6")
def restore_runs(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    since, limit = fields.integer("min_timestamp_millis", required=True), fields.integer("max_runs", default=bulk.MOST)
    count = bulk.restore_runs_since(request.actor, fields.text("experiment_id", required=True), since, limit)
    return {"runs_restored": count}
