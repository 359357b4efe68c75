"""Runs as CSV for spreadsheets: numbers exact, times in UTC. Pure, and streamed page by page."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from apps.experiments.records import MetricValue, RunRecord
from apps.web.table_state import Column
from apps.web.templatetags.tracking import STATUS_NAMES

FACTS = ("run_id", "name", "status", "start_time", "end_time", "by", "parent_run_id")
WORDS = {1: "NaN", 2: "Infinity", 3: "-Infinity"}  # by kind


def to_csv(pages: Iterable[list[RunRecord]], columns: list[Column]) -> Iterator[str]:
    """A header, and a line for each run; one piece for each page."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([*FACTS, *[_plain(column.spelling) for column in columns]])
    for runs in pages:
        writer.writerows([_line(run, columns) for run in runs])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _line(run: RunRecord, columns: list[Column]) -> list[str]:
    values: dict[str, dict[str, str]] = {
        "metric": {metric.key: _exact(metric) for metric in run.metrics},
        "param": {key: _plain(value) for key, value in run.params},
        "tag": {key: _plain(value) for key, value in run.tags},
    }
    facts = [run.run_id, _plain(run.name), STATUS_NAMES[run.status], _iso(run.start_time), _iso(run.end_time)]
    facts += [_plain(run.owner or run.user_text), run.parent_run_id]
    return facts + [values[column.entity].get(column.key, "") for column in columns]


def _exact(metric: MetricValue) -> str:
    return WORDS.get(metric.kind) or repr(metric.value)


def _iso(at: int | None) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds") if at else ""


def _plain(text: str) -> str:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front; a number is none."""
    if text[:1] not in ("=", "+", "-", "@", "\t", "\r"):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
