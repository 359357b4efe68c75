"""The left side of a comparison: which key is meant, what kind of value it has, what may be asked of it."""

from dataclasses import dataclass

from apps.core.filterlang.ast import EntityName, Span
from apps.core.filterlang.dialects import LISTS, NUMERIC, Attribute, Dialect, Entity, Kind
from apps.core.filterlang.errors import FilterError, listed, shorten
from apps.core.filterlang.lexer import Token


@dataclass(frozen=True, slots=True)
class Field:
    """One key of one dialect, aliases resolved."""

    entity: EntityName
    key: str
    kind: Kind
    operators: tuple[str, ...]
    nullable: bool = False
    filterable: bool = True
    orderable: bool = True
    numeric_text: bool = False


def read_field(token: Token, dialect: Dialect) -> Field:
    """The field an identifier, or a bare word, names. Raises FilterError for an unknown entity or key."""
    if token.kind != "identifier":
        if token.kind == "backtick" and "." in token.value:
            raise _unknown_entity("`" + token.value.partition(".")[0], token.span, dialect)
        return _attribute(token.value, token.span, dialect)
    entity = dialect.entity(token.entity)
    if entity is None:
        raise _unknown_entity(token.entity, token.span, dialect)
    if entity.name == "attribute":
        return _attribute(token.key, token.span, dialect)
    if entity.keys is not None and token.key not in entity.keys:
        raise FilterError(
            f"Invalid {entity.name} key '{shorten(token.key)}' specified. Valid keys are {listed(entity.keys)}",
            token.span,
            entity.keys,
        )
    if not token.key:
        raise FilterError(f"Invalid clause(s) in filter string: '{token.text}'. The key is empty.", token.span)
    return _of_entity(entity, token.key)


def _of_entity(entity: Entity, key: str) -> Field:
    return Field(
        entity.name,
        key,
        entity.kind,
        entity.operators,
        entity.nullable,
        orderable=entity.orderable,
        numeric_text=entity.numeric_text,
    )


def _attribute(key: str, span: Span, dialect: Dialect) -> Field:
    found = dialect.attribute(key)
    if found is None:
        valid = tuple(one.name for one in dialect.attributes if one.filterable)
        raise FilterError(f"Invalid attribute key '{shorten(key)}' specified. Valid keys are {listed(valid)}", span, valid)
    return Field(
        "attribute",
        found.name,
        found.kind,
        attribute_operators(found, dialect),
        filterable=found.filterable,
        orderable=found.orderable,
    )


def attribute_operators(attribute: Attribute, dialect: Dialect) -> tuple[str, ...]:
    """What may be asked of an attribute."""
    if attribute.kind != "text":
        return NUMERIC
    return dialect.attribute_operators + (LISTS if attribute.lists else ())


def _unknown_entity(name: str, span: Span, dialect: Dialect) -> FilterError:
    valid = tuple(entity.spellings[0] for entity in dialect.entities)
    return FilterError(f"Invalid entity type '{shorten(name)}'. Valid values are {listed(valid)}", span, valid)
