"""Registered models and versions in the Databricks dialect (protocol, section 20.1), where it differs from MLflow's."""

from typing import Any

from apps.api.databricks import codec
from apps.api.mlflow.codec import registry
from apps.api.mlflow.wire import WireRequest, endpoint
from apps.registry.queries import activities, registered
from apps.registry.services import transitions


@endpoint("GET", "registered-models/list", section="20.1")
def list_models(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    page = registered.search_models(
        request.actor, max_results=registry.parse_max_results(fields, 100), page_token=fields.text("page_token")
    )
    return registry.model_page_json(page)


@endpoint("GET", "databricks/registered-models/get", section="20.1")
def get_model(request: WireRequest) -> dict[str, Any]:
    name = request.fields.text("name", required=True)
    record = registered.get_registered_model(request.actor, name)
    stages = registered.own_stages(request.actor, name)
    return {"registered_model_databricks": codec.model_databricks_json(record, stages)}


@endpoint("POST", "databricks/model-versions/transition-stage", section="20.1")
def transition_stage(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    name, version = fields.text("name", required=True), registry.parse_version_number(fields)
    record = transitions.transition_version(
        request.actor,
        name,
        version,
        fields.text("stage", required=True),
        fields.boolean("archive_existing_versions", required=True),
        fields.text("comment"),
    )
    pending = [codec.activity_json(one) for one in activities.open_requests(request.actor, name, version)]
    model = registered.get_registered_model(request.actor, name)
    level = codec.permission_level(model.level, registered.own_stages(request.actor, name))
    return {"model_version_databricks": codec.version_databricks_json(record, pending, level)}
