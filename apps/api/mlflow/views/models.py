"""Inputs, outputs and logged models on the wire (protocol, sections 7 and 10)."""

from typing import Any

from apps.api.mlflow.codec import models as codec
from apps.api.mlflow.codec import tracking
from apps.api.mlflow.wire import WireRequest, endpoint
from apps.core.errors import Invalid
from apps.experiments.queries import datasets as dataset_queries
from apps.experiments.queries import logged_models as queries
from apps.experiments.queries import search
from apps.experiments.services import datasets
from apps.experiments.services import logged_models as services


@endpoint("POST", "runs/log-inputs", section="7")
def log_inputs(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    models = [item.text("model_id", required=True) for item in fields.objects("models")]
    datasets.log_inputs(request.actor, tracking.parse_run_id_of_shape(fields), codec.parse_inputs(fields), models)
    return {}


@endpoint("POST", "runs/outputs", section="10")
def log_outputs(request: WireRequest) -> dict[str, Any]:
    datasets.log_outputs(request.actor, tracking.parse_run_id(request.fields), codec.parse_outputs(request.fields))
    return {}


@endpoint("POST", "experiments/search-datasets", section="7")
def search_datasets(request: WireRequest) -> dict[str, Any]:
    experiment_ids = request.fields.texts("experiment_ids")
    if not 1 <= len(experiment_ids) <= 20:
        raise Invalid(
            f"SearchDatasets request must specify from 1 to 20 experiment_ids. Received {len(experiment_ids)} experiment_ids."
        )
    found = dataset_queries.search_datasets(request.actor, experiment_ids)
    summaries = [
        {"experiment_id": str(item.experiment_id), "name": item.name, "digest": item.digest}
        | ({"context": item.context} if item.context is not None else {})
        for item in found
    ]
    return tracking.page_json("dataset_summaries", summaries, "")


@endpoint("POST", "logged-models", section="10")
def create(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    new = services.NewModel(
        experiment_id=fields.text("experiment_id", required=True),
        name=fields.text("name"),
        model_type=fields.text("model_type"),
        source_run_id=fields.text("source_run_id"),
        params=tracking.parse_pairs(fields, "params"),
        tags=tracking.parse_pairs(fields, "tags"),
    )
    return _shown(request, services.create_logged_model(request.actor, new))


@endpoint("GET", "logged-models/<str:model_id>", section="10")
def get(request: WireRequest) -> dict[str, Any]:
    deleted = request.fields.boolean("allow_deleted")
    return {
        "model": codec.logged_model_json(queries.get_logged_model(request.actor, request.kwargs["model_id"], deleted=deleted))
    }


@endpoint("PATCH", "logged-models/<str:model_id>", section="10")
def finalize(request: WireRequest) -> dict[str, Any]:
    status = request.fields.enum("status", codec.LOGGED_MODEL_STATUS, required=True)
    assert status is not None
    services.finalize_logged_model(request.actor, request.kwargs["model_id"], codec.LOGGED_MODEL_STATUS[status])
    return _shown(request, request.kwargs["model_id"])


@endpoint("DELETE", "logged-models/<str:model_id>", section="10")
def delete(request: WireRequest) -> dict[str, Any]:
    services.delete_logged_model(request.actor, request.kwargs["model_id"])
    return {}


@endpoint("PATCH", "logged-models/<str:model_id>/tags", section="10")
def set_tags(request: WireRequest) -> dict[str, Any]:
    services.set_logged_model_tags(request.actor, request.kwargs["model_id"], tracking.parse_pairs(request.fields, "tags"))
    return _shown(request, request.kwargs["model_id"])


@endpoint("DELETE", "logged-models/<str:model_id>/tags/<path:tag_key>", section="10")
def delete_tag(request: WireRequest) -> dict[str, Any]:
    services.delete_logged_model_tag(request.actor, request.kwargs["model_id"], request.kwargs["tag_key"])
    return {}


@endpoint("POST", "logged-models/<str:model_id>/params", section="10")
def log_params(request: WireRequest) -> dict[str, Any]:
    services.log_logged_model_params(request.actor, request.kwargs["model_id"], tracking.parse_pairs(request.fields, "params"))
    return {}


def _shown(request: WireRequest, model_id: str) -> dict[str, Any]:
    return {"model": codec.logged_model_json(queries.get_logged_model(request.actor, model_id))}


@endpoint("POST", "logged-models/search", section="10")
def search_models(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    page = search.search_logged_models(
        request.actor,
        fields.texts("experiment_ids", required=True),
        filter_text=fields.text("filter"),
        datasets=codec.parse_datasets(fields),
        max_results=fields.integer("max_results", default=50),
        order_by=codec.parse_model_order(fields),
        page_token=fields.text("page_token"),
    )
    return tracking.page_json("models", [codec.logged_model_json(model) for model in page.items], page.next_page_token)
