"""Runs side by side: which rows differ from the baseline, by how much, and which value is the best. Pure."""

import math
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.experiments.records import MetricValue, RunRecord
from apps.web import formats
from apps.web.directions import direction

CODE_TAGS = (
    ("mlflow.source.git.commit", _("commit")),
    ("mlflow.source.git.branch", _("branch")),
    ("mlflow.source.name", _("source")),
    ("mlflow.source.type", _("kind of source")),
)


@dataclass(slots=True)
class Cell:
    """A value; `diff` is chg, add or del against the baseline, `better` whether the delta is one, None where nobody knows."""

    text: str = ""
    diff: str = ""
    delta: str = ""
    better: bool | None = None
    best: bool = False


@dataclass(slots=True)
class Row:
    """One key over all runs."""

    name: str | Promise
    cells: list[Cell]

    @property
    def differs(self) -> bool:
        """Whether any run has something else than the first."""
        return any(cell.text != self.cells[0].text for cell in self.cells[1:])


@dataclass(slots=True)
class Group:
    """Rows of one kind."""

    name: str | Promise
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Differences:
    """What is shown, and how many rows there are of which how many differ."""

    groups: list[Group]
    total: int
    differing: int

    @property
    def identical(self) -> int:
        """Rows that are the same in all runs."""
        return self.total - self.differing


def differences(runs: list[RunRecord], *, everything: bool = False) -> Differences:
    """The table of these runs, the first being the baseline; without `everything` only rows that differ."""
    groups = [
        _texts(_("Params"), [dict(run.params) for run in runs]),
        _metrics(runs),
        _texts(_("Tags"), [{key: value for key, value in run.tags if not key.startswith("mlflow.")} for run in runs]),
        _texts(_("Datasets"), [_datasets(run) for run in runs]),
        _code(runs),
    ]
    rows = [row for group in groups for row in group.rows]
    differing = [row for row in rows if row.differs]
    if not everything:
        for group in groups:
            group.rows = [row for row in group.rows if row.differs]
    return Differences([group for group in groups if group.rows], len(rows), len(differing))


def _texts(name: str | Promise, values: list[dict[str, str]]) -> Group:
    keys = sorted({key for one in values for key in one})
    return Group(name, [Row(key, _text_cells([one.get(key, "") for one in values])) for key in keys])


def _text_cells(texts: list[str]) -> list[Cell]:
    base = texts[0]
    kinds = {(True, True): "chg", (True, False): "del", (False, True): "add", (False, False): ""}
    return [Cell(text, "" if text == base else kinds[bool(base), bool(text)]) for text in texts]


def _datasets(run: RunRecord) -> dict[str, str]:
    return {one.name: one.digest for one in run.inputs}


def _code(runs: list[RunRecord]) -> Group:
    tags = [dict(run.tags) for run in runs]
    known = [(key, name) for key, name in CODE_TAGS if any(one.get(key) for one in tags)]
    return Group(_("Code"), [Row(name, _text_cells([one.get(key, "")[:40] for one in tags])) for key, name in known])


def _metrics(runs: list[RunRecord]) -> Group:
    values = [{metric.key: metric for metric in run.metrics} for run in runs]
    keys = sorted({key for one in values for key in one})
    return Group(_("Metrics"), [Row(key, _metric_cells(key, [one.get(key) for one in values])) for key in keys])


def _metric_cells(key: str, values: list[MetricValue | None]) -> list[Cell]:
    way = direction(key)
    finite = [value.value for value in values if value is not None and not value.kind]
    best = None if not way or len(set(finite)) < 2 else max(finite, key=lambda number: number * way)
    return [_metric_cell(value, values[0], way, best) for value in values]


def _metric_cell(value: MetricValue | None, base: MetricValue | None, way: int, best: float | None) -> Cell:
    if value is None:
        return Cell()
    cell = Cell(formats.metric(value.value, value.kind), best=not value.kind and best is not None and value.value == best)
    if base is None or base.kind or value.kind or value.value == base.value:
        return cell
    change = value.value - base.value
    cell.delta = formats.signed(change)
    if base.value and math.isfinite(change / base.value):
        share = change / abs(base.value)
        cell.delta += f" ({'+' if share > 0 else ''}{formats.percent(share)})"
    cell.better = change * way > 0 if way else None
    return cell
