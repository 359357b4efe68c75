"""The search of runs as SQL over `experiments_run r`."""

from collections.abc import Callable

from apps.core.filterlang.ast import Comparison, IsNull, Node
from apps.core.filterlang.orderby import OrderKey
from apps.core.filtersql.comparisons import choice, number, number_in, present, text, text_order
from apps.core.filtersql.fragments import FALSE, TRUE, Sql, compile_tree
from apps.experiments.interning import find_metric_key, find_param_key
from apps.experiments.models.metrics import NAN
from apps.experiments.models.runs import STATUSES
from apps.experiments.search.compiled import Compiled, Ordering, exists, keyed_text

NEWEST_FIRST = ["r.start_time DESC", "r.run_id"]
_ARTIFACT_URI = "('mlflow-artifacts:/' || CAST(r.root_experiment_id AS TEXT) || '/' || r.run_id || '/artifacts')"
_TEXTS = {"run_id": "r.run_id", "run_name": "r.name", "user_id": "r.user_text", "artifact_uri": _ARTIFACT_URI}
_TIMES = {"start_time": "r.start_time", "end_time": "r.end_time"}
_STATUS_NAMES = {number: str(name) for number, name in STATUSES}


def compile_runs(node: Node | None, order_by: list[OrderKey]) -> Compiled:
    """The condition and the ordering of a search of runs; metric and param keys are looked up on the way.

    The ordering ends in start_time DESC, run_id; if it is nothing else, it is served by the index run_newest.
    """
    ordering = Ordering()
    for level in order_by:
        _ORDERS[level.entity](ordering, level)
    return ordering.finish(compile_tree(node, _leaf), NEWEST_FIRST)


def _leaf(node: Comparison | IsNull) -> Sql:
    return _CLAUSES[node.entity](node)


def _attribute(node: Comparison | IsNull) -> Sql:
    assert isinstance(node, Comparison)
    if node.key == "status":
        return choice("r.status", _STATUS_NAMES, node)
    if node.key in _TEXTS:
        return text(_TEXTS[node.key], node.operator, node.value)
    clause = number(_TIMES[node.key], node.operator, node.value)
    return present("r.end_time", clause) if node.key == "end_time" else clause


def _metric(node: Comparison | IsNull) -> Sql:
    # NaN is stored as 0 and infinities as the largest doubles: what a filter takes them for.
    assert isinstance(node, Comparison)
    key_id = find_metric_key(node.key)
    if key_id is None:
        return FALSE
    clause = number("s.latest_value", node.operator, float(node.value))  # type: ignore[arg-type]
    return exists("experiments_series s", f"s.run_id = r.id AND s.key_id = {key_id:d}", (), clause)


def _param(node: Comparison | IsNull) -> Sql:
    key_id = find_param_key(node.key)
    if key_id is None:
        return TRUE if isinstance(node, IsNull) and not node.negated else FALSE
    return keyed_text(node, "experiments_param p", f"p.run_id = r.id AND p.key_id = {key_id:d}", (), "p.value")


def _tag(node: Comparison | IsNull) -> Sql:
    return keyed_text(node, "experiments_runtag t", "t.run_id = r.id AND t.key = %s", (node.key,), "t.value")


def _dataset(node: Comparison | IsNull) -> Sql:
    assert isinstance(node, Comparison)
    column = "i.context" if node.key == "context" else f"d.{node.key}"
    table = "experiments_datasetinput i JOIN experiments_dataset d ON d.id = i.dataset_id"
    return exists(table, "i.run_id = r.id", (), text(column, node.operator, node.value))


_CLAUSES: dict[str, Callable[[Comparison | IsNull], Sql]] = {
    "attribute": _attribute,
    "metric": _metric,
    "param": _param,
    "tag": _tag,
    "dataset": _dataset,
}


def _by_attribute(ordering: Ordering, level: OrderKey) -> None:
    if level.key == "status":
        ranks = sorted(_STATUS_NAMES, key=lambda number: _STATUS_NAMES[number])
        cases = " ".join([f"WHEN {number} THEN {rank}" for rank, number in enumerate(ranks)])
        ordering.add(f"CASE r.status {cases} END", level.ascending)
    elif level.key in _TEXTS:
        ordering.add(text_order(_TEXTS[level.key]), level.ascending)
    elif level.key == "duration":  # of the pages alone; what still runs has none
        ordering.add("(r.end_time - r.start_time)", level.ascending, nullable=True)
    else:
        ordering.add(_TIMES[level.key], level.ascending, nullable=level.key == "end_time")


def _by_metric(ordering: Ordering, level: OrderKey) -> None:
    key_id = find_metric_key(level.key)
    if key_id is None:
        return
    alias = ordering.join(f"experiments_series {{0}} ON {{0}}.run_id = r.id AND {{0}}.key_id = {key_id:d}")
    ordering.terms.append(f"CASE WHEN {alias}.run_id IS NULL THEN 2 WHEN {alias}.latest_kind = {NAN} THEN 1 ELSE 0 END")
    ordering.add(f"{alias}.latest_value", level.ascending)


def _by_param(ordering: Ordering, level: OrderKey) -> None:
    key_id = find_param_key(level.key)
    if key_id is None:
        return
    alias = ordering.join(f"experiments_param {{0}} ON {{0}}.run_id = r.id AND {{0}}.key_id = {key_id:d}")
    if level.numeric:
        ordering.add(number_in(f"{alias}.value"), level.ascending, nullable=True)
    ordering.add(text_order(f"{alias}.value"), level.ascending, nullable=True)


def _by_tag(ordering: Ordering, level: OrderKey) -> None:
    alias = ordering.join("experiments_runtag {0} ON {0}.run_id = r.id AND {0}.key = %s", level.key)
    ordering.add(text_order(f"{alias}.value"), level.ascending, nullable=True)


_ORDERS: dict[str, Callable[[Ordering, OrderKey], None]] = {
    "attribute": _by_attribute,
    "metric": _by_metric,
    "param": _by_param,
    "tag": _by_tag,
}
