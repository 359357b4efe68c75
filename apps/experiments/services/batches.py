"""Logging to a run: metrics, params and tags, one by one or as a batch. All of one request is one transaction."""

import json
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection

from apps.accounts.claims import Claim, note_use
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Denied, Invalid, Missing
from apps.core.together import together
from apps.core.transactions import after_commit, atomic
from apps.experiments import rules
from apps.experiments.access import RunAccess, access_active_run, access_logged_model, active_run_sql
from apps.experiments.interning import known_metric_key, metric_key_ids, param_key_ids, with_fresh_keys
from apps.experiments.models import Hold, ModelMetric, Param, Point, RunTag
from apps.experiments.records import Batch, MetricInput, ModelMetricInput, Tag
from apps.experiments.sql import labels, points
from apps.experiments.sql.writers import has_written, note_writer, remember_writer

RUN_NAME, PARENT, NOTE, MODEL_HISTORY = "mlflow.runName", "mlflow.parentRunId", "mlflow.note.content", "mlflow.log-model.history"


@with_fresh_keys
@together
def log_batch(actor: Actor, run_id: str, batch: Batch) -> None:
    """Store a batch whole or not at all; repetitions change nothing.

    Raises Invalid (a limit, a name, a param that stands with another value), Missing, Denied (a hold).
    """
    run = access_active_run(actor, run_id, "run.log")
    params = _check_params(batch.params)
    tags = _check_tags(batch.tags)
    _check_metrics(batch.metrics)
    if run.holds:
        _refuse_under_hold(run, batch.metrics, params, tags)
    note_writer(run, actor.user_id)
    _write_params(run, params)
    _write_model_metrics(actor, run, batch.model_metrics)
    _write_tags(run, tags)
    _write_metrics(run, batch.metrics, last=True)


def log_metric_again(claim: Claim, run_id: str, metric: MetricInput) -> bool:
    """Store a point in one message to PostgreSQL that asks for the token, the permission, the run and its holds besides: the way
    of nearly every point but the first of an account in a run, half as long as the other.

    False if that was not possible: nothing has happened, and `log_metric` says what is wrong or knows what to do.
    """
    actor = claim.actor
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return False
    if actor.user_id is None or not has_written(run_id, actor.user_id):
        return False
    key_id = known_metric_key(metric.key)
    if key_id is None or not (0 <= metric.timestamp <= rules.MAX_INT64 and -rules.MAX_INT64 <= metric.step <= rules.MAX_INT64):
        return False
    point = points.PointRow(key_id, metric.step, metric.timestamp, *rules.stored_value(metric.value))
    try:
        is_stored = points.insert_point_of(*active_run_sql(claim, run_id, "run.log"), point)
    except IntegrityError:  # the key has gone
        return False
    if is_stored:
        note_use(claim)
    return is_stored


@with_fresh_keys
@together
def log_metric(actor: Actor, run_id: str, metric: MetricInput, of_model: ModelMetricInput | None = None) -> None:
    """Store one metric point; a repetition of it changes nothing. Raises Invalid, Missing, Denied."""
    run = access_active_run(actor, run_id, "run.log")
    _check_metric(metric)
    if run.holds:
        _refuse_under_hold(run, [metric], [], [])
    if of_model:
        _write_model_metrics(actor, run, [of_model])
    note_writer(run, actor.user_id)
    if actor.user_id is not None:
        user_id = actor.user_id
        after_commit(lambda: remember_writer(run.run_id, user_id))
    _write_metrics(run, [metric], last=True)


@with_fresh_keys
@together
def log_param(actor: Actor, run_id: str, key: str, value: str) -> None:
    """Store a param; the same value again is fine, another one Invalid. Raises Missing, Denied besides."""
    run = access_active_run(actor, run_id, "run.log")
    params = _check_params([Tag(key, value)], single=True)
    if run.holds:
        _refuse_under_hold(run, [], params, [])
    _write_params(run, params)
    note_writer(run, actor.user_id)


