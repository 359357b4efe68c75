"""What changes from one version to another, line by line."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from apps.artifacts.queries.reading import open_file
from apps.core.errors import DomainError
from apps.registry import gates, signatures
from apps.registry.evidence import COMMIT_TAGS, READER, Evidence
from apps.registry.mlmodel import Column, ModelFile, read_mlmodel, read_requirements

MOST_TEXT = 500_000
SOURCE_TAGS = (*COMMIT_TAGS, "mlflow.source.name", "mlflow.source.git.branch", "mlflow.source.git.repoURL")
SIGNATURE = "Signature"


@dataclass(frozen=True, slots=True)
class Difference:
    """One line: what it is called, and its text on both sides; None where a side has no such thing.

    `breaks` says, for a line of the signature, whom the change breaks; "" if nobody.
    """

    name: str
    before: str | None
    after: str | None
    number_before: float | None = None
    number_after: float | None = None
    breaks: str = ""

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

    @property
    def breaking(self) -> list[Difference]:
        """The changes of the signature that break somebody."""
        return [line for line in self.groups.get(SIGNATURE, []) if line.breaks]


class Side:
    """A version with what its files say; each file is read when somebody asks, and once."""

    def __init__(self, evidence: Evidence):
        self.evidence = evidence

    @cached_property
    def model(self) -> ModelFile:
        """Its MLmodel; an empty one where there is none here."""
        return read_mlmodel(self.text("MLmodel"))

    @cached_property
    def packages(self) -> dict[str, str]:
        """Its requirements.txt."""
        return read_requirements(self.text("requirements.txt"))

    def text(self, name: str, most: int = MOST_TEXT) -> str:
        """The beginning of a file of its folder; "" where there is no such file or the store gives none."""
        if self.evidence.file(name) is None:
            return ""
        try:
            path = f"{self.evidence.folder}/{name}".lstrip("/")
            return open_file(READER, self.evidence.root, path).read(most).decode("utf-8", "replace")
        except DomainError:
            return ""  # the store is away: the page says less, but it says it


def compare(before: Side | None, after: Side) -> Comparison:
    """All lines of two sides."""
    sides = (before, after)
    runs = [side.evidence.run if side else None for side in sides]
    lines = _pairs(*[_signature(side.model) if side else {} for side in sides])
    comparison = Comparison(before.evidence.version.number if before else None, after.evidence.version.number)
    comparison.groups = {
        "Metrics": _metrics(before, after),
        "Params": _pairs(*[run.params if run else {} for run in runs]),
        "Data": _pairs(*[dict(run.datasets) if run else {} for run in runs]),
        SIGNATURE: _with_breaks(lines, had_one=before is not None and before.model.has_signature),
        "Packages": _pairs(*[side.packages if side else {} for side in sides]),
        "Code": _pairs(*[_source(side) for side in sides]),
        "Tags": _pairs(*[side.evidence.tags if side else {} for side in sides]),
        "Files": _pairs(*[{file.path: file.sha256 for file in side.evidence.files or []} if side else {} for side in sides]),
    }
    return comparison


def _with_breaks(lines: list[Difference], *, had_one: bool) -> list[Difference]:
    if not had_one:
        return lines  # nobody can rely on a signature that was not there
    return [replace(line, breaks=signatures.breaks(line.name, line.before, line.after)) for line in lines]


def _metrics(before: Side | None, after: Side) -> list[Difference]:
    keys = {key for side in (before, after) for key in _metric_keys(side)}
    lines = []
    for key in sorted(keys):
        first, second = (gates.metric_of(side.evidence, key) if side else None for side in (before, after))
        lines.append(Difference(key, _shown(first), _shown(second), _number(first), _number(second)))
    return lines


def _metric_keys(side: Side | None) -> set[str]:
    if side is None:
        return set()
    run, model = side.evidence.run, side.evidence.logged_model
    keys = {key for key in (run.metrics if run else {}) if not key.startswith("system/")}
    return keys | {point[0] for point in (model.metrics if model else [])}


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
        return column.type + ("" if column.required else signatures.OPTIONAL)

    parts = (("input", file.inputs), ("output", file.outputs), ("param", file.params))
    return {f"{part} {column.name}": said(column) for part, columns in parts for column in columns}


def _source(side: Side | None) -> dict[str, str]:
    tags = side.evidence.run.tags if side and side.evidence.run else {}
    return {key.removeprefix("mlflow.source."): tags[key] for key in SOURCE_TAGS if key in tags}
