"""The kinds of gates and what each is told. Pure."""

import math
from dataclasses import dataclass
from typing import Any

from apps.core.errors import Invalid

METRIC, RELATIVE, TAGS, DESCRIPTION, SIGNATURE = "metric", "relative_metric", "tags", "description", "signature"
EXAMPLE, DATASET, COMMIT, STORED, EXTERNAL = "input_example", "dataset", "clean_commit", "stored_artifacts", "external"
BLOCK, EXTRA = "block", "extra_approval"
COMPARISONS = (">=", ">", "<=", "<")
MOST_GATES = 50
# Gates whose answer needs bytes of an artifact: a worker reads them, before the transaction that executes.
SLOW = {SIGNATURE}
# Gates that read something of the source run or the logged model, so that whoever wrote there cannot approve.
READ_RUN = {METRIC, RELATIVE, DATASET, COMMIT}
READ_FILES = {SIGNATURE, EXAMPLE, STORED}


@dataclass(frozen=True, slots=True)
class Gate:
    """One automatic check. `options` are its settings in the order of their names; `on_fail` says what a failure does."""

    kind: str
    options: tuple[tuple[str, Any], ...] = ()
    on_fail: str = BLOCK

    def option(self, name: str) -> Any:
        """A setting, or None."""
        return dict(self.options).get(name)

    @property
    def tags(self) -> dict[str, str]:
        """The tags that it wants, with their values ("": any)."""
        return dict(self.option("tags") or ())

    def to_json(self) -> dict[str, Any]:
        """Flat, as people write it."""
        options = {name: dict(value) if name == "tags" else value for name, value in self.options}
        return {"kind": self.kind, "on_fail": self.on_fail, **options}

    @property
    def label(self) -> str:
        """The gate in words."""
        return _LABELS[self.kind](self)


def _relative_label(gate: Gate) -> str:
    unit = " %" if gate.option("unit") == "percent" else ""
    by = f" by more than {gate.option('tolerance'):g}{unit}" if gate.option("tolerance") else ""
    return f"{gate.option('key')} not worse than the version that stands there{by} ({gate.option('direction')} is better)"


def _tags_label(gate: Gate) -> str:
    said = [f"{key} = {value}" if value else key for key, value in gate.tags.items()]
    return "Tags: " + ", ".join(said)


_LABELS: dict[str, Any] = {
    METRIC: lambda gate: f"{gate.option('key')} {gate.option('comparison')} {gate.option('value'):g}",
    RELATIVE: _relative_label,
    TAGS: _tags_label,
    DESCRIPTION: lambda gate: "Has a description",
    SIGNATURE: lambda gate: "Has a signature",
    EXAMPLE: lambda gate: "Has an input example",
    DATASET: lambda gate: f"Trained on dataset {gate.option('name')}" if gate.option("name") else "Its run names a dataset",
    COMMIT: lambda gate: "Trained from a clean commit",
    STORED: lambda gate: "All artifacts are kept and hashed here",
    EXTERNAL: lambda gate: f"Check {gate.option('name')}",
}


def read_gates(items: list[Any]) -> tuple[Gate, ...]:
    """Gates as written or stored. Raises Invalid."""
    if len(items) > MOST_GATES:
        raise Invalid(f"gates: at most {MOST_GATES}")
    gates = tuple(_read(item, f"gates[{index}]") for index, item in enumerate(items))
    if len(set(gates)) < len(gates):
        raise Invalid("gates: the same gate stands there twice")
    return gates


def _read(item: Any, path: str) -> Gate:
    if not isinstance(item, dict):
        raise Invalid(f"{path}: an object is needed")
    kind = item.get("kind")
    if kind not in _READERS:
        raise Invalid(f"{path}.kind: one of {', '.join(_READERS)}")
    on_fail = item.get("on_fail", BLOCK)
    if on_fail not in (BLOCK, EXTRA):
        raise Invalid(f"{path}.on_fail: {BLOCK} or {EXTRA}")
    given = {key: value for key, value in item.items() if key not in {"kind", "on_fail"}}
    options, known = _READERS[kind](given, path)
    if unknown := sorted(set(given) - known):
        raise Invalid(f"{path}: unknown field {unknown[0]!r}; a gate of kind {kind} knows {', '.join(sorted(known)) or 'none'}")
    return Gate(kind, tuple(sorted(options.items())), on_fail)


Read = tuple[dict[str, Any], set[str]]


def _read_nothing(given: dict[str, Any], path: str) -> Read:
    return {}, set()


def _read_metric(given: dict[str, Any], path: str) -> Read:
    comparison = given.get("comparison", ">=")
    if comparison not in COMPARISONS:
        raise Invalid(f"{path}.comparison: one of {' '.join(COMPARISONS)}")
    return {"key": _key(given, path), "comparison": comparison, "value": _number(given.get("value"), f"{path}.value")}, {
        "key", "comparison", "value",
    }  # fmt: skip


def _read_relative(given: dict[str, Any], path: str) -> Read:
    direction, unit = given.get("direction", "higher"), given.get("unit", "absolute")
    if direction not in ("higher", "lower"):
        raise Invalid(f"{path}.direction: higher or lower, whichever is better")
    if unit not in ("absolute", "percent"):
        raise Invalid(f"{path}.unit: absolute or percent")
    tolerance = _number(given.get("tolerance", 0), f"{path}.tolerance")
    if tolerance < 0:
        raise Invalid(f"{path}.tolerance: not negative")
    options = {"key": _key(given, path), "direction": direction, "unit": unit, "tolerance": tolerance}
    return options, set(options)


def _read_tags(given: dict[str, Any], path: str) -> Read:
    tags = given.get("tags")
    if isinstance(tags, list):
        tags = dict.fromkeys(tags, "")
    if not isinstance(tags, dict) or not tags or not all(isinstance(one, str) for pair in tags.items() for one in pair):
        raise Invalid(f"{path}.tags: a list of keys, or an object of keys and values")
    return {"tags": tuple(sorted(tags.items()))}, {"tags"}


def _read_dataset(given: dict[str, Any], path: str) -> Read:
    name = given.get("name", "")
    if not isinstance(name, str):
        raise Invalid(f"{path}.name: a text is needed")
    return {"name": name}, {"name"}


def _read_external(given: dict[str, Any], path: str) -> Read:
    name = given.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > 200:
        raise Invalid(f"{path}.name: the name under which the check is posted, at most 200 characters")
    return {"name": name.strip()}, {"name"}


def _key(given: dict[str, Any], path: str) -> str:
    key = given.get("key")
    if not isinstance(key, str) or not key or len(key) > 250:
        raise Invalid(f"{path}.key: a metric's key is needed")
    return key


def _number(value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Invalid(f"{path}: a number is needed")
    return float(value)


_READERS: dict[str, Any] = {
    METRIC: _read_metric,
    RELATIVE: _read_relative,
    TAGS: _read_tags,
    DESCRIPTION: _read_nothing,
    SIGNATURE: _read_nothing,
    EXAMPLE: _read_nothing,
    DATASET: _read_dataset,
    COMMIT: _read_nothing,
    STORED: _read_nothing,
    EXTERNAL: _read_external,
}
