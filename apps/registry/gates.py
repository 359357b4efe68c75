"""What gates find in the evidence. Pure: the same inputs give the same answer, in a worker and in the executing transaction."""

from dataclasses import dataclass, field
from typing import Any

from apps.registry import gate_terms
from apps.registry.evidence import COMMIT_TAGS, Evidence
from apps.registry.gate_terms import Gate

PENDING, PASSED, FAILED = "pending", "passed", "failed"
EXAMPLES = ("input_example.json", "serving_input_example.json", "input_example.npy", "input_example")
FINITE, NAN = 0, 1


@dataclass(frozen=True, slots=True)
class Check:
    """An external check as it was posted for the present fingerprint."""

    state: str
    url: str = ""
    description: str = ""
    posted_by: str = ""


@dataclass(slots=True)
class Surroundings:
    """What gates read besides the version: the version that stands in the target now, posted checks, and what a worker read of
    files.
    """

    baseline: Evidence | None = None
    checks: dict[str, Check] = field(default_factory=dict)
    signatures: dict[str, bool] = field(default_factory=dict)  # SHA-256 of an MLmodel -> whether it has a signature


@dataclass(frozen=True, slots=True)
class Finding:
    """A gate's answer, in words, with what it read."""

    gate: Gate
    state: str
    measured: str
    inputs: dict[str, Any]

    @property
    def holds(self) -> bool:
        """Whether it lets the request pass."""
        return self.state == PASSED


def evaluate(gate: Gate, evidence: Evidence, around: Surroundings) -> Finding:
    """The answer of one gate."""
    state, measured, inputs = _KINDS[gate.kind](gate, evidence, around)
    return Finding(gate, state, measured, inputs)


Answer = tuple[str, str, dict[str, Any]]


def _verdict(good: bool) -> str:
    return PASSED if good else FAILED


def metric_of(evidence: Evidence, key: str) -> tuple[float, int] | None:
    """(value, kind) of a metric: the latest of the run, else the latest of the logged model; None if there is none."""
    if evidence.run and (measure := evidence.run.metrics.get(key)):
        return measure.value, measure.kind
    points = [point for point in (evidence.logged_model.metrics if evidence.logged_model else []) if point[0] == key]
    if points:
        latest = max(points, key=lambda point: (point[3], point[4]))
        return latest[1], latest[2]
    return None


def _metric(gate: Gate, evidence: Evidence, around: Surroundings) -> Answer:
    found = metric_of(evidence, gate.option("key"))
    if found is None:
        return FAILED, "not logged", {"value": None}
    value, kind = found
    if kind == NAN:
        return FAILED, "NaN", {"value": "NaN"}
    limit = gate.option("value")
    good = {">=": value >= limit, ">": value > limit, "<=": value <= limit, "<": value < limit}[gate.option("comparison")]
    return _verdict(good), f"{value:g}", {"value": value, "kind": kind}


def _relative(gate: Gate, evidence: Evidence, around: Surroundings) -> Answer:
    found = metric_of(evidence, gate.option("key"))
    if found is None or found[1] == NAN:
        return FAILED, "not logged" if found is None else "NaN", {"value": None}
    there = metric_of(around.baseline, gate.option("key")) if around.baseline else None
    inputs: dict[str, Any] = {"value": found[0], "baseline": None}
    if around.baseline is None or there is None or there[1] == NAN:
        who = "no version stands there" if around.baseline is None else "the version there has no such metric"
        return PASSED, f"{found[0]:g}; {who}", inputs
    inputs |= {"baseline": there[0], "baseline_version": around.baseline.version.number}
    slack = gate.option("tolerance") * (abs(there[0]) / 100 if gate.option("unit") == "percent" else 1)
    worse = there[0] - found[0] if gate.option("direction") == "higher" else found[0] - there[0]
    return _verdict(worse <= slack), f"{there[0]:g} to {found[0]:g}", inputs


def _tags(gate: Gate, evidence: Evidence, around: Surroundings) -> Answer:
    tags = evidence.tags
    wrong = [key for key, value in gate.tags.items() if key not in tags or (value and tags[key] != value)]
    inputs = {"tags": {key: tags.get(key) for key in gate.tags}}
    return _verdict(not wrong), "missing or different: " + ", ".join(wrong) if wrong else "all there", inputs


def _description(gate: Gate, evidence: Evidence, around: Surroundings) -> Answer:
    length = len(evidence.version.description.strip())
    return _verdict(length > 0), f"{length} characters" if length else "empty", {"length": length}


def _signature(gate: Gate, evidence: Evidence, around: Surroundings) -> Answer:
    file = evidence.file("MLmodel")
    if file is None:
        return FAILED, "no MLmodel file here", {"MLmodel": None}
    has = around.signatures.get(file.sha256)
    inputs = {"MLmodel": file.sha256}
    if has is None:
        return PENDING, "waits for a worker", inputs
    return _verdict(has), "has one" if has else "has none", inputs


def _example(gate: Gate, evidence: Evidence, around: Surroundings) -> Answer:
    found = next((file for name in EXAMPLES if (file := evidence.file(name))), None)
    inputs = {"file": found.path if found else None, "sha256": found.sha256 if found else None}
    return _verdict(found is not None), found.path if found else "none", inputs


def _dataset(gate: Gate, evidence: Evidence, around: Surroundings) -> Answer:
    names = [name for name, _ in evidence.run.datasets] if evidence.run else []
    wanted = gate.option("name")
    good = wanted in names if wanted else bool(names)
    return _verdict(good), ", ".join(names[:5]) or "none", {"datasets": evidence.run.datasets if evidence.run else []}


def _commit(gate: Gate, evidence: Evidence, around: Surroundings) -> Answer:
    tags = {key: evidence.run.tags.get(key) if evidence.run else None for key in COMMIT_TAGS}
    commit, dirty = tags.values()
    if not commit:
        return FAILED, "no commit recorded", tags
    unclean = (dirty or "").lower() == "true"
    return _verdict(not unclean), f"{commit[:12]}{' with changes' if unclean else ''}", tags


def _stored(gate: Gate, evidence: Evidence, around: Surroundings) -> Answer:
    if evidence.files is None:
        return FAILED, "the artifacts lie elsewhere", {"location": evidence.version.storage_location}
    inputs = {"files": len(evidence.files), "problems": evidence.problems}
    if not evidence.files or evidence.problems:
        return FAILED, evidence.problems[0] if evidence.problems else "no files", inputs
    return PASSED, f"{len(evidence.files)} files, {sum(file.size for file in evidence.files)} bytes", inputs


def _external(gate: Gate, evidence: Evidence, around: Surroundings) -> Answer:
    check = around.checks.get(gate.option("name"))
    if check is None:
        return PENDING, "not posted yet", {"state": None}
    state = {"success": PASSED, "failure": FAILED}.get(check.state, PENDING)
    said = f"{check.state} by {check.posted_by}" + (f": {check.description}" if check.description else "")
    return state, said, {"state": check.state, "url": check.url, "by": check.posted_by}


_KINDS: dict[str, Any] = {
    gate_terms.METRIC: _metric,
    gate_terms.RELATIVE: _relative,
    gate_terms.TAGS: _tags,
    gate_terms.DESCRIPTION: _description,
    gate_terms.SIGNATURE: _signature,
    gate_terms.EXAMPLE: _example,
    gate_terms.DATASET: _dataset,
    gate_terms.COMMIT: _commit,
    gate_terms.STORED: _stored,
    gate_terms.EXTERNAL: _external,
}
