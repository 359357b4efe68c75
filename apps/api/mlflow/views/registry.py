"""The model registry on the wire (protocol, section 9). The hot ones first: routes are tried in the order of the table."""

from typing import Any

from django.http.response import HttpResponseBase

from apps.api import files
from apps.api.mlflow.codec import registry as codec
from apps.api.mlflow.codec.tracking import parse_pairs
from apps.api.mlflow.wire import ROOT, WireRequest, endpoint
from apps.artifacts.paths import clean_folder
from apps.artifacts.services import downloads
from apps.experiments.access import access_artifact_root
from apps.registry.queries import registered as model_queries
from apps.registry.queries import versions as version_queries
from apps.registry.services import aliases, registered, tags, transitions, versions


@endpoint("POST", "model-versions/create", section="9")
def create_version(request: WireRequest) -> dict[str, Any]:
    record = versions.create_version(request.actor, codec.parse_new_version(request.fields))
    return {"model_version": codec.version_json(record)}


@endpoint("GET", "model-versions/get", section="9")
def get_version(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    record = version_queries.get_version(request.actor, fields.text("name", required=True), codec.parse_version_number(fields))
    return {"model_version": codec.version_json(record)}


@endpoint("GET", "model-versions/search", section="9")
def search_versions(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    page = version_queries.search_versions(
        request.actor,
        filter_text=fields.text("filter"),
        max_results=codec.parse_max_results(fields, version_queries.MOST),
        order_by=fields.texts("order_by"),
        page_token=fields.text("page_token"),
    )
    return codec.version_page_json(page)


@endpoint("GET", "model-versions/get-download-uri", section="9")
def get_download_uri(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    location = version_queries.get_download_location(
        request.actor, fields.text("name", required=True), codec.parse_version_number(fields)
    )
    return {"artifact_uri": location}


@endpoint("GET", "model-versions/get-artifact", prefixes=ROOT, section="8.3")
def get_version_artifact(request: WireRequest) -> HttpResponseBase:
    fields, actor = request.fields, request.actor
    name, version = fields.text("name", required=True), codec.parse_version_number(fields)
    folder, path = version_queries.get_artifact_folder(actor, name, version), fields.text("path", required=True)
    root, inside = access_artifact_root(actor, f"{folder}/{clean_folder(path)}", "artifact.download")
    return files.respond(downloads.download(actor, root, inside, files.asked(request.django)))


@endpoint("PATCH", "model-versions/update", section="9")
def update_version(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    record = versions.update_version(
        request.actor, fields.text("name", required=True), codec.parse_version_number(fields), fields.text("description")
    )
    return {"model_version": codec.version_json(record)}


@endpoint("POST", "model-versions/transition-stage", section="9")
def transition_stage(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    record = transitions.transition_version(
        request.actor,
        fields.text("name", required=True),
        codec.parse_version_number(fields),
        fields.text("stage", required=True),
        fields.boolean("archive_existing_versions"),
    )
    return {"model_version": codec.version_json(record)}


@endpoint("DELETE", "model-versions/delete", section="9")
def delete_version(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    versions.delete_version(request.actor, fields.text("name", required=True), codec.parse_version_number(fields))
    return {}


@endpoint("POST", "model-versions/set-tag", section="9")
def set_version_tag(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    name, version = fields.text("name", required=True), codec.parse_version_number(fields)
    tags.set_version_tag(request.actor, name, version, fields.text("key", required=True), fields.text("value"))
    return {}


@endpoint("DELETE", "model-versions/delete-tag", section="9")
def delete_version_tag(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    name, version = fields.text("name", required=True), codec.parse_version_number(fields)
    tags.delete_version_tag(request.actor, name, version, fields.text("key", required=True))
    return {}


@endpoint("POST", "registered-models/create", section="9")
def create_model(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    name = fields.text("name", required=True)
    registered.create_model(request.actor, name, description=fields.text("description"), tags=parse_pairs(fields, "tags"))
    return {"registered_model": codec.model_json(model_queries.get_registered_model(request.actor, name))}


@endpoint("GET", "registered-models/get", section="9")
def get_registered_model(request: WireRequest) -> dict[str, Any]:
    record = model_queries.get_registered_model(request.actor, request.fields.text("name", required=True))
    return {"registered_model": codec.model_json(record)}


@endpoint("GET", "registered-models/search", section="9")
def search_models(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    page = model_queries.search_models(
        request.actor,
        filter_text=fields.text("filter"),
        max_results=codec.parse_max_results(fields, 100),
        order_by=fields.texts("order_by"),
        page_token=fields.text("page_token"),
    )
    return codec.model_page_json(page)


@endpoint("POST", "registered-models/get-latest-versions", section="9")
@endpoint("GET", "registered-models/get-latest-versions", section="9")
def get_latest_versions(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    found = model_queries.latest_versions(request.actor, fields.text("name", required=True), fields.texts("stages"))
    return codec.versions_json(found)


@endpoint("POST", "registered-models/rename", section="9")
def rename_model(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    new_name = fields.text("new_name", required=True)
    registered.rename_model(request.actor, fields.text("name", required=True), new_name)
    return {"registered_model": codec.model_json(model_queries.get_registered_model(request.actor, new_name))}


@endpoint("PATCH", "registered-models/update", section="9")
def update_model(request: WireRequest) -> dict[str, Any]:
    name = request.fields.text("name", required=True)
    registered.update_model(request.actor, name, request.fields.text("description"))
    return {"registered_model": codec.model_json(model_queries.get_registered_model(request.actor, name))}


@endpoint("DELETE", "registered-models/delete", section="9")
def delete_model(request: WireRequest) -> dict[str, Any]:
    registered.delete_model(request.actor, request.fields.text("name", required=True))
    return {}


@endpoint("POST", "registered-models/set-tag", section="9")
def set_model_tag(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    name, key = fields.text("name", required=True), fields.text("key", required=True)
    registered.set_model_tag(request.actor, name, key, fields.text("value"))
    return {}


@endpoint("DELETE", "registered-models/delete-tag", section="9")
def delete_model_tag(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    registered.delete_model_tag(request.actor, fields.text("name", required=True), fields.text("key", required=True))
    return {}


@endpoint("POST", "registered-models/alias", section="9")
def set_alias(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    name, alias = fields.text("name", required=True), fields.text("alias", required=True)
    aliases.set_alias(request.actor, name, alias, codec.parse_version_number(fields))
    return {}


@endpoint("DELETE", "registered-models/alias", section="9")
def delete_alias(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    aliases.delete_alias(request.actor, fields.text("name", required=True), fields.text("alias", required=True))
    return {}


@endpoint("GET", "registered-models/alias", section="9")
def get_version_by_alias(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    name, alias = fields.text("name", required=True), fields.text("alias", required=True)
    return {"model_version": codec.version_json(version_queries.get_version_by_alias(request.actor, name, alias))}
