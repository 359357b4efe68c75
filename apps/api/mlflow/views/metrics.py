"""Metric histories on the wire (protocol, section 6)."""

from typing import Any

from apps.api.mlflow.codec import tracking
from apps.api.mlflow.wire import WireRequest, endpoint
from apps.core.errors import Invalid
from apps.experiments.queries import metrics as queries


@endpoint("GET", "metrics/get-history", section="6.1")
def get_history(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    page = queries.get_history(
        request.actor,
        tracking.parse_run_id(fields),
        fields.text("metric_key", required=True),
        page_token=fields.text("page_token"),
        max_results=fields.integer("max_results"),
    )
    return tracking.page_json("metrics", tracking.metrics_json(page.points), page.next_page_token)


@endpoint("GET", "metrics/get-history-bulk", section="6.4")
def get_history_bulk(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    run_ids = fields.texts("run_id", "run_ids")
    if not run_ids:
        raise Invalid("GetMetricHistoryBulk request must specify at least one run_id.")
    if len(run_ids) > queries.MAX_BULK_RUNS:
        raise Invalid(
            f"GetMetricHistoryBulk request cannot specify more than {queries.MAX_BULK_RUNS} run_ids. Received {len(run_ids)} "
            f"run_ids."
        )
    key, limit = fields.text("metric_key", required=True), fields.integer("max_results")
    points = queries.get_history_bulk(request.actor, run_ids, key, max_results=limit)
    return {"metrics": tracking.metrics_of_runs_json(points)}


@endpoint("GET", "metrics/get-history-bulk-interval", section="6.5")
def get_history_bulk_interval(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    run_ids = fields.texts("run_ids", "run_id")
    if not run_ids:
        raise Invalid("GetMetricHistoryBulkInterval request must specify at least one run_id.")
    if len(run_ids) > queries.MAX_BULK_RUNS:
        raise Invalid(f"GetMetricHistoryBulkInterval request cannot specify more than {queries.MAX_BULK_RUNS} run_ids.")
    start, end = fields.optional_integer("start_step"), fields.optional_integer("end_step")
    if (start is None) != (end is None):
        raise Invalid("If either start step or end step are specified, both must be specified.")
    if start is not None and end is not None and start > end:
        raise Invalid(f"end_step must be greater than start_step. Found start_step={start} and end_step={end}.")
    limit = fields.integer("max_results", default=queries.MAX_INTERVAL_RESULTS)
    if not 1 <= limit <= queries.MAX_INTERVAL_RESULTS:
        raise Invalid(f"max_results must be between 1 and {queries.MAX_INTERVAL_RESULTS}.")
    key = fields.text("metric_key", required=True)
    points = queries.get_history_interval(request.actor, run_ids, key, start=start, end=end, max_results=limit)
    return tracking.page_json("metrics", tracking.metrics_of_runs_json(points), "")
