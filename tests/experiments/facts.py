"""Runs and models in the database that have exactly the facts a test wants them to have."""

import math
import secrets
import sys
from collections.abc import Sequence
from dataclasses import replace

from apps.access.models import DEFAULT_WORKSPACE_ID, Workspace
from apps.core.filterlang.evaluate import Facts
from apps.experiments.interning import metric_key_ids, param_key_ids
from apps.experiments.models import (
    Dataset,
    DatasetInput,
    Experiment,
    ExperimentTag,
    LoggedModel,
    LoggedModelParam,
    LoggedModelTag,
    ModelMetric,
    Param,
    Run,
    RunTag,
    Series,
)
from apps.experiments.models.logged_models import STATUSES as MODEL_STATUSES
from apps.experiments.models.metrics import FINITE, MINUS_INFINITY, NAN, PLUS_INFINITY
from apps.experiments.models.runs import STATUSES

RUN_STATUSES = {name: number for number, name in STATUSES}


def make_workspace() -> Workspace:
    return Workspace.objects.create(name=secrets.token_hex(8))


def make_experiment(name: str | None = None, **columns: object) -> Experiment:
    name = secrets.token_hex(8) if name is None else name
    values = {"created_at": 0, "updated_at": 0, "name": name, **columns}
    if "workspace" not in values:
        values["workspace_id"] = DEFAULT_WORKSPACE_ID
    return Experiment.objects.create(**values)


def stored(value: float) -> tuple[float, int]:
    """The two columns of a metric's value."""
    if math.isnan(value):
        return 0.0, NAN
    if math.isinf(value):
        return math.copysign(sys.float_info.max, value), PLUS_INFINITY if value > 0 else MINUS_INFINITY
    return value, FINITE


def make_runs(experiment: Experiment, many: Sequence[Facts]) -> dict[str, Facts]:
    """One run for each; the facts by run id, completed with what only the row knows."""
    found = {}
    keys = metric_key_ids({key for facts in many for key in facts.metrics})
    params = param_key_ids({key for facts in many for key in facts.params})
    for facts in many:
        asked = facts.attributes
        run = Run.objects.create(
            run_id=secrets.token_hex(16),
            experiment=experiment,
            root_experiment_id=experiment.pk,
            name=asked.get("run_name", ""),
            status=RUN_STATUSES[asked.get("status", "RUNNING")],
            user_text=asked.get("user_id", ""),
            start_time=asked.get("start_time", 0),
            end_time=asked.get("end_time"),
            created_at=0,
            updated_at=0,
        )
        Series.objects.bulk_create([series_row(run, keys[key], value) for key, value in facts.metrics.items()])
        Param.objects.bulk_create([Param(run=run, key_id=params[key], value=value) for key, value in facts.params.items()])
        RunTag.objects.bulk_create([RunTag(run=run, key=key, value=value) for key, value in facts.tags.items()])
        add_datasets(run, facts)
        uri = f"mlflow-artifacts:/{experiment.pk}/{run.run_id}/artifacts"
        found[run.run_id] = replace(facts, attributes={**asked, "run_id": run.run_id, "artifact_uri": uri})
    return found


def series_row(run: Run, key_id: int, value: float) -> Series:
    number, kind = stored(value)
    return Series(
        run=run, key_id=key_id, count=1, latest_value=number, latest_kind=kind, latest_step=0, latest_timestamp=0, first_step=0
    )


def add_datasets(run: Run, facts: Facts) -> None:
    for one in facts.datasets:
        dataset, _ = Dataset.objects.get_or_create(experiment=run.experiment, name=one["name"], digest=one["digest"])
        DatasetInput.objects.get_or_create(run=run, dataset=dataset, defaults={"context": one["context"]})


def make_models(experiment: Experiment, many: Sequence[Facts]) -> dict[str, Facts]:
    """One logged model for each; the facts by model id. Metrics are lists of all that were logged."""
    found = {}
    keys = metric_key_ids({key for facts in many for key in facts.metrics})
    numbers = {name: number for number, name in MODEL_STATUSES}
    for facts in many:
        asked = facts.attributes
        model = LoggedModel.objects.create(
            model_id=f"m-{secrets.token_hex(16)}",
            experiment=experiment,
            name=asked["name"],
            model_type=asked["model_type"] or "",
            source_run_id=asked["source_run_id"] or "",
            status=numbers[asked["status"]],
            created_at=asked["creation_timestamp_ms"],
            updated_at=asked["last_updated_timestamp_ms"],
        )
        LoggedModelParam.objects.bulk_create([LoggedModelParam(model=model, key=k, value=v) for k, v in facts.params.items()])
        LoggedModelTag.objects.bulk_create([LoggedModelTag(model=model, key=k, value=v) for k, v in facts.tags.items()])
        for key, values in facts.metrics.items():
            for step, value in enumerate(values):
                number, kind = stored(value)
                ModelMetric.objects.create(model=model, key_id=keys[key], step=step, timestamp=step, value=number, kind=kind)
        found[model.model_id] = replace(
            facts, attributes={**asked, "model_id": model.model_id, "experiment_id": str(experiment.pk)}
        )
    return found


def make_experiments(workspace: Workspace, many: Sequence[Facts]) -> dict[int, Facts]:
    """One experiment of the workspace for each; the facts by id."""
    found = {}
    for facts in many:
        asked = facts.attributes
        row = make_experiment(
            asked["name"], workspace=workspace, created_at=asked["creation_time"], updated_at=asked["last_update_time"]
        )
        ExperimentTag.objects.bulk_create([ExperimentTag(experiment=row, key=k, value=v) for k, v in facts.tags.items()])
        found[row.pk] = replace(facts, attributes={**asked, "experiment_id": str(row.pk)})
    return found
