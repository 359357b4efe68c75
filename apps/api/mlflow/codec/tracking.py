"""Experiments, runs, metrics, params and tags: between the wire's objects and the records of the room `experiments`. Pure."""

import json
from collections.abc import Iterable
from typing import Any

from apps.api.mlflow.codec.fields import Fields, as_integer, as_number, invalid, missing
from apps.core.errors import Invalid
from apps.experiments import rules
from apps.experiments.records import (
    Batch,
    ExperimentRecord,
    InputRecord,
    MetricInput,
    MetricValue,
    ModelMetricInput,
    RunRecord,
    Tag,
)

RUN_STATUS = {"RUNNING": 1, "SCHEDULED": 2, "FINISHED": 3, "FAILED": 4, "KILLED": 5}
STATUS_NAMES = {number: name for name, number in RUN_STATUS.items()}
VIEW_TYPE = {"ACTIVE_ONLY": 1, "DELETED_ONLY": 2, "ALL": 3}


def experiment_json(record: ExperimentRecord) -> dict[str, Any]:
    """The wire's `Experiment`."""
    data: dict[str, Any] = {
        "experiment_id": str(record.id),
        "name": record.name,
        "artifact_location": record.artifact_location or f"mlflow-artifacts:/{record.id}",
        "lifecycle_stage": record.lifecycle,
        "last_update_time": record.updated_at,
        "creation_time": record.created_at,
        "workspace": record.workspace,
    }
    if record.tags:
        data["tags"] = pairs_json(record.tags)
    return data


def pairs_json(pairs: list[Tag]) -> list[dict[str, str]]:
    """Tags or params."""
    return [{"key": key, "value": value} for key, value in pairs]


def value_json(value: float, kind: int) -> float | str:
    """A metric's value: "NaN" as text, infinities as the greatest double, as the reference answers."""
    return "NaN" if kind == 1 else value


def metrics_json(metrics: Iterable[MetricValue]) -> list[dict[str, Any]]:
    """The wire's `Metric` of each. In one expression, as `metrics_of_runs_json`: there are tens of thousands in an answer."""
    return [
        {"key": key, "value": "NaN" if kind == 1 else value, "timestamp": timestamp, "step": step}
        for key, value, kind, timestamp, step in metrics
    ]


def metrics_of_runs_json(points: Iterable[tuple[str, MetricValue]]) -> list[dict[str, Any]]:
    """The wire's `MetricWithRunId` of each."""
    return [
        {"key": key, "value": "NaN" if kind == 1 else value, "timestamp": timestamp, "step": step, "run_id": run_id}
        for run_id, (key, value, kind, timestamp, step) in points
    ]


def run_info_json(run: RunRecord) -> dict[str, Any]:
    """The wire's `RunInfo`."""
    info: dict[str, Any] = {
        "run_id": run.run_id,
        "run_uuid": run.run_id,
        "run_name": run.name,
        "experiment_id": str(run.experiment_id),
        "user_id": run.user_text or run.owner,
        "status": STATUS_NAMES[run.status],
        "start_time": run.start_time,
        "artifact_uri": run.artifact_uri,
        "lifecycle_stage": run.lifecycle,
    }
    if run.end_time is not None:
        info["end_time"] = run.end_time
    return info


def run_json(run: RunRecord) -> dict[str, Any]:
    """The wire's `Run`; empty lists are left out."""
    data: dict[str, Any] = {}
    if run.metrics:
        data["metrics"] = metrics_json(run.metrics)
    if run.params:
        data["params"] = pairs_json(run.params)
    if run.tags:
        data["tags"] = pairs_json(run.tags)
    answer: dict[str, Any] = {"info": run_info_json(run), "data": data}
    inputs: dict[str, Any] = {}
    if run.inputs:
        inputs["dataset_inputs"] = [input_json(item) for item in run.inputs]
    if run.model_inputs:
        inputs["model_inputs"] = [{"model_id": link.model_id} for link in run.model_inputs]
    if inputs:
        answer["inputs"] = inputs
    if run.model_outputs:
        answer["outputs"] = {"model_outputs": [{"model_id": link.model_id, "step": link.step} for link in run.model_outputs]}
    return answer


def input_json(item: InputRecord) -> dict[str, Any]:
    """The wire's `DatasetInput`."""
    dataset = {"name": item.name, "digest": item.digest, "source_type": item.source_type, "source": item.source}
    if item.schema:
        dataset["schema"] = item.schema
    if item.profile:
        dataset["profile"] = item.profile
    data: dict[str, Any] = {"dataset": dataset}
    if item.tags:
        data["tags"] = pairs_json(item.tags)
    return data


