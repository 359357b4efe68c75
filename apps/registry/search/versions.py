"""The search of versions: filter and order as SQL over `registry_modelversion v` and its model `m`."""

from typing import NamedTuple

from apps.core.filterlang.ast import And, Comparison, IsNull, Node
from apps.core.filterlang.dialects import MODEL_VERSIONS
from apps.core.filterlang.orderby import parse_order_by
from apps.core.filterlang.parser import parse
from apps.core.filtersql import comparisons
from apps.core.filtersql.fragments import TRUE, Sql, compile_tree, joined
from apps.registry.search.prompts import asks_for_prompts, without_prompt_clauses

DEFAULT_ORDER = ["last_updated_timestamp DESC", "name ASC", "version_number DESC"]


class Condition(NamedTuple):
    """What a filter means: of the models alone, so that levels are asked for those that matter only, and of the versions."""

    models: Sql
    versions: Sql


def condition(text: str) -> Condition:
    """What a filter means. Raises Invalid."""
    node = parse(text, MODEL_VERSIONS)
    hide = not asks_for_prompts(node)
    if hide:
        node = without_prompt_clauses(node)
    models = [_leaf(leaf) for leaf in _demanded(node) if leaf.entity == "attribute" and leaf.key == "name"]
    if hide:
        models.append(Sql("NOT m.is_prompt"))
    versions = compile_tree(node, _leaf)
    if hide:
        versions = joined("AND", [Sql("NOT v.is_prompt"), versions])
    return Condition(joined("AND", models) if models else TRUE, versions)


def order(clauses: list[str]) -> str:
    """An ORDER BY; ties go by name, then the highest number first. Raises Invalid."""
    columns = {
        "name": comparisons.text_order("m.name"),
        "version_number": "v.number",
        "creation_timestamp": "v.created_at",
        "last_updated_timestamp": "v.updated_at",
    }
    keys = parse_order_by(clauses or DEFAULT_ORDER, MODEL_VERSIONS)
    parts = [f"{columns[key.key]} {'ASC' if key.ascending else 'DESC'}" for key in keys]
    named = {key.key for key in keys}
    if "name" not in named:
        parts.append(f"{columns['name']} ASC")
    if "version_number" not in named:
        parts.append("v.number DESC")
    return ", ".join(parts)


def _demanded(node: Node | None) -> list[Comparison]:
    """The comparisons that every result has to satisfy."""
    parts = node.items if isinstance(node, And) else (node,)
    return [part for part in parts if isinstance(part, Comparison)]


def _leaf(node: Comparison | IsNull) -> Sql:
    assert isinstance(node, Comparison)  # the dialect knows no IS NULL
    if node.entity == "tag":
        clause = comparisons.text("t.value", node.operator, node.value)
        sql = f"EXISTS (SELECT 1 FROM registry_versiontag t WHERE t.version_id = v.id AND t.key = %s AND {clause.text})"
        return Sql(sql, (node.key, *clause.params))
    if node.key == "version_number":
        return comparisons.number("v.number", node.operator, node.value)
    if node.key == "run_id":
        # A version without a run has no run_id: it matches nothing, not even !=.
        return comparisons.present("v.run_id", comparisons.text("v.run_id", node.operator, node.value), absent="''")
    column = {"name": "m.name", "source_path": "v.source"}[node.key]
    return comparisons.text(column, node.operator, node.value)
