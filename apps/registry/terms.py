"""What a policy says: rules, separation of duties, gates and what happens at execution. Pure.

People and teams are numbers inside, so that a new name changes no policy. Terms never change; another text is another version.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from apps.core.errors import Invalid
from apps.registry.gate_terms import Gate, read_gates
from apps.registry.rules import check_new_alias

MOST_RULES = 20
MOST_VOTES = 50
DEFAULT_EXPIRY_HOURS = 14 * 24
MOST_EXPIRY_HOURS = 366 * 24


@dataclass(frozen=True, slots=True)
class Rule:
    """`number` approvals of these people and members of these teams."""

    name: str
    number: int
    users: tuple[int, ...] = ()
    teams: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Separation:
    """Who may not approve; each on by default."""

    requester: bool = True
    version_creator: bool = True
    run_owner: bool = True
    gate_changer: bool = True


@dataclass(frozen=True, slots=True)
class Override:
    """Who may do it all the same, with a reason. Nobody named: administrators, unless that is off too."""

    users: tuple[int, ...] = ()
    teams: tuple[int, ...] = ()
    administrators: bool = True


@dataclass(frozen=True, slots=True)
class Terms:
    """All that a policy version says."""

    rules: tuple[Rule, ...] = ()
    separation: Separation = field(default_factory=Separation)
    gates: tuple[Gate, ...] = ()
    override: Override = field(default_factory=Override)
    archive_existing: bool = True
    bound_alias: str = ""
    expires_hours: int = DEFAULT_EXPIRY_HOURS
    preapproved_rollback: bool = False
    second_person: bool = False

    @property
    def votes(self) -> int:
        """How many approvals all rules ask for together."""
        return sum(rule.number for rule in self.rules)

    def to_json(self) -> dict[str, Any]:
        """What is stored; `load` reads it back."""
        data = asdict(self)
        data["gates"] = [gate.to_json() for gate in self.gates]
        stored: dict[str, Any] = json.loads(json.dumps(data))
        return stored

    def digest(self) -> str:
        """SHA-256 of the terms in one fixed spelling."""
        return digest(self.to_json())


@dataclass(frozen=True, slots=True)
class Directory:
    """How names become numbers. Each function raises Missing for a name that nobody has."""

    user: Callable[[str], int]
    team: Callable[[str], int]


def digest(data: Any) -> str:
    """SHA-256, in hex, of JSON with sorted keys and no spaces."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def load(data: dict[str, Any]) -> Terms:
    """Terms from what was stored."""
    return Terms(
        rules=tuple(Rule(rule["name"], rule["number"], tuple(rule["users"]), tuple(rule["teams"])) for rule in data["rules"]),
        separation=Separation(**data["separation"]),
        gates=read_gates(data["gates"]),
        override=Override(tuple(data["override"]["users"]), tuple(data["override"]["teams"]), data["override"]["administrators"]),
        **{
            key: data[key]
            for key in ("archive_existing", "bound_alias", "expires_hours", "preapproved_rollback", "second_person")
        },
    )


def read_terms(data: dict[str, Any], directory: Directory, *, of_stage: bool) -> Terms:
    """Terms as people write them, with names. What is left out has its default. Raises Invalid, Missing."""
    _refuse_unknown(data, set(Terms.__slots__), "terms")
    alias = _text(data, "bound_alias")
    if alias:
        check_new_alias(alias)
        if not of_stage:
            raise Invalid("bound_alias: only a policy of a stage binds an alias")
    expires = data.get("expires_hours", DEFAULT_EXPIRY_HOURS)
    if not _whole(expires) or not 1 <= expires <= MOST_EXPIRY_HOURS:
        raise Invalid(f"expires_hours: a whole number from 1 to {MOST_EXPIRY_HOURS}")
    return Terms(
        rules=tuple(_rules(data.get("rules", []), directory)),
        separation=Separation(**_switches(data.get("separation", {}), Separation.__slots__, "separation")),
        gates=read_gates(_list(data.get("gates", []), "gates")),
        override=_override(data.get("override", {}), directory),
        archive_existing=_switch(data, "archive_existing", True),
        bound_alias=alias,
        expires_hours=expires,
        preapproved_rollback=_switch(data, "preapproved_rollback", False),
        second_person=_switch(data, "second_person", False),
    )


def _rules(items: Any, directory: Directory) -> Iterator[Rule]:
    found = _list(items, "rules")
    if len(found) > MOST_RULES:
        raise Invalid(f"rules: at most {MOST_RULES}")
    for index, item in enumerate(found):
        path = f"rules[{index}]"
        if not isinstance(item, dict):
            raise Invalid(f"{path}: an object is needed")
        _refuse_unknown(item, {"name", "number", "users", "teams"}, path)
        number = item.get("number", 1)
        if not _whole(number) or not 1 <= number <= MOST_VOTES:
            raise Invalid(f"{path}.number: a whole number from 1 to {MOST_VOTES}")
        users, teams = _people(item, directory, path)
        if not users and not teams:
            raise Invalid(f"{path}: name the users or teams whose approval counts")
        yield Rule(_text(item, "name")[:200] or _called(item), number, users, teams)


def _called(item: dict[str, Any]) -> str:
    return ", ".join([str(name) for key in ("teams", "users") for name in item.get(key, [])])[:200]


def _people(item: dict[str, Any], directory: Directory, path: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    names = {key: _list(item.get(key, []), f"{path}.{key}") for key in ("users", "teams")}
    for key, values in names.items():
        if not all(isinstance(value, str) for value in values):
            raise Invalid(f"{path}.{key}: a list of names is needed")
    users = sorted({directory.user(name) for name in names["users"]})
    return tuple(users), tuple(sorted({directory.team(name) for name in names["teams"]}))


def _override(item: Any, directory: Directory) -> Override:
    if not isinstance(item, dict):
        raise Invalid("override: an object is needed")
    _refuse_unknown(item, set(Override.__slots__), "override")
    users, teams = _people(item, directory, "override")
    return Override(users, teams, _switch(item, "administrators", not users and not teams))


def _switches(item: Any, names: tuple[str, ...], path: str) -> dict[str, bool]:
    if not isinstance(item, dict):
        raise Invalid(f"{path}: an object is needed")
    _refuse_unknown(item, set(names), path)
    return {name: _switch(item, name, True) for name in names}


def _switch(data: dict[str, Any], name: str, default: bool) -> bool:
    value = data.get(name, default)
    if not isinstance(value, bool):
        raise Invalid(f"{name}: true or false is needed")
    return value


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        raise Invalid(f"{name}: a text is needed")
    return value.strip()


def _list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise Invalid(f"{path}: a list is needed")
    return value


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _refuse_unknown(data: dict[str, Any], known: set[str], path: str) -> None:
    """A misspelt switch must not be read as left out. Raises Invalid."""
    if unknown := sorted(set(data) - known):
        raise Invalid(f"{path}: unknown field {unknown[0]!r}; there are {', '.join(sorted(known))}")
