"""Runs compared: curves together, parallel coordinates, scatter plot, differences from a baseline."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.experiments.queries import comparison
from apps.experiments.queries import experiments as queries
from apps.experiments.records import RunRecord
from apps.web import colors, run_csv
from apps.web.base import actor_of, render, signed_in
from apps.web.differences import differences
from apps.web.directions import direction
from apps.web.table_state import Column

MOST_CARDS = 60


@signed_in
def compare(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The runs of `runs` (ids between commas), against `base` or the first; with `all` the rows that are the same too."""
    actor = actor_of(request)
    record = queries.get_experiment(actor, experiment_id)
    asked = list(dict.fromkeys(part for part in request.GET.get("runs", "").split(",") if part))
    found = comparison.list_runs(actor, asked)
    base = next((run for run in found if run.run_id == request.GET.get("base")), found[0] if found else None)
    ordered = [base, *[run for run in found if run is not base]] if base else []
    taken = colors.colors(run.run_id for run in found)
    everything = request.GET.get("all") == "1"
    context: dict[str, Any] = {
        "experiment": record,
        "crumbs": [
            {"label": _("Experiments"), "url": reverse("web:experiments")},
            {"label": record.name, "url": reverse("web:experiment", args=[record.id])},
        ],
        "title": ngettext("Compare %(n)d run", "Compare %(n)d runs", len(found)) % {"n": len(found)},
        "runs": [_column(run, base, taken) for run in found] if base else [],
        "base": base,
        "absent": len(asked) - len(found),
        "everything": everything,
        "elsewhere": sum(run.experiment_id != record.id for run in found),
    }
    if base:
        context |= {
            "columns": [_column(run, base, taken) for run in ordered],
            "differences": differences(ordered, everything=everything),
            "curves": _curves(comparison.list_curve_keys(actor, asked)),
            "ids": ",".join(run.run_id for run in found),
            "live": any(run.status == 1 for run in found),
            "data": [_data(run) for run in found],
            "better": {metric.key: direction(metric.key) for run in found for metric in run.metrics},
        }
    return render(request, "web/experiments/compare.html", context)


def _column(run: RunRecord, base: RunRecord, taken: dict[str, str]) -> dict[str, str]:
    return {
        "id": run.run_id,
        "name": run.name or run.run_id[:8],
        "note": _("baseline") if run is base else "",
        "color": taken[run.run_id],
        "url": reverse("web:run", args=[run.run_id]),
    }


def _curves(keys: list[str]) -> list[str]:
    """What is judged by its name first: a comparison is about losses and scores, not about the machine."""
    own = [key for key in keys if not key.startswith("system/")]
    return sorted(own, key=lambda key: (direction(key) == 0, key))[:MOST_CARDS]


def _data(run: RunRecord) -> dict[str, Any]:
    """Values by the ids of columns, as the run table has them."""
    values: dict[str, Any] = {Column("param", key).spelling: value for key, value in run.params}
    values |= {
        Column("metric", metric.key).spelling: run_csv.WORDS.get(metric.kind, metric.value)
        for metric in run.metrics
        if not metric.key.startswith("system/")
    }
    return {"id": run.run_id, "name": run.name or run.run_id[:8], "values": values}
