"""Searches: first what the actor may see, then what the filter finds, then one page of it with all its details.

Each takes a constant number of statements, however many things are on the page.
"""

import json
from typing import Any

from django.db import connection

from apps.access import policy
from apps.access.levels import Level
from apps.access.queries.workspaces import access_workspace, require_known
from apps.core.actor import Actor
from apps.core.errors import Invalid
from apps.core.filterlang.dialects import EXPERIMENTS, LOGGED_MODELS, RUNS
from apps.core.filterlang.orderby import logged_model_order, parse_order_by
from apps.core.filterlang.parser import parse
from apps.core.filtersql.fragments import Sql, joined
from apps.experiments.access import EXPERIMENT, parse_experiment_id
from apps.experiments.models.experiments import ACTIVE, DELETED
from apps.experiments.records import ExperimentRecord, LoggedModelRecord, RunRecord
from apps.experiments.search.compiled import Compiled
from apps.experiments.search.experiments import compile_experiments
from apps.experiments.search.logged_models import DatasetFilter, compile_logged_models
from apps.experiments.search.paging import Page, Position, check_page_size, read_position, write_position
from apps.experiments.search.runs import NEWEST_FIRST, compile_runs
from apps.experiments.sql import experiment_rows, model_rows, rows

VIEWS = {"ACTIVE_ONLY": (ACTIVE,), "DELETED_ONLY": (DELETED,), "ALL": (ACTIVE, DELETED)}
DEFAULT_RUNS = 1000


def search_runs(
    actor: Actor,
    experiment_ids: list[str],
    *,
    filter_text: str = "",
    view: str = "ACTIVE_ONLY",
    max_results: int = DEFAULT_RUNS,
    order_by: list[str] | None = None,
    page_token: str = "",
) -> Page[RunRecord]:
    """Runs of those experiments that the actor may see; ids of others are passed over. Records come without model inputs.

    Raises Unauthenticated; Invalid for ids that are no numbers, sizes outside 1..50000 and foreign tokens; FilterError.
    """
    require_known(actor)
    check_page_size(max_results)
    position = read_position(page_token)
    levels = parse_order_by(order_by or [], RUNS)
    compiled = compile_runs(parse(filter_text, RUNS), levels)
    visible = _visible_experiments(actor, experiment_ids)
    if not visible:
        return Page()
    keys = _run_page(visible, view, compiled, position, max_results + 1)
    page = keys[:max_results]
    records = rows.runs_by_pks([key for key, *_ in page])
    rows.fill(records, model_inputs=False)
    if len(keys) <= max_results:
        return Page(records)
    after = (page[-1][1], page[-1][2]) if compiled.order == ", ".join(NEWEST_FIRST) else None
    return Page(records, write_position(Position(position.offset + max_results, after)))


def _run_page(
    experiments: list[int], view: str, compiled: Compiled, position: Position, limit: int
) -> list[tuple[int, int, str]]:
    """(key, start time, run id) of runs in order. In the default ordering the page begins behind a row, else at an offset."""
    conditions = [compiled.where]
    newest_first = compiled.order == ", ".join(NEWEST_FIRST)
    if newest_first and position.after:
        start, run_id = position.after
        # The first half repeats what the second implies: an index can begin there.
        conditions.insert(0, Sql("r.start_time <= %s AND (r.start_time < %s OR r.run_id > %s)", (start, start, run_id)))
    where = joined("AND", conditions)
    columns, offset = "r.id, r.start_time, r.run_id", 0 if newest_first and position.after else position.offset
    branches = _branches(experiments, view, split=newest_first)
    selects: list[str] = []
    params: list[Any] = []
    for branch in branches:
        inner = f"SELECT {columns} FROM experiments_run r{compiled.joins.text} WHERE {branch} AND {where.text}"
        selects.append(f"{inner} ORDER BY {compiled.order} LIMIT {limit + offset:d}")
        params += [*compiled.joins.params, *where.params]
    if len(selects) == 1:
        sql = f"{selects[0]} OFFSET {offset:d}" if offset else selects[0]
    else:
        union = " UNION ALL ".join([f"SELECT * FROM ({select}) AS b{number}" for number, select in enumerate(selects)])
        sql = f"SELECT * FROM ({union}) AS r ORDER BY {', '.join(NEWEST_FIRST)} LIMIT {limit:d} OFFSET {offset:d}"
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchmany(limit)) if len(selects) > 1 else list(cursor.fetchall())[:limit]


MOST_BRANCHES = 20


