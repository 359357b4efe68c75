"""What changes from one version to another, as an approver wants to see it."""

from dataclasses import dataclass, field

from apps.artifacts.queries.reading import open_file
from apps.core.actor import Actor
from apps.core.errors import DomainError
from apps.registry import evidence, gates
from apps.registry.access import access_request, access_version
from apps.registry.cases import standing_there
from apps.registry.evidence import COMMIT_TAGS, READER, Evidence
from apps.registry.mlmodel import Column, ModelFile, read_mlmodel, read_requirements
from apps.registry.models import TransitionRequest
from apps.registry.subjects import of_request

MOST_TEXT = 500_000
SOURCE_TAGS = (*COMMIT_TAGS, "mlflow.source.name", "mlflow.source.git.branch", "mlflow.source.git.repoURL")


@dataclass(frozen=True, slots=True)
class Difference:
    """One line: what it is called, and its text on both sides; None where a side has no such thing."""

    name: str
    before: str | None
    after: str | None
    number_before: float | None = None
    number_after: float | None = None

    @property
    def is_change(self) -> bool:
        """Whether the sides differ."""
        return self.before != self.after


@dataclass(slots=True)
class Comparison:
    """All lines by group; `before` is None when nothing stands there."""

    before: int | None
    after: int
    groups: dict[str, list[Difference]] = field(default_factory=dict)


def compare_request(actor: Actor, request_id: int) -> Comparison | None:
    """The request's version beside the one that stands in its target now; None for a request on a whole model. Raises Missing."""
    found = access_request(actor, request_id, "request.read")
    subject = of_request(TransitionRequest.objects.get(pk=found.id), found.model)
    if subject.version is None:
        return None
    there = standing_there(subject)
    return _compare(evidence.of_version(there) if there else None, evidence.of_version(subject.version.id))


def compare_versions(actor: Actor, name: str, before: str, after: str) -> Comparison:
    """Two versions of one model. Raises Invalid, Missing."""
    first = access_version(actor, name, before, "model_version.read")
    second = access_version(actor, name, after, "model_version.read")
    return _compare(evidence.of_version(first.id), evidence.of_version(second.id))


def model_file(actor: Actor, name: str, version: str) -> ModelFile:
    """What the version's MLmodel says; an empty one where there is none here. Raises Invalid, Missing."""
    found = access_version(actor, name, version, "model_version.read")
    return read_mlmodel(_text(evidence.of_version(found.id), "MLmodel"))


def _compare(before: Evidence | None, after: Evidence) -> Comparison:
    sides = (before, after)
    files = [read_mlmodel(_text(side, "MLmodel")) if side else ModelFile() for side in sides]
    packages = [read_requirements(_text(side, "requirements.txt")) if side else {} for side in sides]
    comparison = Comparison(before.version.number if before else None, after.version.number)
    comparison.groups = {
        "Metrics": _metrics(before, after),
        "Params": _pairs(*[(side.run.params if side and side.run else {}) for side in sides]),
        "Data": _pairs(*[(dict(side.run.datasets) if side and side.run else {}) for side in sides]),
        "Signature": _pairs(*[_signature(file) for file in files]),
        "Packages": _pairs(*packages),
        "Code": _pairs(*[_source(side) for side in sides]),
        "Files": _pairs(*[{file.path: file.sha256 for file in (side.files or [])} if side else {} for side in sides]),
    }
    return comparison


def _metrics(before: Evidence | None, after: Evidence) -> list[Difference]:
    keys = {key for side in (before, after) for key in _metric_keys(side)}
    lines = []
    for key in sorted(keys):
        first, second = (gates.metric_of(side, key) if side else None for side in (before, after))
        lines.append(Difference(key, _shown(first), _shown(second), _number(first), _number(second)))
    return lines


def _metric_keys(side: Evidence | None) -> set[str]:
    if side is None:
        return set()
    keys = {key for key in (side.run.metrics if side.run else {}) if not key.startswith("system/")}
    return keys | {point[0] for point in (side.logged_model.metrics if side.logged_model else [])}


def _shown(metric: tuple[float, int] | None) -> str | None:
    if metric is None:
        return None
    return "NaN" if metric[1] == gates.NAN else f"{metric[0]:.6g}"


def _number(metric: tuple[float, int] | None) -> float | None:
    return metric[0] if metric is not None and metric[1] == gates.FINITE else None


def _pairs(before: dict[str, str], after: dict[str, str]) -> list[Difference]:
    return [Difference(key, before.get(key), after.get(key)) for key in sorted(before.keys() | after.keys())]


def _signature(file: ModelFile) -> dict[str, str]:
    def said(column: Column) -> str:
        return column.type + ("" if column.required else ", optional")

    parts = (("input", file.inputs), ("output", file.outputs), ("param", file.params))
    return {f"{part} {column.name}": said(column) for part, columns in parts for column in columns}


def _source(side: Evidence | None) -> dict[str, str]:
    tags = side.run.tags if side and side.run else {}
    return {key.removeprefix("mlflow.source."): tags[key] for key in SOURCE_TAGS if key in tags}


def _text(side: Evidence, name: str) -> str:
    if side.file(name) is None:
        return ""
    try:
        path = f"{side.folder}/{name}".lstrip("/")
        return open_file(READER, side.root, path).read(MOST_TEXT).decode("utf-8", "replace")
    except DomainError:
        return ""  # the store is away: the page says less, but it says it
