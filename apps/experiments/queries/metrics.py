"""The history of metrics as the wire asks for it."""

from dataclasses import dataclass

from django.db import connection

from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.core.paging import decode_offset, encode_offset
from apps.experiments.access import access_run
from apps.experiments.interning import find_metric_key
from apps.experiments.records import MetricValue

MAX_HISTORY_PAGE = 25_000


@dataclass(slots=True)
class HistoryPage:
    """A page of a history and the token of the next one ("" if there is none)."""

    points: list[MetricValue]
    next_page_token: str


def get_history(actor: Actor, run_id: str, key: str, *, page_token: str = "", max_results: int = 0) -> HistoryPage:
    """Points of a metric by (timestamp, step, value). A run or key that is not there has none. Raises Invalid, Denied."""
    try:
        run = access_run(actor, run_id, "run.read")
    except Missing:
        return HistoryPage([], "")
    key_id = find_metric_key(key)
    if key_id is None:
        return HistoryPage([], "")
    offset = decode_offset(page_token)
    limit = min(max_results or MAX_HISTORY_PAGE, MAX_HISTORY_PAGE)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT value, kind, timestamp, step FROM experiments_point WHERE run_id = %s AND key_id = %s"
            " ORDER BY timestamp, step, value, kind LIMIT %s OFFSET %s",
            [run.id, key_id, limit + 1, offset],
        )
        found = cursor.fetchall()
    token = encode_offset(offset + limit) if len(found) > limit else ""
    return HistoryPage([MetricValue(key, *row) for row in found[:limit]], token)