def _branches(experiments: list[int], view: str, split: bool) -> list[str]:
    """Conditions on where runs lie. One for each experiment and lifecycle, if they are few: each then comes sorted from the index
    run_newest, and the best of all of them are merged; asked for at once they would have to be sorted, all of them."""
    stages = _stages(view)
    if split and len(experiments) * len(stages) <= MOST_BRANCHES:
        return [f"r.experiment_id = {experiment:d} AND r.lifecycle = '{stage}'" for experiment in experiments for stage in stages]
    ids = ",".join([str(int(experiment)) for experiment in experiments])
    lifecycles = ",".join([f"'{stage}'" for stage in stages])
    return [f"r.experiment_id IN ({ids}) AND r.lifecycle IN ({lifecycles})"]


def _stages(view: str) -> tuple[str, ...]:
    if view not in VIEWS:
        raise Invalid(f"Invalid value '{view}' for parameter 'view_type' supplied. It must be one of {', '.join(VIEWS)}.")
    return VIEWS[view]


def _visible_experiments(actor: Actor, experiment_ids: list[str]) -> list[int]:
    numbers = sorted({parse_experiment_id(str(one)) for one in experiment_ids})
    if not numbers:
        return []
    level, params = policy.level_sql(actor, EXPERIMENT, "e")
    ids = ",".join([str(number) for number in numbers])
    sql = f"SELECT e.id FROM experiments_experiment e WHERE e.id IN ({ids}) AND {level} >= {int(Level.READ)} ORDER BY e.id"
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


def search_experiments(
    actor: Actor,
    *,
    filter_text: str = "",
    view: str = "ACTIVE_ONLY",
    max_results: int = 1000,
    order_by: list[str] | None = None,
    page_token: str = "",
) -> Page[ExperimentRecord]:
    """Experiments of the actor's workspace that the actor may see. Raises Unauthenticated, Missing, Invalid, FilterError."""
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    check_page_size(max_results)
    position = read_position(page_token)
    compiled = compile_experiments(parse(filter_text, EXPERIMENTS), parse_order_by(order_by or [], EXPERIMENTS))
    level, params = policy.level_sql(actor, EXPERIMENT, "e")
    stages = ",".join([f"'{stage}'" for stage in _stages(view)])
    sql = (
        f"SELECT {experiment_rows.COLUMNS}, v.level FROM (SELECT e.id, {level} AS level FROM experiments_experiment e"
        f" WHERE e.workspace_id = {workspace.id:d} AND e.lifecycle IN ({stages})) v"
        f" JOIN {experiment_rows.FROM.format('v.id')} WHERE v.level >= {int(Level.READ)} AND {compiled.where.text}"
        f" ORDER BY {compiled.order} LIMIT {max_results + 1:d} OFFSET {position.offset:d}"
    )
    found = experiment_rows.read(sql, [*params, *compiled.where.params])
    page = found[:max_results]
    experiment_rows.fill(page)
    return Page(page, write_position(Position(position.offset + max_results)) if len(found) > max_results else "")


def search_logged_models(
    actor: Actor,
    experiment_ids: list[str],
    *,
    filter_text: str = "",
    datasets: list[DatasetFilter] | None = None,
    max_results: int = 50,
    order_by: list[tuple[str, bool, str, str]] | None = None,
    page_token: str = "",
) -> Page[LoggedModelRecord]:
    """Logged models, not those in the trash, of experiments that the actor may see.

    `order_by` holds (field name, ascending, dataset name, dataset digest). Raises Unauthenticated, Invalid, FilterError.
    """
    require_known(actor)
    check_page_size(max_results)
    request = json.dumps([experiment_ids, filter_text, datasets, order_by])
    position = read_position(page_token, request)
    compiled = compile_logged_models(parse(filter_text, LOGGED_MODELS), logged_model_order(order_by or []), datasets or [])
    visible = _visible_experiments(actor, experiment_ids)
    if not visible:
        return Page()
    ids = ",".join([str(number) for number in visible])
    sql = (
        f"SELECT {model_rows.MODEL_COLUMNS} FROM {model_rows.MODEL_FROM}{compiled.joins.text}"
        f" WHERE m.experiment_id IN ({ids}) AND m.lifecycle = '{ACTIVE}' AND {compiled.where.text}"
        f" ORDER BY {compiled.order} LIMIT {max_results + 1:d} OFFSET {position.offset:d}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*compiled.joins.params, *compiled.where.params])
        found = [LoggedModelRecord(*row) for row in cursor.fetchall()]
    page = found[:max_results]
    model_rows.fill_models(page)
    return Page(page, write_position(Position(position.offset + max_results), request) if len(found) > max_results else "")
