"""The search of logged models as SQL over `experiments_loggedmodel m`."""

from dataclasses import replace
from typing import NamedTuple

from apps.core.filterlang.ast import Comparison, IsNull, Node, leaves
from apps.core.filterlang.orderby import OrderKey
from apps.core.filtersql.comparisons import choice, number, present, text, text_order
from apps.core.filtersql.fragments import FALSE, TRUE, Sql, compile_tree, joined
from apps.experiments.interning import find_metric_key
from apps.experiments.models.logged_models import STATUSES
from apps.experiments.models.metrics import NAN
from apps.experiments.search.compiled import Compiled, Ordering, exists, keyed_text

_TEXTS = {
    "name": "m.name",
    "model_id": "m.model_id",
    "model_type": "m.model_type",
    "source_run_id": "m.source_run_id",
    "experiment_id": "CAST(m.experiment_id AS TEXT)",
}
_OPTIONAL = {"model_type", "source_run_id"}  # "" where the client gave none, which is no value to compare with
_TIMES = {"creation_timestamp_ms": "m.created_at", "last_updated_timestamp_ms": "m.updated_at"}
_STATUS_NAMES = {number: str(name) for number, name in STATUSES}


class DatasetFilter(NamedTuple):
    """Metrics logged on a dataset; without a digest, on any version of it."""

    name: str
    digest: str = ""


def compile_logged_models(node: Node | None, order_by: list[OrderKey], datasets: list[DatasetFilter]) -> Compiled:
    """The condition and the ordering, newest first at last.

    `datasets` narrows the metrics that conditions see to those logged on one of them; without a condition on a metric, a
    model needs any metric on one of them.
    """
    ordering = Ordering()
    for level in order_by:
        _order(ordering, level)
    on_dataset = _on_dataset(datasets)
    where = compile_tree(node, lambda leaf: _leaf(leaf, on_dataset))
    if datasets and not any(leaf.entity == "metric" for leaf in leaves(node)):
        where = joined("AND", [where, exists("experiments_modelmetric x", "x.model_id = m.id", (), on_dataset)])
    return ordering.finish(where, ["m.created_at DESC", "m.model_id"])


def _on_dataset(datasets: list[DatasetFilter]) -> Sql:
    """The condition on a metric row `x`."""
    if not datasets:
        return TRUE
    pieces = []
    for name, digest in datasets:
        piece = Sql("x.dataset_name = %s", (name,))
        pieces.append(joined("AND", [piece, Sql("x.dataset_digest = %s", (digest,))]) if digest else piece)
    return joined("OR", pieces)


def _leaf(node: Comparison | IsNull, on_dataset: Sql) -> Sql:
    if node.entity == "param":
        return keyed_text(node, "experiments_loggedmodelparam p", "p.model_id = m.id AND p.key = %s", (node.key,), "p.value")
    if node.entity == "tag":
        return keyed_text(node, "experiments_loggedmodeltag t", "t.model_id = m.id AND t.key = %s", (node.key,), "t.value")
    assert isinstance(node, Comparison)
    return _metric(node, on_dataset) if node.entity == "metric" else _attribute(node)


def _metric(node: Comparison, on_dataset: Sql) -> Sql:
    key_id = find_metric_key(node.key)
    if key_id is None:
        return FALSE
    clause = number("x.value", node.operator, float(node.value))  # type: ignore[arg-type]
    condition = joined("AND", [clause, on_dataset])
    return exists("experiments_modelmetric x", f"x.model_id = m.id AND x.key_id = {key_id:d}", (), condition)


def _attribute(node: Comparison) -> Sql:
    if node.key == "status":
        return choice("m.status", _STATUS_NAMES, _with_long_names(node))
    if node.key in _TIMES:
        return number(_TIMES[node.key], node.operator, node.value)
    column = _TEXTS[node.key]
    clause = text(column, node.operator, node.value)
    return present(column, clause, absent="''") if node.key in _OPTIONAL else clause


def _with_long_names(node: Comparison) -> Comparison:
    """The comparison with the wire's names of statuses for the client's: READY is LOGGED_MODEL_READY."""
    long_names = {name.removeprefix("LOGGED_MODEL_"): name for name in _STATUS_NAMES.values()}
    if isinstance(node.value, tuple):
        return replace(node, value=tuple(long_names.get(name, name) for name in node.value))
    return replace(node, value=long_names.get(str(node.value), node.value))


def _order(ordering: Ordering, level: OrderKey) -> None:
    if level.entity == "metric":
        _order_by_metric(ordering, level)
    elif level.key == "status":
        ordering.add("m.status", level.ascending)
    elif level.key == "experiment_id":
        ordering.add("m.experiment_id", level.ascending)
    elif level.key in _TIMES:
        ordering.add(_TIMES[level.key], level.ascending)
    else:
        column = _TEXTS[level.key]
        if level.key in _OPTIONAL:
            ordering.terms.append(f"{column} = ''")
        ordering.add(text_order(column), level.ascending)


def _order_by_metric(ordering: Ordering, level: OrderKey) -> None:
    """By the newest value (by time, then step), perhaps on one dataset."""
    key_id = find_metric_key(level.key)
    if key_id is None:
        return
    datasets = [DatasetFilter(level.dataset_name, level.dataset_digest)] if level.dataset_name else []
    narrowed = _on_dataset(datasets)
    newest = (
        f"(SELECT x.id FROM experiments_modelmetric x WHERE x.model_id = m.id AND x.key_id = {key_id:d} AND {narrowed.text}"
        " ORDER BY x.timestamp DESC, x.step DESC, x.value DESC, x.id LIMIT 1)"
    )
    alias = ordering.join(f"experiments_modelmetric {{0}} ON {{0}}.id = {newest}", *narrowed.params)
    ordering.terms.append(f"CASE WHEN {alias}.id IS NULL THEN 2 WHEN {alias}.kind = {NAN} THEN 1 ELSE 0 END")
    ordering.add(f"{alias}.value", level.ascending)