@together
def set_tag(actor: Actor, run_id: str, key: str, value: str) -> None:
    """Set a tag. `mlflow.runName` renames the run besides. Raises Invalid, Missing, Denied."""
    run = access_active_run(actor, run_id, "run.tag")
    tags = _check_tags([Tag(key, value)], single=True)
    if run.holds:
        _refuse_under_hold(run, [], [], tags)
    _write_tags(run, tags)
    note_writer(run, actor.user_id)


@atomic
def delete_tag(actor: Actor, run_id: str, key: str) -> None:
    """Remove a tag. Raises Missing if it is not there, Invalid, Denied."""
    run = access_active_run(actor, run_id, "run.tag")
    if run.holds:
        _refuse_under_hold(run, [], [], [Tag(key, "")])
    deleted, _ = RunTag.objects.filter(run_id=run.id, key=key).delete()
    if not deleted:
        raise Missing(f"No tag with name: {key} in run with id {run.run_id}")
    parent = "" if key == PARENT else None
    labels.touch_run(run.id, now_ms(), parent_run_id=parent)


def _check_metric(metric: MetricInput) -> None:
    """Rules of one point. Raises Invalid."""
    rules.check_key(metric.key, "key")
    rules.check_timestamp(metric.timestamp)
    rules.check_step(metric.step)


def _check_metrics(metrics: list[MetricInput]) -> None:
    """Rules of a batch's points, naming the first bad one as `metrics[i]`. Raises Invalid."""
    rules.check_keys([metric.key for metric in metrics], "metrics")
    for index, (_, _, timestamp, step) in enumerate(metrics):
        if not 0 <= timestamp <= rules.MAX_INT64:
            rules.check_timestamp(timestamp, f"metrics[{index}].timestamp")
        if not -rules.MAX_INT64 <= step <= rules.MAX_INT64:
            rules.check_step(step, f"metrics[{index}].step")


def _check_params(params: list[Tag], *, single: bool = False) -> list[Tag]:
    """Rules of params; returns them with values cut to what is stored. Raises Invalid, also for a key that comes twice."""
    if len(params) > 1 and len({key for key, _ in params}) < len(params):
        raise Invalid("Duplicate parameter keys have been submitted: " + ", ".join(sorted(_twice(params))))
    return _check_pairs(params, "params", rules.MAX_PARAM_VALUE, single)


def _check_tags(tags: list[Tag], *, single: bool = False) -> list[Tag]:
    """Rules of run tags; returns them with values cut to what is stored. Raises Invalid."""
    return _check_pairs(tags, "tags", rules.MAX_TAG_VALUE, single)


def _check_pairs(pairs: list[Tag], path: str, limit: int, single: bool) -> list[Tag]:
    for index, (key, value) in enumerate(pairs):
        where = "" if single else f"{path}[{index}]."
        rules.check_key(key, f"{where}key")
        rules.check_text(value, f"{where}value")
        if len(value) > limit and not settings.TRUNCATE_LONG_VALUES:
            rules.check_length(value, limit, f"{where}value")
    return [Tag(key, value[:limit]) for key, value in pairs]


def _twice(pairs: list[Tag]) -> set[str]:
    keys = [key for key, _ in pairs]
    return {key for key in keys if keys.count(key) > 1}


def _write_metrics(run: RunAccess, metrics: list[MetricInput], *, last: bool = False) -> None:
    if not metrics:
        return
    ids = metric_key_ids({metric.key for metric in metrics})
    rows = [points.PointRow(ids[key], step, timestamp, *rules.stored_value(value)) for key, value, timestamp, step in metrics]
    points.insert_points(run.id, rows, last=last)


def _write_model_metrics(actor: Actor, run: RunAccess, metrics: list[ModelMetricInput]) -> None:
    """The same points as metrics of logged models; whoever may not write to the model may not write its metrics."""
    if not metrics:
        return
    models = {
        model_id: access_logged_model(actor, model_id, "logged_model.update", lock=True).id
        for model_id in sorted({m.model_id for m in metrics})
    }
    ids = metric_key_ids({item.metric.key for item in metrics})
    rows = []
    for (key, value, timestamp, step), model_id, name, digest in metrics:
        rules.check_length(name, 500, "dataset_name")
        rules.check_length(digest, 36, "dataset_digest")
        number, kind = rules.stored_value(value)
        columns = {
            "dataset_name": name,
            "dataset_digest": digest,
            "step": step,
            "timestamp": timestamp,
            "value": number,
            "kind": kind,
        }
        rows.append(ModelMetric(model_id=models[model_id], key_id=ids[key], run_id=run.id, **columns))
    ModelMetric.objects.bulk_create(rows, ignore_conflicts=True)


