"""The history of metrics as the wire asks for it."""

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from apps.core.actor import Actor
from apps.core.errors import Invalid, Missing
from apps.core.paging import decode_offset, decode_token, encode_offset, encode_token
from apps.experiments.access import access_run, access_runs
from apps.experiments.interning import find_metric_key
from apps.experiments.records import MetricValue
from apps.experiments.sampling import sampled_steps

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
    place = _read_place(page_token)
    limit = _page_size(max_results)
    with connection.cursor() as cursor:
        if not page_token and _is_longer(cursor, [run.id, key_id], limit):
            place = Place(by_step=_runs_with_its_steps(cursor, [run.id, key_id]))
        found = _page(cursor, [run.id, key_id], place, limit + 1)
    token = _write_place(place, found[limit - 1], limit) if len(found) > limit else ""
    return HistoryPage([MetricValue(key, *row) for row in found[:limit]], token)


PointKey = tuple[int, int, float, int]  # step, timestamp, value, kind


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a history begins: at an offset of the points by time; or, in a series whose time runs with its steps
    (`by_step`), behind a point. There the order of the key is that of time, so that no page has to sort all points anew."""

    offset: int = 0
    by_step: bool = False
    after: PointKey | None = None


def _page(cursor: CursorWrapper, series: list[int], place: Place, limit: int) -> list[tuple[Any, ...]]:
    """Rows of (value, kind, timestamp, step)."""
    behind = " AND (step, timestamp, value, kind) > (%s, %s, %s, %s)" if place.after else ""
    order = "step, timestamp, value, kind" if place.by_step else "timestamp, step, value, kind"
    cursor.execute(
        f"SELECT value, kind, timestamp, step FROM experiments_point WHERE run_id = %s AND key_id = %s{behind}"
        f" ORDER BY {order} LIMIT %s OFFSET %s",
        [*series, *(place.after or ()), limit, place.offset],
    )
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _is_longer(cursor: CursorWrapper, series: list[int], limit: int) -> bool:
    """Whether the series has more points than a page."""
    cursor.execute("SELECT 1 FROM experiments_series WHERE run_id = %s AND key_id = %s AND count > %s", [*series, limit])
    return cursor.fetchone() is not None


def _runs_with_its_steps(cursor: CursorWrapper, series: list[int]) -> bool:
    """Whether no point has an earlier time than one of an earlier step: one look along the key, once for all pages."""
    pairs = (
        "SELECT timestamp, lag(timestamp) OVER (ORDER BY step, timestamp, value, kind) AS before"
        " FROM experiments_point WHERE run_id = %s AND key_id = %s"
    )
    cursor.execute(f"SELECT NOT EXISTS (SELECT 1 FROM ({pairs}) AS pairs WHERE timestamp < before)", series)
    return bool(cursor.fetchone()[0])


def _write_place(place: Place, last: tuple[Any, ...], limit: int) -> str:
    """The token of the page behind `last`."""
    if not place.by_step:
        return encode_offset(place.offset + limit)
    value, kind, timestamp, step = last
    return encode_token({"after": [step, timestamp, value, kind]})


def _read_place(token: str) -> Place:
    """Raises Invalid for a token that is not of ours."""
    after = decode_token(token).get("after")
    if after is None:
        return Place(decode_offset(token))
    if not (isinstance(after, list) and len(after) == 4 and all(type(part) in {int, float} for part in after)):
        raise Invalid("Invalid page token")
    step, timestamp, value, kind = after
    if not all(isinstance(part, int) and abs(part) < 2**63 for part in (step, timestamp, kind)) or not math.isfinite(value):
        raise Invalid("Invalid page token")
    return Place(by_step=True, after=(step, timestamp, float(value), kind))


def _page_size(max_results: int) -> int:
    """How many points an answer holds: what was asked for, up to the limit; all that may be where nothing was. Raises Invalid."""
    if max_results < 0:
        raise Invalid(f"Invalid value {max_results} for parameter 'max_results' supplied")
    return min(max_results or MAX_HISTORY_PAGE, MAX_HISTORY_PAGE)


MAX_BULK_RUNS = 100
MAX_INTERVAL_RESULTS = 2500


def get_history_bulk(actor: Actor, run_ids: list[str], key: str, *, max_results: int = 0) -> list[tuple[str, MetricValue]]:
    """Points of a metric of many runs by (run id, timestamp, step, value), cut to `max_results` overall. Raises Invalid."""
    runs = access_runs(actor, run_ids, "run.read")
    key_id = find_metric_key(key)
    if key_id is None or not runs:
        return []
    limit = _page_size(max_results)
    names = {run.id: run.run_id for run in runs}
    found: list[tuple[str, MetricValue]] = []
    for pk, run_id in sorted(names.items(), key=lambda item: item[1]):
        if len(found) >= limit:
            break
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT value, kind, timestamp, step FROM experiments_point WHERE run_id = %s AND key_id = %s"
                " ORDER BY timestamp, step, value, kind LIMIT %s",
                [pk, key_id, limit - len(found)],
            )
            found.extend((run_id, MetricValue(key, *row)) for row in cursor.fetchall())
    return found


def get_history_interval(
    actor: Actor,
    run_ids: list[str],
    key: str,
    *,
    start: int | None = None,
    end: int | None = None,
    max_results: int = MAX_INTERVAL_RESULTS,
) -> list[tuple[str, MetricValue]]:
    """Points of a metric of many runs at sampled steps (protocol, 6.5), by run in the order asked for, then step, timestamp,
    value."""
    runs = access_runs(actor, run_ids, "run.read")
    key_id = find_metric_key(key)
    if key_id is None or not runs:
        return []
    with connection.cursor() as cursor:
        points = _points_at_sampled_steps(cursor, key_id, [run.id for run in runs], start, end, max_results)
    by_run: dict[int, list[MetricValue]] = {run.id: [] for run in runs}
    for pk, value, kind, timestamp, step in points:
        by_run[pk].append(MetricValue(key, value, kind, timestamp, step))
    return [(run.run_id, point) for run in runs for point in by_run[run.id]]


def _points_at_sampled_steps(
    cursor: CursorWrapper, key_id: int, runs: list[int], start: int | None, end: int | None, wanted: int
) -> list[tuple[Any, ...]]:
    """Rows of (run, value, kind, timestamp, step) by step, timestamp, value. Steps are counted in the table only where the
    series leave a doubt: a run with as many points as its span has steps nearly always has one at each."""
    keys = ",".join(map(str, runs))
    cursor.execute(
        f"SELECT run_id, count, first_step, latest_step FROM experiments_series WHERE key_id = %s AND run_id IN ({keys})",
        [key_id],
    )
    series = cursor.fetchall()
    low = 0 if start is None else start
    high = max((row[3] for row in series), default=-1) if end is None else end
    where = f"key_id = %s AND run_id IN ({keys}) AND step BETWEEN %s AND %s"
    params: list[Any] = [key_id, low, high]
    if sum(row[1] for row in series) <= wanted:
        return _read_points(cursor, where, params)
    ends = {step for row in series for step in row[2:4] if low <= step <= high}
    spans = {run: (max(first, low), min(last, high)) for run, count, first, last in series if count == last - first + 1}
    if len(spans) == len(series):
        chosen = sampled_steps(list(spans.values()), wanted) | ends
        points = _read_steps(cursor, key_id, keys, chosen)
        places = sorted(chosen)
        wanted_places = sum(bisect_right(places, last) - bisect_left(places, first) for first, last in spans.values())
        # No run has a step outside of its span, so none is missing if there are as many.
        if len({(row[0], row[4]) for row in points}) == wanted_places:
            return points
    return _read_steps(cursor, key_id, keys, _counted_steps(cursor, where, params, wanted) | ends)


_COLUMNS = "run_id, value, kind, timestamp, step"
_ORDER = "ORDER BY step, timestamp, value, kind"


def _read_points(cursor: CursorWrapper, where: str, params: list[Any]) -> list[tuple[Any, ...]]:
    cursor.execute(f"SELECT {_COLUMNS} FROM experiments_point WHERE {where} {_ORDER}", params)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _read_steps(cursor: CursorWrapper, key_id: int, keys: str, steps: set[int]) -> list[tuple[Any, ...]]:
    """As _read_points, each step of each run looked up by itself: PostgreSQL would read all that lies between (half the time at
    20 runs of 100,000 points)."""
    listed = ",".join(map(str, sorted(steps)))
    if connection.vendor != "postgresql":
        return _read_points(cursor, f"key_id = %s AND run_id IN ({keys}) AND step IN ({listed})", [key_id])
    cursor.execute(
        "SELECT found.* FROM unnest(%s::bigint[]) AS run, unnest(%s::bigint[]) AS place, LATERAL ("
        f"SELECT {_COLUMNS} FROM experiments_point WHERE run_id = run AND key_id = %s AND step = place OFFSET 0) AS found"
        f" {_ORDER}",
        [f"{{{keys}}}", f"{{{listed}}}", key_id],
    )
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _counted_steps(cursor: CursorWrapper, where: str, params: list[Any], wanted: int) -> set[int]:
    """Every (n / wanted)-th distinct step and the last; all if there are no more than wanted."""
    steps = f"SELECT DISTINCT step FROM experiments_point WHERE {where}"
    cursor.execute(
        "SELECT step FROM (SELECT step, row_number() OVER (ORDER BY step) AS place, count(*) OVER () AS total"
        f" FROM ({steps}) AS d) AS numbered"
        " WHERE total <= %s OR (place - 1) %% (total / %s) = 0 OR place = total",
        [*params, wanted, wanted],
    )
    return {step for (step,) in cursor.fetchall()}
