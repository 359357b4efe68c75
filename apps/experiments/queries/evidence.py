"""What can be said of a run or a logged model when somebody has to decide about it: its numbers, its origin, who wrote to it."""

from dataclasses import dataclass, field

from django.db import connection

from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.experiments.access import access_logged_model, access_run, run_root
from apps.experiments.models import LoggedModel, LoggedModelParam, Run, RunTag, RunWriter


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric in short: its latest value (`kind` as in models.metrics), how many points it has, and their extremes."""

    value: float
    kind: int
    step: int
    timestamp: int
    count: int
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class RunEvidence:
    """A run as evidence. `writers` are all accounts that wrote to it, its owner too."""

    run_id: str
    experiment_id: int
    name: str
    lifecycle: str
    root: str
    owner_id: int | None
    owner: str
    start_time: int
    writers: frozenset[int]
    metrics: dict[str, Measure]
    params: dict[str, str]
    tags: dict[str, str]
    datasets: list[tuple[str, str]] = field(default_factory=list)  # name, digest


@dataclass(frozen=True, slots=True)
class ModelEvidence:
    """A logged model as evidence. `metrics` holds (key, value, kind, step, timestamp, dataset) of each point."""

    model_id: str
    experiment_id: int
    name: str
    lifecycle: str
    root: str
    owner_id: int | None
    source_run_id: str
    status: int
    metrics: list[tuple[str, float, int, int, int, str]]
    params: dict[str, str]


def run_evidence(actor: Actor, run_id: str) -> RunEvidence:
    """All of it, deleted or not. Raises Missing."""
    run = access_run(actor, run_id, "run.read")
    row = Run.objects.select_related("owner").get(pk=run.id)
    writers = set(RunWriter.objects.filter(run_id=run.id).values_list("user_id", flat=True))
    return RunEvidence(
        run_id=run.run_id,
        experiment_id=run.experiment_id,
        name=run.name,
        lifecycle=row.lifecycle,
        root=run_root(run),
        owner_id=row.owner_id,
        owner=row.owner.username if row.owner else row.user_text,
        start_time=row.start_time,
        writers=frozenset(writers | ({row.owner_id} if row.owner_id else set())),
        metrics=_measures(run.id),
        params=_params(run.id),
        tags=dict(RunTag.objects.filter(run_id=run.id).values_list("key", "value")),
        datasets=_datasets(run.id),
    )


def model_evidence(actor: Actor, model_id: str) -> ModelEvidence:
    """The same of a logged model. Raises Missing."""
    model = access_logged_model(actor, model_id, "logged_model.read", deleted=True)
    row = LoggedModel.objects.get(pk=model.id)
    return ModelEvidence(
        model_id=model.model_id,
        experiment_id=model.experiment_id,
        name=row.name,
        lifecycle=row.lifecycle,
        root=f"{model.experiment_id}/models/{model.model_id}/artifacts",
        owner_id=row.owner_id,
        source_run_id=row.source_run_id,
        status=row.status,
        metrics=_model_metrics(model.id),
        params=dict(LoggedModelParam.objects.filter(model_id=model.id).values_list("key", "value")),
    )


def find_run_model(actor: Actor, run_id: str, name: str) -> str:
    """The id of the newest logged model of that name that came from the run, "" if there is none: what `runs:/<run>/<name>`
    means."""
    run = access_run(actor, run_id, "run.read")
    found = LoggedModel.objects.filter(source_run_id=run.run_id, name=name).order_by("-created_at", "-id")
    return found.values_list("model_id", flat=True).first() or ""


def find_run(actor: Actor, run_id: str) -> RunEvidence | None:
    """`run_evidence`, or None where there is no such run: texts on versions need not name one."""
    try:
        return run_evidence(actor, run_id)
    except Missing:
        return None


def find_model(actor: Actor, model_id: str) -> ModelEvidence | None:
    """`model_evidence`, or None where there is no such logged model."""
    try:
        return model_evidence(actor, model_id)
    except Missing:
        return None


def _fetch(sql: str, key: int) -> list[tuple]:  # type: ignore[type-arg]
    with connection.cursor() as cursor:
        cursor.execute(sql, [key])
        return cursor.fetchall()  # type: ignore[no-any-return]


def _measures(pk: int) -> dict[str, Measure]:
    rows = _fetch(
        "SELECT k.name, s.latest_value, s.latest_kind, s.latest_step, s.latest_timestamp, s.count, s.min_value, s.max_value"
        " FROM experiments_series s JOIN experiments_metrickey k ON k.id = s.key_id WHERE s.run_id = %s ORDER BY k.name",
        pk,
    )
    return {key: Measure(*row) for key, *row in rows}


def _params(pk: int) -> dict[str, str]:
    return dict(
        _fetch(
            "SELECT k.name, p.value FROM experiments_param p JOIN experiments_paramkey k ON k.id = p.key_id"
            " WHERE p.run_id = %s ORDER BY k.name",
            pk,
        )
    )


def _datasets(pk: int) -> list[tuple[str, str]]:
    return [
        (name, digest)
        for name, digest in _fetch(
            "SELECT d.name, d.digest FROM experiments_datasetinput i JOIN experiments_dataset d ON d.id = i.dataset_id"
            " WHERE i.run_id = %s ORDER BY d.name, d.digest",
            pk,
        )
    ]


def _model_metrics(pk: int) -> list[tuple[str, float, int, int, int, str]]:
    return [
        (key, value, kind, step, timestamp, dataset)
        for key, value, kind, step, timestamp, dataset in _fetch(
            "SELECT k.name, x.value, x.kind, x.step, x.timestamp, x.dataset_name FROM experiments_modelmetric x"
            " JOIN experiments_metrickey k ON k.id = x.key_id WHERE x.model_id = %s ORDER BY k.name, x.timestamp, x.step, "
            "x.value",
            pk,
        )
    ]