def parse_pairs(fields: Fields, name: str) -> list[Tag]:
    """Tags or params of a request: each needs a key, an absent value is "". Raises Invalid."""
    pairs = []
    for index, item in enumerate(fields.items(name)):
        if type(item) is dict and type(key := item.get("key")) is str and key and type(value := item.get("value", "")) is str:
            pairs.append(Tag(key, value))
            continue
        if not isinstance(item, dict):
            raise invalid(f"{name}[{index}]", item)
        nested = Fields(item, f"{name}[{index}].")
        pairs.append(Tag(nested.text("key", required=True), nested.text("value")))
    return pairs


def parse_metrics(fields: Fields, name: str = "metrics") -> list[MetricInput]:
    """Metrics of a batch, in one pass without calls for those that have the common types. Raises Invalid, naming
    `metrics[i].field`."""
    found = []
    for index, item in enumerate(fields.items(name)):
        if type(item) is dict:
            key, value, timestamp, step = item.get("key"), item.get("value"), item.get("timestamp"), item.get("step", 0)
            if type(value) is int and -(2**53) < value < 2**53:
                value = float(value)
            if type(key) is str and key and type(value) is float and type(timestamp) is int and type(step) is int:
                found.append(MetricInput(key, value, timestamp, step))
                continue
            found.append(_parse_metric(item, f"{name}[{index}]"))
        else:
            raise invalid(f"{name}[{index}]", item)
    return found


def _parse_metric(item: dict[str, Any], path: str) -> MetricInput:
    nested = Fields(item, f"{path}.")
    key = nested.text("key", required=True)
    for needed in ("value", "timestamp"):
        if item.get(needed) is None or item.get(needed) == "":
            raise missing(f"{path}.{needed}")
    step = item.get("step")
    return MetricInput(
        key,
        as_number(item["value"], f"{path}.value"),
        as_integer(item["timestamp"], f"{path}.timestamp"),
        0 if step is None else as_integer(step, f"{path}.step"),
    )


def parse_metric(fields: Fields) -> MetricInput:
    """The metric of a log-metric request. Raises Invalid."""
    key = fields.text("key", required=True)
    value = fields.number("value", required=True)
    return MetricInput(key, value, fields.integer("timestamp", required=True), fields.integer("step"))


def parse_batch(fields: Fields) -> Batch:
    """A log-batch request with its limits. Raises Invalid."""
    metrics, params, tags = fields.items("metrics"), fields.items("params"), fields.items("tags")
    counts = (
        ("metrics", len(metrics), rules.MAX_METRICS),
        ("params", len(params), rules.MAX_PARAMS),
        ("tags", len(tags), rules.MAX_TAGS),
    )
    for name, count, limit in counts:
        if count > limit:
            raise Invalid(
                f"A batch logging request can contain at most {limit} {name}. Got {count} {name}. Please split up {name} across "
                f"multiple requests."
            )
    total = len(metrics) + len(params) + len(tags)
    if total > rules.MAX_ITEMS:
        raise Invalid(f"A batch logging request can contain at most {rules.MAX_ITEMS} items, got {total}. Please split it up.")
    parsed = parse_metrics(fields)
    return Batch(parsed, parse_pairs(fields, "params"), parse_pairs(fields, "tags"), _of_models(fields, parsed))


def _of_models(fields: Fields, parsed: list[MetricInput]) -> list[ModelMetricInput]:
    """Those of a batch's metrics that name a logged model."""
    found = []
    for index, item in enumerate(fields.items("metrics")):
        if "model_id" in item or "modelId" in item:
            of_model = parse_model_metric(Fields(item, f"metrics[{index}]."), parsed[index])
            if of_model:
                found.append(of_model)
    return found


def parse_model_metric(fields: Fields, metric: MetricInput) -> ModelMetricInput | None:
    """The logged model that a metric is of, if it names one. Raises Invalid."""
    model_id = fields.text("model_id")
    return ModelMetricInput(metric, model_id, fields.text("dataset_name"), fields.text("dataset_digest")) if model_id else None


def parse_legacy_model(fields: Fields) -> dict[str, Any]:
    """The description in a log-model request. Raises Invalid."""
    text = fields.text("model_json", required=True)
    try:
        model = json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid("Malformed model info. The body could not be parsed as JSON.") from None
    if not isinstance(model, dict):
        raise Invalid("Malformed model info. It must be a JSON object.")
    return model


def parse_run_id(fields: Fields) -> str:
    """`run_id`, or its old name where that is absent or empty. Raises Invalid."""
    return fields.text("run_id") or fields.text("run_uuid") or fields.text("run_id", required=True)


def parse_run_id_of_shape(fields: Fields) -> str:
    """The same where the protocol checks its shape before it looks for the run. Raises Invalid."""
    run_id = parse_run_id(fields)
    rules.check_run_id(run_id)
    return run_id


def page_json(name: str, items: list[dict[str, Any]], next_page_token: str) -> dict[str, Any]:
    """A page of a search: an empty list and the token of no next page are left out."""
    answer: dict[str, Any] = {}
    if items:
        answer[name] = items
    if next_page_token:
        answer["next_page_token"] = next_page_token
    return answer
