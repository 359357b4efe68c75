"""Searches: first what the actor may see, then what the filter finds, then one page of it with all its details.

Each takes a constant number of statements, however many things are on the page.
"""

import json

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
from apps.experiments.access import EXPERIMENT
from apps.experiments.models.experiments import ACTIVE, DELETED
from apps.experiments.records import ExperimentRecord, LoggedModelRecord, RunRecord
from apps.experiments.search.compiled import Compiled
from apps.experiments.search.experiments import compile_experiments
from apps.experiments.search.logged_models import DatasetFilter, compile_logged_models
from apps.experiments.search.paging import Page, Position, check_page_size, read_position, write_position
from apps.experiments.search.runs import NEWEST_FIRST, compile_runs
from apps.experiments.sql import experiment_rows, model_rows, rows
from apps.experiments.visibility import visible_experiment_ids

VIEWS = {"ACTIVE_ONLY": (ACTIVE,), "DELETED_ONLY": (DELETED,), "ALL": (ACTIVE, DELETED)}
DEFAULT_RUNS = 1000
MOST_BRANCHES = 20


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
    stages = _stages(view)
    compiled = compile_runs(parse(filter_text, RUNS), parse_order_by(order_by or [], RUNS))
    visible = visible_experiment_ids(actor, experiment_ids)
    if not visible:
        return Page()
    keys = _run_keys(visible, stages, compiled, position, max_results + 1)
    page = keys[:max_results]
    records = rows.runs_by_pks([key for key, *_ in page])
    rows.fill(records, model_inputs=False)
    if len(keys) <= max_results:
        return Page(records)
    after = (page[-1][1], page[-1][2]) if _is_newest_first(compiled) else None
    return Page(records, write_position(Position(position.offset + max_results, after)))


RunKey = tuple[int, int, str]  # key, start time, run id


def _run_keys(
    experiments: list[int], stages: tuple[str, ...], compiled: Compiled, position: Position, limit: int
) -> list[RunKey]:
    """The first `limit` runs from `position` on, in order."""
    where, offset = compiled.where, position.offset
    if position.after and _is_newest_first(compiled):
        where, offset = joined("AND", [_behind(*position.after), where]), 0
    split = _is_newest_first(compiled) and len(experiments) * len(stages) <= MOST_BRANCHES
    branches = _separate(experiments, stages) if split else [_together(experiments, stages)]
    selects = [
        f"SELECT r.id, r.start_time, r.run_id FROM experiments_run r{compiled.joins.text} WHERE {branch} AND {where.text}"
        f" ORDER BY {compiled.order} LIMIT {limit + offset:d}"
        for branch in branches
    ]
    with connection.cursor() as cursor:
        cursor.execute(_merged(selects), [*compiled.joins.params, *where.params] * len(selects))
        return list(cursor.fetchall())[offset : offset + limit]


def _is_newest_first(compiled: Compiled) -> bool:
    """Whether the ordering is that of the index run_newest, where a page can begin behind a row without counting up to it."""
    return compiled.order == ", ".join(NEWEST_FIRST)


def _behind(start_time: int, run_id: str) -> Sql:
    # The first half repeats what the second implies: an index can begin there.
    text = "(r.start_time <= %s AND (r.start_time < %s OR r.run_id > %s))"
    return Sql(text, (start_time, start_time, run_id))


def _separate(experiments: list[int], stages: tuple[str, ...]) -> list[str]:
    """A condition for each experiment and lifecycle: each comes sorted from the index run_newest, and the best of all are merged.

    Asked for at once, all their runs would have to be sorted.
    """
    return [f"r.experiment_id = {number:d} AND r.lifecycle = '{stage}'" for number in experiments for stage in stages]


def _together(experiments: list[int], stages: tuple[str, ...]) -> str:
    ids = ",".join([str(number) for number in experiments])
    lifecycles = ",".join([f"'{stage}'" for stage in stages])
    return f"r.experiment_id IN ({ids}) AND r.lifecycle IN ({lifecycles})"


def _merged(selects: list[str]) -> str:
    if len(selects) == 1:
        return selects[0]
    union = " UNION ALL ".join([f"SELECT * FROM ({select}) AS b{number}" for number, select in enumerate(selects)])
    return f"SELECT * FROM ({union}) AS r ORDER BY {', '.join(NEWEST_FIRST)}"


def _stages(view: str) -> tuple[str, ...]:
    if view not in VIEWS:
        raise Invalid(f"Invalid value '{view}' for parameter 'view_type' supplied. It must be one of {', '.join(VIEWS)}.")
    return VIEWS[view]


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
    visible = visible_experiment_ids(actor, experiment_ids)
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
