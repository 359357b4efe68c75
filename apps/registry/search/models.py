"""The search of registered models: filter and order as SQL over `registry_registeredmodel m`."""

from apps.core.filterlang.ast import Comparison, IsNull
from apps.core.filterlang.dialects import REGISTERED_MODELS
from apps.core.filterlang.orderby import parse_order_by
from apps.core.filterlang.parser import parse
from apps.core.filtersql import comparisons
from apps.core.filtersql.fragments import Sql, compile_tree, joined
from apps.registry.search.prompts import asks_for_prompts, without_prompt_clauses

NO_PROMPT = Sql("NOT m.is_prompt")


def condition(text: str) -> Sql:
    """What a filter means. Raises Invalid."""
    node = parse(text, REGISTERED_MODELS)
    if asks_for_prompts(node):
        return compile_tree(node, _leaf)
    return joined("AND", [NO_PROMPT, compile_tree(without_prompt_clauses(node), _leaf)])


def order(clauses: list[str]) -> str:
    """An ORDER BY; ties go by name. Raises Invalid."""
    columns = {"name": comparisons.text_order("m.name"), "last_updated_timestamp": "m.updated_at"}
    keys = parse_order_by(clauses, REGISTERED_MODELS)
    parts = [f"{columns[key.key]} {'ASC' if key.ascending else 'DESC'}" for key in keys]
    if all(key.key != "name" for key in keys):
        parts.append(f"{columns['name']} ASC")
    return ", ".join(parts)


def _leaf(node: Comparison | IsNull) -> Sql:
    assert isinstance(node, Comparison)  # the dialect knows no IS NULL
    if node.entity == "tag":
        clause = comparisons.text("t.value", node.operator, node.value)
        sql = f"EXISTS (SELECT 1 FROM registry_modeltag t WHERE t.model_id = m.id AND t.key = %s AND {clause.text})"
        return Sql(sql, (node.key, *clause.params))
    return comparisons.text("m.name", node.operator, node.value)
