"""Filters for runs and metrics."""

from django import template

from apps.core import clock
from apps.experiments.queries.series import SeriesSummary
from apps.web import formats

register = template.Library()
STATUS_NAMES = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}


@register.filter
def run_status(status: int) -> str:
    """MLflow's word for a run's status."""
    return STATUS_NAMES[status]


@register.filter
def run_duration(start_time: int, end_time: int | None) -> str:
    """How long a run took, or has taken so far; both times in ms."""
    if not start_time:
        return "–"
    return formats.duration(max(0, (end_time or clock.now_ms()) - start_time) / 1000)


@register.filter
def latest(series: SeriesSummary) -> str:
    """The last value of a metric."""
    return formats.metric(series.latest_value, series.latest_kind)
