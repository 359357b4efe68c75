"""What a filter means, over plain dicts: the definition that the SQL of every search is tested against."""

import math
import operator
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.core.filterlang.ast import And, Comparison, IsNull, Node, Not, Operator, Or, Period, Value
from apps.core.filterlang.like import ilike, like
from apps.core.filterlang.numbers import text_number
from apps.core.filterlang.periods import bounds
from apps.core.filterlang.regex import compiled

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "LIKE": like,
    "ILIKE": ilike,
    "RLIKE": lambda value, pattern: compiled(pattern).search(value),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a filter can ask about one thing; an attribute that is None counts as absent.

    `metrics` are latest values, or for logged models lists of all values, one of which has to match. `datasets` have `name`,
    `digest` and, where the input is tagged with one, `context`.
    """

    attributes: Mapping[str, str | int | None] = field(default_factory=dict)
    metrics: Mapping[str, float | list[float]] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    datasets: Sequence[Mapping[str, str | None]] = ()

    def values(self, entity: str, key: str) -> list[Any]:
        """Everything the thing has under the key: none, one, or for datasets any number."""
        found: list[Any]
        if entity == "dataset":
            found = [dataset.get(key) for dataset in self.datasets]
        else:
            tables: dict[str, Mapping[str, Any]] = {
                "attribute": self.attributes,
                "metric": self.metrics,
                "param": self.params,
                "tag": self.tags,
            }
            value = tables[entity].get(key)
            found = value if isinstance(value, list) else [value]
        return [value for value in found if value is not None]


def matches(node: Node | None, facts: Facts, now_ms: int = 0) -> bool:
    """Whether the thing is found by the filter; `now_ms` is the present for date words. None finds everything."""
    if node is None:
        return True
    if isinstance(node, Not):
        return not matches(node.item, facts, now_ms)
    if isinstance(node, And):
        return all(matches(item, facts, now_ms) for item in node.items)
    if isinstance(node, Or):
        return any(matches(item, facts, now_ms) for item in node.items)
    values = facts.values(node.entity, node.key)
    if isinstance(node, IsNull):
        return bool(values) == node.negated
    return any(_holds(node, value, now_ms) for value in values)


def _holds(node: Comparison, value: Any, now_ms: int) -> bool:
    if node.entity == "metric":
        return compare(metric_number(value), node.operator, float(node.value))  # type: ignore[arg-type]
    if node.entity == "param" and isinstance(node.value, (int, float)):
        number = text_number(value)
        return number is not None and compare(number, node.operator, float(node.value))
    if isinstance(node.value, Period):
        return _in_period(value, node.operator, *bounds(node.value, now_ms))
    return compare(value, node.operator, node.value)


def metric_number(value: float) -> float:
    """The number a metric counts as in a filter: NaN as 0, infinities as the largest doubles."""
    if math.isnan(value):
        return 0.0
    return max(-sys.float_info.max, min(sys.float_info.max, value))


def compare(value: Any, sign: Operator, wanted: Value) -> bool:
    """`value sign wanted` for two of one kind; IN lists hold texts."""
    if sign in ("IN", "NOT IN"):
        return (value in wanted) == (sign == "IN")  # type: ignore[operator]
    if sign in _TEXT:
        return _TEXT[sign](value, wanted)  # type: ignore[arg-type]
    return _ORDER[sign](value, wanted)


def _in_period(value: int, sign: Operator, first: int, after: int) -> bool:
    side = -1 if value < first else 0 if value < after else 1
    return _ORDER[sign](side, 0)
