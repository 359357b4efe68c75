"""Artifacts on the wire (protocol, section 8). Pure: entries and uploads to JSON, JSON to parts."""

from collections.abc import Iterable
from typing import Any

from apps.api.mlflow.codec.fields import Fields
from apps.artifacts.queries.listing import Entry
from apps.artifacts.stores.base import Part


def files_json(entries: Iterable[Entry], folder: str = "") -> dict[str, Any]:
    """`{"files": […]}`, {} for none. `folder` is put before each path where the wire wants it."""
    files = [_file_json(entry, f"{folder}/" if folder else "") for entry in entries]
    return {"files": files} if files else {}


def _file_json(entry: Entry, prefix: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"path": prefix + entry.path, "is_dir": entry.is_dir}
    if not entry.is_dir:
        shown["file_size"] = entry.size
    return shown


def parse_parts(fields: Fields) -> list[Part]:
    """The parts that a client has sent, as it confirms them. Raises Invalid."""
    return [
        Part(item.integer("part_number", required=True, bounds=(1, 10_000)), item.text("etag", required=True).strip('"'))
        for item in fields.objects("parts", required=True)
    ]


def upload_path(folder: str, local: str) -> str:
    """Where a multipart upload goes: old clients send the whole path of their local file, of which the last name counts."""
    name = local.replace("\\", "/").rpartition("/")[2]
    return f"{folder.rstrip('/')}/{name}"
