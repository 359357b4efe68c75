"""Reading runs as records in a constant number of statements, however many there are. The caller has decided which may be
seen."""

from collections.abc import Iterable, Sequence

from django.db import connection

from apps.experiments.records import InputRecord, MetricValue, ModelLink, RunRecord, Tag

RUN_COLUMNS = (
    "r.id, r.run_id, r.experiment_id, r.root_experiment_id, r.name, r.status, r.start_time, r.end_time,"
    " r.user_text, COALESCE(u.username, ''), r.owner_id, r.lifecycle, r.parent_run_id, r.holds"
)
RUN_FROM = "experiments_run r LEFT JOIN accounts_user u ON u.id = r.owner_id"


def run_by_pk(pk: int) -> RunRecord:
    """The run with that key, without its details."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {RUN_COLUMNS} FROM {RUN_FROM} WHERE r.id = %s", [pk])
        return RunRecord(*cursor.fetchone())


def runs_by_pks(pks: Sequence[int]) -> list[RunRecord]:
    """The runs with those keys in that order, without their details."""
    if not pks:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {RUN_COLUMNS} FROM {RUN_FROM} WHERE {_in('r.id', pks)}")
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


def _in(column: str, keys: Iterable[int]) -> str:
    """Keys are numbers of our own tables, so they may stand in the text: no limit on the number of parameters."""
    return f"{column} IN ({','.join([str(int(key)) for key in keys])})"


def _fill_metrics(by_pk: dict[int, RunRecord]) -> None:
    sql = (
        "SELECT s.run_id, k.name, s.latest_value, s.latest_kind, s.latest_timestamp, s.latest_step"
        f" FROM experiments_series s JOIN experiments_metrickey k ON k.id = s.key_id WHERE {_in('s.run_id', by_pk)} ORDER BY "
        f"k.name"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for pk, *metric in cursor.fetchall():
            by_pk[pk].metrics.append(MetricValue(*metric))


def _fill_params(by_pk: dict[int, RunRecord]) -> None:
    sql = (
        "SELECT p.run_id, k.name, p.value FROM experiments_param p JOIN experiments_paramkey k ON k.id = p.key_id"
        f" WHERE {_in('p.run_id', by_pk)} ORDER BY k.name"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for pk, key, value in cursor.fetchall():
            by_pk[pk].params.append(Tag(key, value))


def _fill_tags(by_pk: dict[int, RunRecord]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT run_id, key, value FROM experiments_runtag WHERE {_in('run_id', by_pk)} ORDER BY key")
        for pk, key, value in cursor.fetchall():
            by_pk[pk].tags.append(Tag(key, value))


def _fill_inputs(by_pk: dict[int, RunRecord]) -> None:
    sql = (
        "SELECT i.id, i.run_id, d.name, d.digest, d.source_type, d.source, d.schema, d.profile"
        f" FROM experiments_datasetinput i JOIN experiments_dataset d ON d.id = i.dataset_id WHERE {_in('i.run_id', by_pk)} "
        f"ORDER BY i.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        inputs = cursor.fetchall()
        if not inputs:
            return
        tags: dict[int, list[Tag]] = {row[0]: [] for row in inputs}
        cursor.execute(f"SELECT input_id, key, value FROM experiments_inputtag WHERE {_in('input_id', tags)} ORDER BY key")
        for input_id, key, value in cursor.fetchall():
            tags[input_id].append(Tag(key, value))
    for input_id, pk, *dataset in inputs:
        by_pk[pk].inputs.append(InputRecord._make((*dataset, tags[input_id])))


def _fill_models(by_pk: dict[int, RunRecord], model_inputs: bool) -> None:
    sql = f"SELECT run_id, is_output, model_id, step FROM experiments_runmodel WHERE {_in('run_id', by_pk)} ORDER BY id"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for pk, is_output, model_id, step in cursor.fetchall():
            if is_output:
                by_pk[pk].model_outputs.append(ModelLink(model_id, step))
            elif model_inputs:
                by_pk[pk].model_inputs.append(ModelLink(model_id, step))
