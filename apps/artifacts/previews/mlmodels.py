"""The file MLmodel: what a model is, takes and gives. Pure."""

import json
from typing import Any

import yaml

from apps.artifacts.previews.shapes import Table

FACTS = {
    "model_id": "Model id", "run_id": "Run", "artifact_path": "Path", "utc_time_created": "Created (UTC)",
    "mlflow_version": "MLflow", "model_size_bytes": "Size in bytes",
}  # fmt: skip
COLUMNS = ["Name", "Type", "Required"]


class _Plain(yaml.SafeLoader):
    """YAML without aliases: a few lines of them stand for gigabytes, and MLmodel files have none."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


def load(text: str) -> dict[str, Any]:
    """The keys of an MLmodel file. Raises ValueError."""
    try:
        data = yaml.load(text, Loader=_Plain)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(str(error)) from None
    if not isinstance(data, dict):
        raise ValueError("no MLmodel file")
    return data


def facts(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Label and value of what stands in the file, the flavors first."""
    flavors = _dict(data.get("flavors"))
    found = [("Flavors", ", ".join(map(str, flavors)))] if flavors else []
    python = _dict(flavors.get("python_function")).get("python_version")
    found += [("Python", str(python))] if python else []
    for name, flavor in flavors.items():
        versions = [value for key, value in _dict(flavor).items() if str(key).endswith("_version") and key != "python_version"]
        found += [(str(name), str(versions[0]))] if versions else []
    return found + [(label, str(data[key])[:500]) for key, label in FACTS.items() if data.get(key) not in (None, "")]


def signature(data: dict[str, Any]) -> list[tuple[str, Table]]:
    """Inputs, outputs and params as tables, those that are there."""
    given = _dict(data.get("signature"))
    return [(part.capitalize(), table) for part in ("inputs", "outputs", "params") if (table := _columns(given.get(part)))]


def _columns(text: Any) -> Table | None:
    """Each part is JSON inside of a string."""
    try:
        columns = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(columns, list) or not columns:
        return None
    return Table(COLUMNS, [_row(_dict(column)) for column in columns[:500]], more=len(columns) > 500)


def _row(column: dict[str, Any]) -> list[str]:
    kind, tensor = str(column.get("type", "")), _dict(column.get("tensor-spec"))
    if tensor:
        kind = f"{tensor.get('dtype')} {tensor.get('shape')}"
    required = "" if "required" not in column else "yes" if column["required"] else "no"
    return [str(column.get("name", "")), kind[:500], required]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
