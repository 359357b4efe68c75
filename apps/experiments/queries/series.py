"""Curves for charts: points reduced to the pixels asked for, with the exact minimum, maximum and last of every bucket.

Everything that draws reads through here, so that what stands behind it (rows today) may change.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from apps.core.actor import Actor
from apps.core.errors import Invalid
from apps.experiments.access import RunAccess, access_run, access_runs
from apps.experiments.interning import find_metric_key
from apps.experiments.models.metrics import NAN
from apps.experiments.models.runs import RUNNING

MAX_RUNS = 200
MIN_WIDTH, MAX_WIDTH = 20, 4000


@dataclass(slots=True)
class Curve:
    """One metric of one run. Points are (step, value, kind, timestamp ms) by step; `count` is how many are stored."""

    run_id: str
    name: str
    count: int
    running: bool
    start_time: int
    latest: tuple[int, float, int, int]
    points: list[tuple[int, float, int, int]] = field(default_factory=list)
    nan_steps: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Curves:
    """A metric of several runs; `version` changes exactly when something that is shown does."""

    key: str
    version: str
    curves: list[Curve]


@dataclass(slots=True)
class SeriesSummary:
    """What is known of a metric of a run without its points; None where all its values are NaN."""

    key: str
    count: int
    nan_count: int
    min_value: float | None
    min_step: int | None
    max_value: float | None
    max_step: int | None
    latest_value: float
    latest_kind: int
    latest_step: int
    latest_timestamp: int
    first_step: int


_SUMMARY = (
    "k.name, s.count, s.nan_count, s.min_value, s.min_step, s.max_value, s.max_step, s.latest_value, s.latest_kind,"
    " s.latest_step, s.latest_timestamp, s.first_step"
)


def list_series(actor: Actor, run_id: str) -> list[SeriesSummary]:
    """All metrics of a run, by name. Raises Missing."""
    run = access_run(actor, run_id, "run.read")
    tables = "experiments_series s JOIN experiments_metrickey k ON k.id = s.key_id"
    sql = f"SELECT {_SUMMARY} FROM {tables} WHERE s.run_id = %s ORDER BY k.name"
    with connection.cursor() as cursor:
        cursor.execute(sql, [run.id])
        return [SeriesSummary(*row) for row in cursor.fetchall()]


def get_curves(
    actor: Actor,
    run_ids: list[str],
    key: str,
    *,
    width: int = 600,
    start: int | None = None,
    end: int | None = None,
    known: str = "",
) -> Curves | None:
    """The curves of a metric over [start, end] steps, at most about four points a pixel of `width`. None if `known` is still the
    version.

    Hidden and missing runs are left out. Raises Invalid.
    """
    runs = access_runs(actor, run_ids[: MAX_RUNS + 1], "run.read")
    if len(run_ids) > MAX_RUNS:
        raise Invalid(f"At most {MAX_RUNS} runs can be drawn at once, got {len(run_ids)}")
    if start is not None and end is not None and start > end:
        raise Invalid(f"The range {start} to {end} is empty")
    width = max(MIN_WIDTH, min(width, MAX_WIDTH))
    key_id = find_metric_key(key)
    heads = _heads(runs, key_id) if key_id is not None and runs else {}
    version = _version(runs, heads, width, start, end)
    if version == known:
        return None
    curves = []
    for run in runs:
        if run.id not in heads:
            continue
        count, low, high, latest, status, start_time = heads[run.id]
        curve = Curve(run.run_id, run.name, count, status == RUNNING, start_time, latest)
        _fill(
            curve,
            run,
            key_id,
            count,
            max(low, start) if start is not None else low,
            min(high, end) if end is not None else high,
            width,
        )
        curves.append(curve)
    return Curves(key, version, curves)


def _heads(runs: list[RunAccess], key_id: int | None) -> dict[int, Any]:
    """What the series and run rows say, by the run's key: one statement for all runs."""
    keys = ",".join(str(run.id) for run in runs)
    sql = (
        "SELECT s.run_id, s.count, s.first_step, s.latest_step, s.latest_value, s.latest_kind, s.latest_timestamp, r.status, "
        "r.start_time"
        f" FROM experiments_series s JOIN experiments_run r ON r.id = s.run_id WHERE s.key_id = %s AND s.run_id IN ({keys})"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [key_id])
        return {
            pk: (count, low, high, (high, value, kind, stamp), status, start_time)
            for pk, count, low, high, value, kind, stamp, status, start_time in cursor.fetchall()
        }


def _version(runs: list[RunAccess], heads: dict[int, Any], *rest: object) -> str:
    seen = [(run.run_id, run.name, heads.get(run.id)) for run in runs]
    return hashlib.blake2s(repr((seen, rest)).encode(), digest_size=12).hexdigest()


def _fill(curve: Curve, run: RunAccess, key_id: int | None, count: int, low: int, high: int, width: int) -> None:
    if low > high:
        return
    with connection.cursor() as cursor:
        if count <= 2 * width:
            cursor.execute(f"{_POINTS} ORDER BY step, timestamp, value", [run.id, key_id, low, high])
            rows = cursor.fetchall()
        else:
            rows = _buckets(cursor, run.id, key_id, low, high, width)
        curve.points = [row for row in rows if row[2] != NAN]
        curve.nan_steps = sorted({row[0] for row in rows if row[2] == NAN})


_POINTS = (
    "SELECT step, value, kind, timestamp FROM experiments_point WHERE run_id = %s AND key_id = %s AND step BETWEEN %s AND %s"
)


def _buckets(
    cursor: CursorWrapper, run_pk: int, key_id: int | None, low: int, high: int, width: int
) -> list[tuple[int, float, int, int]]:
    """Least, greatest, first and last point of each of `width` equal ranges of steps, and up to 1,000 NaN."""
    size = max(1, -(-(high - low + 1) // width))
    where = f"run_id = %s AND key_id = %s AND step BETWEEN %s AND %s AND kind <> {NAN}"
    params = [run_pk, key_id, low, high]
    found: set[tuple[int, float, int, int]] = set()
    if connection.vendor == "postgresql":
        # Arrays compare item by item, so one pass over the rows finds each extreme together with where it stands.
        row = "ARRAY[value, step::float8, kind::float8, timestamp::float8]"
        by_step = "ARRAY[step::float8, timestamp::float8, value, kind::float8]"
        extremes = f"min({row}), max({row}), min({by_step}), max({by_step})"
        sql = f"SELECT {extremes} FROM experiments_point WHERE {where} GROUP BY (step - %s) / %s"
        cursor.execute(sql, [*params, low, size])
        for least, greatest, first, last in cursor.fetchall():
            found.update((int(step), value, int(kind), int(stamp)) for value, step, kind, stamp in (least, greatest))
            found.update((int(step), value, int(kind), int(stamp)) for step, stamp, value, kind in (first, last))
    else:
        # SQLite takes the other columns of a group from the row that gave its only minimum or maximum.
        # https://www.sqlite.org/lang_select.html#bareagg
        for extreme in ("min(value)", "max(value)", "min(step)", "max(step)"):
            cursor.execute(
                f"SELECT step, value, kind, timestamp, {extreme} FROM experiments_point WHERE {where} GROUP BY (step - %s) / %s",
                [*params, low, size],
            )
            found.update(row[:4] for row in cursor.fetchall())
    cursor.execute(f"{_POINTS} AND kind = {NAN} ORDER BY step LIMIT 1000", params)
    return sorted([*found, *cursor.fetchall()], key=lambda point: (point[0], point[3], point[1]))