def _write_params(run: RunAccess, params: list[Tag]) -> None:
    if not params:
        return
    ids = param_key_ids(key for key, _ in params)
    conflicts = labels.insert_params(run.id, [(ids[key], value) for key, value in params])
    if conflicts:
        names = {number: key for key, number in ids.items()}
        wanted = dict(params)
        said = [{"key": names[k], "old_value": old, "new_value": wanted[names[k]]} for k, old in conflicts[:5]]
        raise Invalid(
            f"Changing param values is not allowed. Params were already logged={rules.shown(said)} for run ID='{run.run_id}'."
        )


def _write_tags(run: RunAccess, tags: list[Tag]) -> None:
    if not tags:
        return
    labels.upsert_tags(run.id, tags)
    special = dict(tags)
    if RUN_NAME in special or PARENT in special:
        labels.touch_run(run.id, now_ms(), name=special.get(RUN_NAME), parent_run_id=_parent(special))


def _parent(tags: dict[str, str]) -> str | None:
    return tags[PARENT][:32] if PARENT in tags else None


def _refuse_under_hold(run: RunAccess, metrics: list[MetricInput], params: list[Tag], tags: list[Tag]) -> None:
    """Evidence behind a promoted version stays: new params, changed tags and points dated after the hold are Denied.

    Exact repetitions pass, so that a client that sends again gets its 200; so do the note and points dated before.
    """
    hold = Hold.objects.filter(run_id=run.id).order_by("since").first()
    if hold is None:
        return
    known_tags = dict(RunTag.objects.filter(run_id=run.id).values_list("key", "value"))
    changed = [tag.key for tag in tags if tag.key not in {NOTE, RUN_NAME} and known_tags.get(tag.key) != tag.value]
    late = [metric.key for metric in metrics if metric.timestamp > hold.since and not _is_stored(run, metric)]
    from_params = _new_params(run, params)
    for what, keys in (("tag", changed), ("metric", late), ("param", from_params)):
        if keys:
            raise Denied(f"{what} '{keys[0]}' of run {run.run_id} may not change: it is evidence of {hold.reason}")


def _new_params(run: RunAccess, params: list[Tag]) -> list[str]:
    if not params:
        return []
    known = set(Param.objects.filter(run_id=run.id).values_list("key__name", flat=True))
    return [key for key, _ in params if key not in known]


def _is_stored(run: RunAccess, metric: MetricInput) -> bool:
    value, kind = rules.stored_value(metric.value)
    return Point.objects.filter(
        run_id=run.id, key__name=metric.key, step=metric.step, timestamp=metric.timestamp, value=value, kind=kind
    ).exists()


@atomic
def log_legacy_model(actor: Actor, run_id: str, model: dict[str, Any]) -> None:
    """Append a 2.x client's model description to the tag that lists them. Raises Invalid, Missing, Denied."""
    run = access_active_run(actor, run_id, "run.tag")
    absent = [name for name in ("artifact_path", "flavors", "utc_time_created", "run_id") if name not in model]
    if absent:
        raise Invalid(f"Model json missing mandatory fields: {absent}")
    if run.holds:
        _refuse_under_hold(run, [], [], [Tag(MODEL_HISTORY, "")])
    stored = RunTag.objects.filter(run_id=run.id, key=MODEL_HISTORY).values_list("value", flat=True).first()
    listed = _model_history(stored)
    if model not in listed:
        labels.upsert_tags(run.id, [Tag(MODEL_HISTORY, json.dumps([*listed, model]))])
    note_writer(run, actor.user_id)


def _model_history(stored: str | None) -> list[Any]:
    try:
        listed = json.loads(stored or "[]")
    except ValueError:
        return []
    return listed if isinstance(listed, list) else []
