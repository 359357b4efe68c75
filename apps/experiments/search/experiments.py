"""The search of experiments as SQL over `experiments_experiment e`."""

from apps.core.filterlang.ast import Comparison, IsNull, Node
from apps.core.filterlang.orderby import OrderKey
from apps.core.filtersql.comparisons import number, text, text_order
from apps.core.filtersql.fragments import Sql, compile_tree
from apps.experiments.search.compiled import Compiled, Ordering, keyed_text

NEWEST_FIRST = ["e.created_at DESC", "e.id"]
_TEXTS = {"name": "e.name", "experiment_id": "CAST(e.id AS TEXT)"}
_TIMES = {"creation_time": "e.created_at", "last_update_time": "e.updated_at"}


def compile_experiments(node: Node | None, order_by: list[OrderKey]) -> Compiled:
    """The condition and the ordering: newest first without `order_by`; else ties go to the greater id, as in MLflow."""
    ordering = Ordering()
    for level in order_by:
        ordering.add(_order_column(level), level.ascending)
    by_id = any(level.key == "experiment_id" for level in order_by)
    ties = NEWEST_FIRST if not order_by else [] if by_id else ["e.id DESC"]
    return ordering.finish(compile_tree(node, _leaf), ties)


def _order_column(level: OrderKey) -> str:
    if level.key == "experiment_id":
        return "e.id"
    return _TIMES[level.key] if level.key in _TIMES else text_order(_TEXTS[level.key])


def _leaf(node: Comparison | IsNull) -> Sql:
    if node.entity == "tag":
        return keyed_text(node, "experiments_experimenttag t", "t.experiment_id = e.id AND t.key = %s", (node.key,), "t.value")
    assert isinstance(node, Comparison)
    if node.key in _TIMES:
        return number(_TIMES[node.key], node.operator, node.value)
    return text(_TEXTS[node.key], node.operator, node.value)
