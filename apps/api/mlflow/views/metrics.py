"""Metric histories on the wire (protocol, section 6)."""

from typing import Any

from apps.api.mlflow.codec import tracking
from apps.api.mlflow.wire import WireRequest, endpoint
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
    answer: dict[str, Any] = {}
    if page.points:
        answer["metrics"] = [tracking.metric_json(point) for point in page.points]
    if page.next_page_token:
        answer["next_page_token"] = page.next_page_token
    return answer
