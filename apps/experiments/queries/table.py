"""The run table: pages of an experiment's runs with the columns that one chose, filtered and sorted in the database."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from apps.core.actor import Actor
from apps.core.filterlang.dialects import RUNS
from apps.core.filterlang.orderby import OrderKey, refuse_duplicates
from apps.core.filterlang.parser import parse
from apps.core.filtersql.fragments import Sql, joined
from apps.experiments.access import access_experiment
from apps.experiments.models.experiments import ACTIVE, DELETED
from apps.experiments.records import MetricValue, RunRecord, Tag
from apps.experiments.search.paging import Position, check_page_size, read_position, write_position
from apps.experiments.search.runs import NEWEST_FIRST, compile_runs
from apps.experiments.sql import rows

MOST_ROWS = 1000
MOST_COUNTED = 100_000


@dataclass(frozen=True, slots=True)
class Columns:
    """Keys whose values are wanted; None: all there are."""

    metrics: tuple[str, ...] | None = ()
    params: tuple[str, ...] | None = ()
    tags: tuple[str, ...] | None = ()


EVERYTHING = Columns(None, None, None)


@dataclass(frozen=True, slots=True)
class Question:
    """Which runs, in which order. `parent` None: all that match; "": those without a matching parent; an id: those below it."""

    filter_text: str = ""
    order: tuple[OrderKey, ...] = ()
    deleted: bool = False
    parent: str | None = None


@dataclass(slots=True)
class TablePage:
    """Some rows in their order; `children` says how many matching runs are nested below each. "" is the last page's token."""

    rows: list[RunRecord] = field(default_factory=list)
    children: dict[str, int] = field(default_factory=dict)
    next_page_token: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """How many runs match, of how many; counting stops at MOST_COUNTED."""

    matching: int
    total: int


def list_rows(
    actor: Actor, experiment_id: int, question: Question, columns: Columns, *, limit: int = 200, page_token: str = ""
) -> TablePage:
    """One page of the table, in a constant number of statements. Raises Missing, Invalid, FilterError."""
    experiment = access_experiment(actor, experiment_id, "experiment.read")
    check_page_size(limit, MOST_ROWS)
    compiled = compile_runs(parse(question.filter_text, RUNS), refuse_duplicates(list(question.order)))
    position = read_position(page_token)
    scope = _scope(experiment.id, question.deleted)
    where, offset = _nested(compiled.where, question.parent, scope), position.offset
    newest_first = compiled.order == ", ".join(NEWEST_FIRST)
    if position.after and newest_first:
        start_time, run_id = position.after
        # The first half repeats what the second implies: the index run_newest can begin there.
        behind = Sql("(r.start_time <= %s AND (r.start_time < %s OR r.run_id > %s))", (start_time, start_time, run_id))
        where, offset = joined("AND", [behind, where]), 0
    sql = (
        f"SELECT r.id, r.start_time, r.run_id FROM experiments_run r{compiled.joins.text} WHERE {scope} AND {where.text}"
        f" ORDER BY {compiled.order} LIMIT {limit + 1:d} OFFSET {offset:d}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*compiled.joins.params, *where.params])
        found = cursor.fetchall()
    page = TablePage(rows.runs_by_pks([pk for pk, *_ in found[:limit]]))
    _fill(page.rows, columns)
    if question.parent is not None:
        page.children = _children(page.rows, compiled.where, scope)
    if len(found) > limit:
        after = (found[limit - 1][1], found[limit - 1][2]) if newest_first else None
        page.next_page_token = write_position(Position(position.offset + limit, after))
    return page


def count_rows(actor: Actor, experiment_id: int, question: Question) -> Count:
    """How many runs match the filter, nested or not, and how many there are. Raises Missing, FilterError."""
    experiment = access_experiment(actor, experiment_id, "experiment.read")
    scope = _scope(experiment.id, question.deleted)
    total = _count(scope, Sql("1 = 1"))
    if not question.filter_text.strip():
        return Count(total, total)
    return Count(_count(scope, compile_runs(parse(question.filter_text, RUNS), []).where), total)


def _count(scope: str, where: Sql) -> int:
    inner = f"SELECT 1 FROM experiments_run r WHERE {scope} AND {where.text} LIMIT {MOST_COUNTED + 1:d}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({inner}) AS c", where.params)
        return int(cursor.fetchone()[0])


def _scope(experiment: int, deleted: bool) -> str:
    return f"r.experiment_id = {experiment:d} AND r.lifecycle = '{DELETED if deleted else ACTIVE}'"


def _nested(where: Sql, parent: str | None, scope: str) -> Sql:
    """The condition for one level of the tree. A run whose parent does not match stands on the first level."""
    if parent is None:
        return where
    if parent:
        return joined("AND", [Sql("r.parent_run_id = %s", (parent,)), where])
    # The inner r is another one. Asked at most once, and not at all while no run is nested.
    matching = f"SELECT r.run_id FROM experiments_run r WHERE {scope} AND {where.text}"
    return joined("AND", [where, Sql(f"(r.parent_run_id = '' OR r.parent_run_id NOT IN ({matching}))", where.params)])


def _children(runs: list[RunRecord], where: Sql, scope: str) -> dict[str, int]:
    if not runs:
        return {}
    marks = ",".join(["%s"] * len(runs))
    sql = (
        f"SELECT r.parent_run_id, count(*) FROM experiments_run r WHERE r.parent_run_id IN ({marks}) AND {scope} AND {where.text}"
        " GROUP BY r.parent_run_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*[run.run_id for run in runs], *where.params])
        return dict(cursor.fetchall())


_METRICS = (
    "SELECT s.run_id, k.name, s.latest_value, s.latest_kind, s.latest_timestamp, s.latest_step"
    " FROM experiments_series s JOIN experiments_metrickey k ON k.id = s.key_id WHERE s.run_id IN ({runs})"
)
_PARAMS = (
    "SELECT p.run_id, k.name, p.value FROM experiments_param p JOIN experiments_paramkey k ON k.id = p.key_id"
    " WHERE p.run_id IN ({runs})"
)
_TAGS = "SELECT t.run_id, t.key, t.value FROM experiments_runtag t WHERE t.run_id IN ({runs})"


def _fill(runs: list[RunRecord], columns: Columns) -> None:
    by_pk = {run.pk: run for run in runs}
    for pk, *metric in _values(_METRICS, "k.name", by_pk, columns.metrics):
        by_pk[pk].metrics.append(MetricValue(*metric))
    for pk, key, value in _values(_PARAMS, "k.name", by_pk, columns.params):
        by_pk[pk].params.append(Tag(key, value))
    for pk, key, value in _values(_TAGS, "t.key", by_pk, columns.tags):
        by_pk[pk].tags.append(Tag(key, value))


def _values(sql: str, name: str, pks: Iterable[int], keys: tuple[str, ...] | None) -> list[tuple[Any, ...]]:
    ids = ",".join([str(pk) for pk in pks])
    if not ids or keys == ():
        return []
    narrowed = f" AND {name} IN ({','.join(['%s'] * len(keys))})" if keys else ""
    with connection.cursor() as cursor:
        cursor.execute(f"{sql.format(runs=ids)}{narrowed}", keys or ())
        return list(cursor.fetchall())
