"""Reading runs as records in a constant number of statements, however many there are. The caller has decided which may be
seen."""

from collections.abc import Collection, Sequence
from operator import itemgetter

from django.db import connection
from django.db.backends.utils import CursorWrapper

from apps.core import prepared
from apps.experiments.interning import metric_key_names, param_key_names
from apps.experiments.records import InputRecord, MetricValue, ModelLink, RunRecord, Tag

RUN_COLUMNS = (
    "r.id, r.run_id, r.experiment_id, r.root_experiment_id, r.name, r.status, r.start_time, r.end_time,"
    " r.user_text, COALESCE(u.username, ''), r.owner_id, r.lifecycle, r.parent_run_id, r.holds"
)
RUN_FROM = "experiments_run r LEFT JOIN accounts_user u ON u.id = r.owner_id"


def run_by_pk(pk: int) -> RunRecord:
    """The run with that key, without its details."""
    with connection.cursor() as cursor:
        prepared.execute(cursor, f"SELECT {RUN_COLUMNS} FROM {RUN_FROM} WHERE r.id = %s", [pk])
        return RunRecord(*cursor.fetchone())


def runs_by_pks(pks: Sequence[int]) -> list[RunRecord]:
    """The runs with those keys in that order, without their details."""
    if not pks:
        return []
    with connection.cursor() as cursor:
        _execute(cursor, f"SELECT {RUN_COLUMNS} FROM {RUN_FROM} WHERE r.id", pks)
        by_pk = {row[0]: RunRecord(*row) for row in cursor.fetchall()}
    return [by_pk[pk] for pk in pks if pk in by_pk]


def fill(runs: Sequence[RunRecord], *, model_inputs: bool = True) -> None:
    """Add metrics, params, tags, inputs and outputs to records of runs."""
    if not runs:
        return
    by_pk = {run.pk: run for run in runs}
    _fill_metrics(by_pk)
    _fill_params(by_pk)
    _fill_tags(by_pk)
    _fill_inputs(by_pk)
    _fill_models(by_pk, model_inputs)


def _execute(cursor: CursorWrapper, sql: str, keys: Collection[int], order: str = "") -> None:
    """Execute a statement that ends with a column, for the rows in which it is one of the keys.

    On PostgreSQL it is the same text each time, which is kept planned. On others the keys, numbers of our own tables, stand in
    the text: no limit on the number of parameters.
    """
    order = f" ORDER BY {order}" if order else ""
    if len(keys) == 1:
        prepared.execute(cursor, f"{sql} = %s{order}", list(keys))
        return
    numbers = ",".join([str(int(key)) for key in keys])
    if connection.vendor == "postgresql":
        prepared.execute(cursor, f"{sql} = ANY(%s::bigint[]){order}", [f"{{{numbers}}}"])
    else:
        cursor.execute(f"{sql} IN ({numbers}){order}")


_NAME = itemgetter(0)


def _fill_metrics(by_pk: dict[int, RunRecord]) -> None:
    sql = "SELECT run_id, key_id, latest_value, latest_kind, latest_timestamp, latest_step FROM experiments_series WHERE run_id"
    with connection.cursor() as cursor:
        _execute(cursor, sql, by_pk)
        rows = cursor.fetchall()
    names = metric_key_names([row[1] for row in rows])
    for pk, key_id, value, kind, timestamp, step in rows:
        by_pk[pk].metrics.append(MetricValue(names[key_id], value, kind, timestamp, step))
    for run in by_pk.values():
        run.metrics.sort(key=_NAME)


def _fill_params(by_pk: dict[int, RunRecord]) -> None:
    with connection.cursor() as cursor:
        _execute(cursor, "SELECT run_id, key_id, value FROM experiments_param WHERE run_id", by_pk)
        rows = cursor.fetchall()
    names = param_key_names([row[1] for row in rows])
    for pk, key_id, value in rows:
        by_pk[pk].params.append(Tag(names[key_id], value))
    for run in by_pk.values():
        run.params.sort(key=_NAME)


def _fill_tags(by_pk: dict[int, RunRecord]) -> None:
    with connection.cursor() as cursor:
        _execute(cursor, "SELECT run_id, key, value FROM experiments_runtag WHERE run_id", by_pk)
        for pk, key, value in cursor.fetchall():
            by_pk[pk].tags.append(Tag(key, value))
    for run in by_pk.values():
        run.tags.sort(key=_NAME)


def _fill_inputs(by_pk: dict[int, RunRecord]) -> None:
    sql = (
        "SELECT i.id, i.run_id, d.name, d.digest, d.source_type, d.source, d.schema, d.profile"
        " FROM experiments_datasetinput i JOIN experiments_dataset d ON d.id = i.dataset_id WHERE i.run_id"
    )
    with connection.cursor() as cursor:
        _execute(cursor, sql, by_pk, "i.id")
        inputs = cursor.fetchall()
        if not inputs:
            return
        tags: dict[int, list[Tag]] = {row[0]: [] for row in inputs}
        _execute(cursor, "SELECT input_id, key, value FROM experiments_inputtag WHERE input_id", tags, "key")
        for input_id, key, value in cursor.fetchall():
            tags[input_id].append(Tag(key, value))
    for input_id, pk, *dataset in inputs:
        by_pk[pk].inputs.append(InputRecord._make((*dataset, tags[input_id])))


def _fill_models(by_pk: dict[int, RunRecord], model_inputs: bool) -> None:
    with connection.cursor() as cursor:
        _execute(cursor, "SELECT run_id, is_output, model_id, step FROM experiments_runmodel WHERE run_id", by_pk, "id")
        for pk, is_output, model_id, step in cursor.fetchall():
            if is_output:
                by_pk[pk].model_outputs.append(ModelLink(model_id, step))
            elif model_inputs:
                by_pk[pk].model_inputs.append(ModelLink(model_id, step))
