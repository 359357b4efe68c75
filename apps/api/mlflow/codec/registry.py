"""Registered models and versions: between the wire's objects and the records of the room `registry`. Pure."""

from typing import Any

from apps.api.mlflow.codec.fields import Fields
from apps.api.mlflow.codec.tracking import pairs_json, parse_pairs
from apps.registry.records import ModelRecord, Page, VersionRecord
from apps.registry.services.versions import NewVersion

STATUS_NAMES = {1: "PENDING_REGISTRATION", 2: "FAILED_REGISTRATION", 3: "READY"}


def version_json(version: VersionRecord) -> dict[str, Any]:
    """The wire's `ModelVersion`; what is empty is left out."""
    data: dict[str, Any] = {
        "name": version.name,
        "version": str(version.number),
        "creation_timestamp": version.created_at,
        "last_updated_timestamp": version.updated_at,
        "current_stage": version.stage,
        "source": version.source,
        "status": STATUS_NAMES[version.status],
    }
    texts = {
        "user_id": version.owner,
        "description": version.description,
        "run_id": version.run_id,
        "run_link": version.run_link,
        "status_message": version.status_message,
        "model_id": version.logged_model_id,
    }
    data |= {name: value for name, value in texts.items() if value}
    if version.tags:
        data["tags"] = pairs_json(version.tags)
    if version.aliases:
        data["aliases"] = version.aliases
    return data


def model_json(model: ModelRecord) -> dict[str, Any]:
    """The wire's `RegisteredModel`; what is empty is left out."""
    data: dict[str, Any] = {
        "name": model.name,
        "creation_timestamp": model.created_at,
        "last_updated_timestamp": model.updated_at,
        "workspace": model.workspace,
    }
    data |= {name: value for name, value in (("user_id", model.owner), ("description", model.description)) if value}
    if model.latest_versions:
        data["latest_versions"] = [version_json(version) for version in model.latest_versions]
    if model.tags:
        data["tags"] = pairs_json(model.tags)
    if model.aliases:
        data["aliases"] = [{"alias": alias, "version": str(number)} for alias, number in model.aliases]
    return data


def versions_json(versions: list[VersionRecord]) -> dict[str, Any]:
    """`model_versions` of an answer; left out when there are none."""
    return {"model_versions": [version_json(version) for version in versions]} if versions else {}


def version_page_json(page: Page) -> dict[str, Any]:
    """A page of versions."""
    return versions_json(page.rows) | _token(page)


def model_page_json(page: Page) -> dict[str, Any]:
    """A page of models."""
    return ({"registered_models": [model_json(model) for model in page.rows]} if page.rows else {}) | _token(page)


def _token(page: Page) -> dict[str, str]:
    return {"next_page_token": page.next_page_token} if page.next_page_token else {}


def parse_version_number(fields: Fields) -> str:
    """`version` as text; some clients send a number. Raises Invalid."""
    value = fields.raw("version")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return fields.text("version", required=True)


def parse_new_version(fields: Fields) -> NewVersion:
    """A create request. Raises Invalid."""
    return NewVersion(
        name=fields.text("name", required=True),
        source=fields.text("source", required=True),
        run_id=fields.text("run_id"),
        model_id=fields.text("model_id"),
        run_link=fields.text("run_link"),
        description=fields.text("description"),
        tags=parse_pairs(fields, "tags"),
    )


def parse_max_results(fields: Fields, default: int) -> int:
    """`max_results`, or the default. Raises Invalid."""
    return fields.integer("max_results", default=default) if fields.has("max_results") else default
