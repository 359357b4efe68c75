"""What the filter bar of models offers, and names of models for the palette and for registering into them."""

from dataclasses import dataclass, field

from apps.access import policy
from apps.access.levels import Level
from apps.access.queries.workspaces import access_workspace, require_known
from apps.core.actor import Actor
from apps.core.filterlang.ast import Span
from apps.core.filterlang.complete import complete
from apps.core.filterlang.dialects import REGISTERED_MODELS
from apps.core.filterlang.errors import FilterError
from apps.core.filterlang.format import spell_key, spell_value
from apps.core.filterlang.parser import parse
from apps.registry.access import MODEL
from apps.registry.sql import rows

MOST = 50


@dataclass(slots=True)
class Offer:
    """(shown, inserted) choices that replace `start` to `end`: words of the language, and what models really have."""

    start: int
    end: int
    words: list[tuple[str, str]] = field(default_factory=list)
    found: list[tuple[str, str]] = field(default_factory=list)
    error: tuple[Span, str] | None = None


def complete_models(actor: Actor, text: str, cursor: int) -> Offer:
    """What could be typed at `cursor` in a filter of models. Raises Unauthenticated."""
    require_known(actor)
    wanted = complete(text, cursor, REGISTERED_MODELS)
    offer = Offer(wanted.start, wanted.end, error=_error_before(text, wanted.start))
    offer.words = [(word.strip(), word if word.endswith((".", "(", "'", ")")) else f"{word} ") for word in wanted.options]
    if wanted.wants == "key" and wanted.entity == "tag":
        offer.found = _spelled(_tag_keys(actor, wanted.typed), is_key=True)
    elif wanted.wants == "value" and wanted.entity == "tag":
        offer.found = _spelled(_tag_values(actor, wanted.key, wanted.typed))
    elif wanted.wants == "value" and wanted.key == "name":
        offer.found = _spelled([name for name, _ in suggest_models(actor, wanted.typed, limit=MOST)])
    return offer


def suggest_models(actor: Actor, text: str, *, least: Level = Level.READ, limit: int = 8) -> list[tuple[str, int]]:
    """(name, level) of models with `text` in their names on which the actor has at least that level, the newest change first."""
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    level, params = policy.level_sql(actor, MODEL, "m")
    sql = (
        f"SELECT m.name, {level} FROM registry_registeredmodel m WHERE m.workspace_id = %s AND m.lifecycle = 'active'"
        f" AND NOT m.is_prompt AND lower(m.name) LIKE %s ESCAPE '!' AND {level} >= {int(least)}"
        f" ORDER BY m.updated_at DESC, m.id DESC LIMIT {int(limit)}"
    )
    return rows.fetch(sql, [*params, workspace.id, _like(text), *params])


def _error_before(text: str, start: int) -> tuple[Span, str] | None:
    """What is wrong with the finished part of the text; an end that is only begun is no mistake yet."""
    try:
        parse(text, REGISTERED_MODELS)
    except FilterError as error:
        if error.position.length and error.position.start + error.position.length < start:
            return error.position, error.message
    return None


def _spelled(names: list[str], *, is_key: bool = False) -> list[tuple[str, str]]:
    found = []
    for name in names:
        try:
            found.append((name, f"{spell_key(name, REGISTERED_MODELS)} " if is_key else spell_value(name, REGISTERED_MODELS)))
        except ValueError:
            continue  # a text with all kinds of quotes in it cannot be written
    return found


def _tag_keys(actor: Actor, typed: str) -> list[str]:
    return _tags(actor, "t.key", "lower(t.key) LIKE %s ESCAPE '!'", [_like(typed)])


def _tag_values(actor: Actor, key: str, typed: str) -> list[str]:
    where = "t.key = %s AND length(t.value) <= 200 AND lower(t.value) LIKE %s ESCAPE '!'"
    return _tags(actor, "t.value", where, [key, _like(typed)])


def _tags(actor: Actor, column: str, where: str, values: list[str]) -> list[str]:
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    level, params = policy.level_sql(actor, MODEL, "m")
    sql = (
        f"SELECT DISTINCT {column} FROM registry_modeltag t JOIN registry_registeredmodel m ON m.id = t.model_id"
        f" WHERE m.workspace_id = %s AND m.lifecycle = 'active' AND {where} AND {level} >= {int(Level.READ)}"
        f" ORDER BY 1 LIMIT {MOST}"
    )
    return [text for (text,) in rows.fetch(sql, [workspace.id, *values, *params])]


def _like(text: str) -> str:
    return "%" + text.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"
