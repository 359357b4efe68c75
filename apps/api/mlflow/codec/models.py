"""Datasets and logged models: between the wire's objects and the records of the room `experiments`. Pure."""

from typing import Any

from apps.api.mlflow.codec.fields import Fields
from apps.api.mlflow.codec.tracking import pairs_json, value_json
from apps.core.errors import Invalid
from apps.experiments.records import LoggedModelRecord, ModelLink, Tag
from apps.experiments.search.logged_models import DatasetFilter
from apps.experiments.services.datasets import NewInput

LOGGED_MODEL_STATUS = {
    "LOGGED_MODEL_PENDING": 1,
    "LOGGED_MODEL_READY": 2,
    "LOGGED_MODEL_UPLOAD_FAILED": 3,
}
STATUS_NAMES = {number: name for name, number in LOGGED_MODEL_STATUS.items()}


def logged_model_json(model: LoggedModelRecord) -> dict[str, Any]:
    """The wire's `LoggedModel`; empty lists and texts are left out."""
    info: dict[str, Any] = {
        "model_id": model.model_id,
        "experiment_id": str(model.experiment_id),
        "name": model.name,
        "creation_timestamp_ms": model.created_at,
        "last_updated_timestamp_ms": model.updated_at,
        "artifact_uri": model.artifact_uri,
        "status": STATUS_NAMES[model.status],
    }
    for name in ("model_type", "source_run_id", "status_message"):
        if text := getattr(model, name):
            info[name] = text
    if model.owner_id is not None:
        info["creator_id"] = model.owner_id
    if model.tags:
        info["tags"] = pairs_json(model.tags)
    data: dict[str, Any] = {}
    if model.params:
        data["params"] = pairs_json(model.params)
    if model.metrics:
        data["metrics"] = [_metric_json(model.model_id, metric) for metric in model.metrics]
    return {"info": info, "data": data}


def _metric_json(model_id: str, metric: Any) -> dict[str, Any]:
    data = {
        "key": metric.key,
        "value": value_json(metric.value, metric.kind),
        "timestamp": metric.timestamp,
        "step": metric.step,
        "model_id": model_id,
        "run_id": metric.run_id,
    }
    if metric.dataset_name:
        data |= {"dataset_name": metric.dataset_name, "dataset_digest": metric.dataset_digest}
    return data


def parse_inputs(fields: Fields) -> list[NewInput]:
    """The datasets of a log-inputs request; missing parts are read as "", as the reference does. Raises Invalid."""
    found = []
    for item in fields.objects("datasets"):
        dataset = item.object("dataset", required=True)
        tags = [Tag(tag.text("key", required=True), tag.text("value")) for tag in item.objects("tags")]
        found.append(
            NewInput(
                dataset.text("name"),
                dataset.text("digest"),
                dataset.text("source_type"),
                dataset.text("source"),
                dataset.text("schema"),
                dataset.text("profile"),
                tags,
            )
        )
    return found


def parse_outputs(fields: Fields) -> list[ModelLink]:
    """The models of an outputs request. Raises Invalid."""
    return [ModelLink(item.text("model_id", required=True), item.integer("step")) for item in fields.objects("models")]


def parse_datasets(fields: Fields) -> list[DatasetFilter]:
    """The datasets that a search of logged models is restricted to. Raises Invalid."""
    found = []
    for item in fields.objects("datasets"):
        if not item.has("dataset_name"):
            raise Invalid("`dataset_name` in the `datasets` clause must be specified.")
        found.append(DatasetFilter(item.text("dataset_name"), item.text("dataset_digest")))
    return found


def parse_model_order(fields: Fields) -> list[tuple[str, bool, str, str]]:
    """(field, ascending, dataset name, dataset digest) of each key of a search's order. Raises Invalid."""
    return [
        (
            item.text("field_name", required=True),
            item.boolean("ascending", default=True),
            item.text("dataset_name"),
            item.text("dataset_digest"),
        )
        for item in fields.objects("order_by")
    ]
