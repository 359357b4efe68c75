"""Experiments on the wire (protocol, section 3)."""

from typing import Any

from apps.api.mlflow.codec import tracking
from apps.api.mlflow.wire import WireRequest, endpoint
from apps.experiments.queries import experiments as queries
from apps.experiments.queries import search
from apps.experiments.services import experiments as services


@endpoint("POST", "experiments/create", section="3")
def create(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    name = fields.text("name", required=True)
    location = fields.text("artifact_location")
    number = services.create_experiment(
        request.actor, name, artifact_location=location, tags=tracking.parse_pairs(fields, "tags")
    )
    return {"experiment_id": str(number)}


@endpoint("GET", "experiments/get", section="3")
def get(request: WireRequest) -> dict[str, Any]:
    record = queries.get_experiment(request.actor, request.fields.text("experiment_id", required=True))
    return {"experiment": tracking.experiment_json(record)}


@endpoint("GET", "experiments/get-by-name", section="3")
def get_by_name(request: WireRequest) -> dict[str, Any]:
    record = queries.get_experiment_by_name(request.actor, request.fields.text("experiment_name", required=True))
    return {"experiment": tracking.experiment_json(record)}


@endpoint("POST", "experiments/update", section="3")
def update(request: WireRequest) -> dict[str, Any]:
    experiment_id = request.fields.text("experiment_id", required=True)
    services.rename_experiment(request.actor, experiment_id, request.fields.text("new_name", required=True))
    return {}


@endpoint("POST", "experiments/delete", section="3")
def delete(request: WireRequest) -> dict[str, Any]:
    services.delete_experiment(request.actor, request.fields.text("experiment_id", required=True))
    return {}


@endpoint("POST", "experiments/restore", section="3")
def restore(request: WireRequest) -> dict[str, Any]:
    services.restore_experiment(request.actor, request.fields.text("experiment_id", required=True))
    return {}


@endpoint("POST", "experiments/set-experiment-tag", section="3")
def set_tag(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    experiment_id, key = fields.text("experiment_id", required=True), fields.text("key", required=True)
    services.set_experiment_tag(request.actor, experiment_id, key, fields.text("value"))
    return {}


@endpoint("POST", "experiments/delete-experiment-tag", section="3")
def delete_tag(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    services.delete_experiment_tag(request.actor, fields.text("experiment_id", required=True), fields.text("key", required=True))
    return {}


@endpoint("POST", "experiments/search", section="5.3")
@endpoint("GET", "experiments/search", section="5.3")
@endpoint("GET", "experiments/list", section="20.6")
def search_experiments(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    is_list = request.django.path_info.endswith("/list")
    page = search.search_experiments(
        request.actor,
        filter_text=fields.text("filter"),
        view=fields.enum("view_type", tracking.VIEW_TYPE) or "ACTIVE_ONLY",
        max_results=fields.integer("max_results", default=1000 if is_list else 0),
        order_by=fields.texts("order_by"),
        page_token=fields.text("page_token"),
    )
    return tracking.page_json("experiments", [tracking.experiment_json(record) for record in page.items], page.next_page_token)
