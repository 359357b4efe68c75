"""Prompts share the tables of models, and searches hide them unless the filter asks for them."""

from apps.core.filterlang.ast import And, Comparison, IsNull, Node, Not, Or, leaves
from apps.registry.rules import IS_PROMPT


def asks_for_prompts(node: Node | None) -> bool:
    """Whether the filter says that it wants prompts: `is_prompt = 'true'` or `!= 'false'`."""
    return any(_about_prompts(leaf) and _wants(leaf) for leaf in leaves(node))


def without_prompt_clauses(node: Node | None) -> Node | None:
    """The filter without clauses that ask for what is no prompt: hiding prompts does that, for things without the tag too."""
    if node is None or (isinstance(node, Comparison) and _about_prompts(node)):
        return None
    if isinstance(node, Comparison | IsNull):
        return node
    if isinstance(node, Not):
        item = without_prompt_clauses(node.item)
        return Not(item) if item is not None else None
    items = tuple(item for part in node.items if (item := without_prompt_clauses(part)) is not None)
    if len(items) < 2:
        return items[0] if items else None
    return And(items) if isinstance(node, And) else Or(items)


def _about_prompts(leaf: Comparison | IsNull) -> bool:
    return leaf.entity == "tag" and leaf.key == IS_PROMPT


def _wants(leaf: Comparison | IsNull) -> bool:
    if not isinstance(leaf, Comparison):
        return False
    value = str(leaf.value).lower()
    return (leaf.operator == "=" and value == "true") or (leaf.operator == "!=" and value == "false")
