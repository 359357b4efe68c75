"""The MLmodel file and what lies beside it, as the registry needs them. Pure.

MLflow's own reader runs model code's imports; this one only reads YAML and JSON texts.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Column:
    """An input, output or parameter of a signature."""

    name: str
    type: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class ModelFile:
    """What an MLmodel says; empty where it says nothing or nonsense."""

    flavors: tuple[str, ...] = ()
    inputs: tuple[Column, ...] = ()
    outputs: tuple[Column, ...] = ()
    params: tuple[Column, ...] = ()
    mlflow_version: str = ""
    size: int | None = None
    example: str = ""
    environment: dict[str, Any] = field(default_factory=dict)

    @property
    def has_signature(self) -> bool:
        """Whether it says what goes in or comes out."""
        return bool(self.inputs or self.outputs)


def read_mlmodel(text: bytes | str) -> ModelFile:
    """The content of an MLmodel; an unreadable one is an empty one."""
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        data = None
    if not isinstance(data, dict):
        return ModelFile()
    signature, flavors = _object(data, "signature"), _object(data, "flavors")
    example = data.get("saved_input_example_info")
    python = flavors.get("python_function")
    size = data.get("model_size_bytes")
    return ModelFile(
        flavors=tuple(sorted(str(name) for name in flavors)),
        inputs=_columns(signature.get("inputs")),
        outputs=_columns(signature.get("outputs")),
        params=_columns(signature.get("params")),
        mlflow_version=str(data.get("mlflow_version") or ""),
        size=size if isinstance(size, int) else None,
        example=str(example.get("artifact_path") or "") if isinstance(example, dict) else "",
        environment={key: python.get(key) for key in ("python_version", "loader_module")} if isinstance(python, dict) else {},
    )


def _object(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _columns(text: Any) -> tuple[Column, ...]:
    """A part of a signature: a JSON text that lists columns or tensors."""
    try:
        items = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return ()
    if not isinstance(items, list):
        return ()
    return tuple(_column(index, item) for index, item in enumerate(items) if isinstance(item, dict))


def _column(index: int, item: dict[str, Any]) -> Column:
    kind = item.get("type", "any")
    if kind == "tensor" and isinstance(spec := item.get("tensor-spec"), dict):
        kind = f"tensor {spec.get('dtype', '')} {spec.get('shape', '')}".strip()
    elif isinstance(kind, dict) or kind in ("array", "object", "map"):
        kind = json.dumps({key: value for key, value in item.items() if key not in ("name", "required")}, sort_keys=True)
    return Column(str(item.get("name") or index), str(kind), bool(item.get("required", not item.get("optional", False))))


def read_requirements(text: str) -> dict[str, str]:
    """Package -> the rest of its line, of a requirements.txt."""
    found = {}
    for line in text.splitlines():
        plain = line.split("#")[0].strip()
        if not plain or plain.startswith("-"):
            continue
        name = plain
        for mark in ("==", ">=", "<=", "~=", "!=", "<", ">", "[", ";", "@", " "):
            name = name.split(mark)[0]
        found[name.strip().lower()] = plain[len(name) :].strip()
    return found


def example_row(text: str) -> dict[str, str]:
    """What the first row of an input example in split form has, by column; {} for any other text."""
    try:
        data = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return {}
    if not isinstance(data, dict) or not isinstance(data.get("columns"), list) or not isinstance(data.get("data"), list):
        return {}
    first = data["data"][0] if data["data"] else None
    if not isinstance(first, list):
        return {}
    return {str(name): json.dumps(value, ensure_ascii=False) for name, value in zip(data["columns"], first, strict=False)}
