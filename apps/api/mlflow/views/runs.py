"""Runs and logging to them on the wire (protocol, section 4). The hot ones first: routes are tried in the order of the table."""

from typing import Any

from apps.accounts.claims import Claim
from apps.api.mlflow.codec import tracking
from apps.api.mlflow.codec.fields import Fields
from apps.api.mlflow.wire import WireRequest, endpoint
from apps.experiments.queries import runs as queries
from apps.experiments.queries import search
from apps.experiments.services import batches
from apps.experiments.services import runs as services


def _log_metric_again(claim: Claim, fields: Fields) -> bool:
    run_id = tracking.parse_run_id(fields)
    metric = tracking.parse_metric(fields)
    return tracking.parse_model_metric(fields, metric) is None and batches.log_metric_again(claim, run_id, metric)


@endpoint("POST", "runs/log-metric", section="4", shortcut=_log_metric_again)
def log_metric(request: WireRequest) -> dict[str, Any]:
    run_id = tracking.parse_run_id(request.fields)
    metric = tracking.parse_metric(request.fields)
    batches.log_metric(request.actor, run_id, metric, tracking.parse_model_metric(request.fields, metric))
    return {}


@endpoint("POST", "runs/log-batch", section="4")
def log_batch(request: WireRequest) -> dict[str, Any]:
    run_id = tracking.parse_run_id_of_shape(request.fields)
    batches.log_batch(request.actor, run_id, tracking.parse_batch(request.fields))
    return {}


@endpoint("POST", "runs/log-parameter", section="4")
def log_parameter(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    batches.log_param(request.actor, tracking.parse_run_id(fields), fields.text("key", required=True), fields.text("value"))
    return {}


@endpoint("POST", "runs/set-tag", section="4")
def set_tag(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    batches.set_tag(request.actor, tracking.parse_run_id(fields), fields.text("key", required=True), fields.text("value"))
    return {}


@endpoint("POST", "runs/delete-tag", section="4")
def delete_tag(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    batches.delete_tag(request.actor, tracking.parse_run_id(fields), fields.text("key", required=True))
    return {}


@endpoint("GET", "runs/get", section="4")
def get(request: WireRequest) -> dict[str, Any]:
    return {"run": tracking.run_json(queries.get_run(request.actor, tracking.parse_run_id(request.fields)))}


@endpoint("POST", "runs/search", section="5.2")
def search_runs(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    page = search.search_runs(
        request.actor,
        fields.texts("experiment_ids"),
        filter_text=fields.text("filter"),
        view=fields.enum("run_view_type", tracking.VIEW_TYPE) or "ACTIVE_ONLY",
        max_results=fields.integer("max_results", default=search.DEFAULT_RUNS),
        order_by=fields.texts("order_by"),
        page_token=fields.text("page_token"),
    )
    return tracking.page_json("runs", [tracking.run_json(run) for run in page.items], page.next_page_token)


@endpoint("POST", "runs/create", section="4")
def create(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    new = services.NewRun(
        experiment_id=fields.text("experiment_id"),
        name=fields.text("run_name"),
        user_text=fields.text("user_id"),
        start_time=fields.integer("start_time"),
        tags=tracking.parse_pairs(fields, "tags"),
    )
    return {"run": tracking.run_json(services.create_run(request.actor, new))}


@endpoint("POST", "runs/update", section="4")
def update(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    status = fields.enum("status", tracking.RUN_STATUS)
    run = services.update_run(
        request.actor,
        tracking.parse_run_id(fields),
        status=tracking.RUN_STATUS[status] if status else None,
        end_time=fields.optional_integer("end_time"),
        name=fields.text("run_name"),
    )
    return {"run_info": tracking.run_info_json(run)}


@endpoint("POST", "runs/delete", section="4")
def delete(request: WireRequest) -> dict[str, Any]:
    services.delete_run(request.actor, tracking.parse_run_id(request.fields))
    return {}


@endpoint("POST", "runs/restore", section="4")
def restore(request: WireRequest) -> dict[str, Any]:
    services.restore_run(request.actor, tracking.parse_run_id(request.fields))
    return {}


@endpoint("POST", "runs/log-model", section="4")
def log_model(request: WireRequest) -> dict[str, Any]:
    run_id = tracking.parse_run_id(request.fields)
    batches.log_legacy_model(request.actor, run_id, tracking.parse_legacy_model(request.fields))
    return {}
