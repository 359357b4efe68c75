"""`order_by`: a list of `field [ASC|DESC]`, and the JSON form that the search of logged models has instead."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apps.core.filterlang.ast import NOWHERE, EntityName
from apps.core.filterlang.dialects import LOGGED_MODELS, Dialect
from apps.core.filterlang.errors import FilterError, listed, shorten
from apps.core.filterlang.fields import Field, read_field
from apps.core.filterlang.lexer import scan, tokenize

MOST_KEYS = 20


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One level of an ordering. The two `dataset_` parts narrow a logged model's metric to one dataset.

    `numeric`: texts that are numbers come first, by their value; the wire never asks for it.
    """

    entity: EntityName
    key: str
    ascending: bool = True
    dataset_name: str = ""
    dataset_digest: str = ""
    numeric: bool = False


def parse_order_by(clauses: Sequence[str], dialect: Dialect) -> list[OrderKey]:
    """The levels of an ordering, aliases resolved. Raises FilterError, for a field named twice too."""
    if len(clauses) > MOST_KEYS:
        raise FilterError(f"Invalid order_by: at most {MOST_KEYS} fields.", NOWHERE)
    return refuse_duplicates([_parse_clause(clause, dialect) for clause in clauses])


def _parse_clause(clause: str, dialect: Dialect) -> OrderKey:
    tokens = [] if any(token.kind in ("unclosed", "bad") for token in scan(clause)) else tokenize(clause)
    if not 1 <= len(tokens) <= 2 or tokens[0].kind not in ("identifier", "word", "backtick", "double"):
        raise FilterError(
            f"Invalid order_by clause '{shorten(clause)}'. Could not be parsed. Write a field and perhaps ASC or DESC.", NOWHERE
        )
    field = read_field(tokens[0], dialect)
    _check_orderable(field, dialect)
    if len(tokens) == 1:
        return OrderKey(field.entity, field.key)
    if not tokens[1].is_word("ASC", "DESC"):
        raise FilterError(
            f"Invalid ordering key in order_by clause '{shorten(clause)}'. Write ASC or DESC.", tokens[1].span, ("ASC", "DESC")
        )
    return OrderKey(field.entity, field.key, tokens[1].is_word("ASC"))


def _check_orderable(field: Field, dialect: Dialect) -> None:
    if field.orderable:
        return
    if field.entity == "attribute":
        valid = tuple(one.name for one in dialect.attributes if one.orderable)
        raise FilterError(
            f"Invalid attribute key '{field.key}' specified in order_by. Valid keys are {listed(valid)}", NOWHERE, valid
        )
    raise FilterError(f"Invalid order_by entity type '{field.entity}': {dialect.name} cannot be ordered by it.", NOWHERE)


def refuse_duplicates(keys: list[OrderKey]) -> list[OrderKey]:
    """The same list. Raises FilterError if two levels are about one field."""
    seen: set[tuple[str, ...]] = set()
    twice = []
    for one in keys:
        field = (one.entity, one.key, one.dataset_name, one.dataset_digest)
        if field in seen:
            twice.append(f"{one.entity}.{one.key}")
        seen.add(field)
    if twice:
        raise FilterError(f"`order_by` contains duplicate fields: {listed(twice)}", NOWHERE)
    return keys


def logged_model_order(levels: Iterable[tuple[str, bool, str, str]]) -> list[OrderKey]:
    """The ordering of logged models from (field_name, ascending, dataset_name, dataset_digest). Raises FilterError.

    A field is an attribute's name or `metrics.<key>`.
    """
    return refuse_duplicates([_logged_model_key(*level) for level in levels])


def _logged_model_key(name: str, ascending: bool, dataset_name: str, dataset_digest: str) -> OrderKey:
    entity, dot, key = name.partition(".")
    if dot and entity == "metrics" and key.strip("`"):
        return OrderKey("metric", key.strip("`"), ascending, dataset_name, dataset_digest)
    attribute = LOGGED_MODELS.attribute(key if dot and entity == "attributes" else name)
    if attribute is None:
        valid = tuple(one.name for one in LOGGED_MODELS.attributes)
        raise FilterError(
            f"Invalid order by field name: '{shorten(name)}'. Expected metrics.<key> or one of {listed(valid)}", NOWHERE, valid
        )
    return OrderKey("attribute", attribute.name, ascending)
