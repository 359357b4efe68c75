"""Fetch and permission in one call: nobody holds an unchecked row. Hidden reads like missing.

Models are known by name, and a name is looked up in the workspace that the request named.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.access import policy
from apps.access.levels import Level
from apps.core import prepared
from apps.core.actor import Actor
from apps.core.errors import Denied, Missing
from apps.registry import rules

MODEL = policy.Noun("registry_registeredmodel", "registry_modelgrant", "model_id")

# What only a person's own, unlimited credentials may do.
PERSONAL = {"model.share", "model.protect", "policy.change", "request.vote", "request.override"}
# What the token of an execution may do besides reading and writing its run.
OF_EXECUTIONS = {"model.create", "model_version.create", "model_version.tag"}


@dataclass(frozen=True, slots=True)
class ModelAccess:
    """A registered model that the actor was let to."""

    id: int
    name: str
    workspace_id: int
    workspace: str
    is_prompt: bool
    level: Level


@dataclass(frozen=True, slots=True)
class VersionAccess:
    """A version that the actor was let to, with its model."""

    id: int
    number: int
    stage: str
    model: ModelAccess

    @property
    def label(self) -> str:
        """How sentences call it."""
        return f"version {self.number} of {self.model.name}"


@dataclass(frozen=True, slots=True)
class RequestAccess:
    """A transition request that the actor was let to, with its model, which may be in the trash by now."""

    id: int
    version_id: int | None
    model: ModelAccess


_MODEL = "m.id, m.name, m.workspace_id, w.name, m.is_prompt"
_FROM = "registry_registeredmodel m JOIN access_workspace w ON w.id = m.workspace_id"
_NAMED = "w.name = %s AND m.name = %s AND m.lifecycle = 'active'"


def access_model(actor: Actor, name: str, act: str, *, lock: bool = False) -> ModelAccess:
    """The model of that name if `act` may be done to it; `lock` keeps others from changing it until the transaction ends.

    Raises Invalid (no name at all), Missing, Denied.
    """
    rules.check_model_name(name)
    return _model(actor, act, lock, _NAMED, [actor.workspace, name], rules.missing_model(name))


def access_model_by_id(actor: Actor, model_id: int, act: str, *, lock: bool = False) -> ModelAccess:
    """The same by its number, in whatever workspace. Raises Missing, Denied."""
    missing = f"Registered Model with id={model_id} not found"
    return _model(actor, act, lock, "m.id = %s AND m.lifecycle = 'active'", [model_id], missing)


def access_deleted_model(actor: Actor, model_id: int, act: str) -> ModelAccess:
    """A model in the trash, by its number, locked. Raises Missing, Denied."""
    missing = f"Registered Model with id={model_id} not found"
    return _model(actor, act, True, "m.id = %s AND m.lifecycle = 'deleted'", [model_id], missing)


def access_version(
    actor: Actor, name: str, version: str, act: str, *, lock: bool = False, lifecycle: str = "active"
) -> VersionAccess:
    """The version if `act` may be done to it. With `lock` the model is locked first, then the version, as everywhere.

    Raises Invalid (no number), Missing, Denied.
    """
    rules.check_model_name(name)
    number = rules.check_version_range(name, rules.parse_version(version))
    if lock:
        access_model(actor, name, act, lock=True)
    level, params = policy.level_sql(actor, MODEL, "m")
    sql = (
        f"SELECT v.id, v.number, v.stage, {_MODEL}, {level} FROM {_FROM}"
        " LEFT JOIN registry_modelversion v ON v.model_id = m.id AND v.number = %s AND v.lifecycle = %s"
        f" WHERE {_NAMED}"
    )
    row = _one(sql, [*params, number, lifecycle, actor.workspace, name])
    level_there = row[-1] if row and row[0] is not None else None
    missing = rules.missing_version(name, number) if row and row[-1] >= Level.READ else rules.missing_model(name)
    policy.check(actor, act, level_there, missing)
    check_limits(actor, act)
    assert row is not None
    if lock:
        _lock_version(row[0])
    return VersionAccess(row[0], row[1], row[2], _access(row[3:]))


def access_request(actor: Actor, request_id: int, act: str, *, lock: bool = False) -> RequestAccess:
    """The transition request if `act` may be done to it; with `lock` its model is locked first, then the request.

    Raises Missing, Denied.
    """
    missing = f"Transition request with id={request_id} not found"
    if not 0 < request_id < 2**63:
        raise Missing(missing)
    found = _one("SELECT model_id, version_id FROM registry_transitionrequest WHERE id = %s", [request_id])
    where, values = "m.id = %s", [found[0] if found else 0]
    model = _model(actor, act, lock, where, values, missing)
    assert found is not None
    if lock and connection.vendor == "postgresql":
        _one("SELECT 1 FROM registry_transitionrequest WHERE id = %s FOR UPDATE", [request_id])
    return RequestAccess(request_id, found[1], model)


def check_limits(actor: Actor, act: str) -> None:
    """A token that was made for less than all its owner may does neither vote nor grant; an execution's writes nearly nothing
    here.

    Raises Denied.
    """
    if not actor.limits:
        return
    if act in PERSONAL:
        raise Denied(f"this token may not do {act}: sign in, or use a token without limits")
    if actor.limits.get("run") and not act.endswith(".read") and act not in OF_EXECUTIONS:
        raise Denied("the token of an execution may only write to its own run")


def _model(actor: Actor, act: str, lock: bool, where: str, values: list[Any], missing: str) -> ModelAccess:
    level, params = policy.level_sql(actor, MODEL, "m")
    locking = " FOR UPDATE OF m" if lock and connection.vendor == "postgresql" else ""
    row = _one(f"SELECT {_MODEL}, {level} FROM {_FROM} WHERE {where}{locking}", [*params, *values])
    policy.check(actor, act, row[-1] if row else None, missing)
    check_limits(actor, act)
    assert row is not None
    return _access(row)


def _access(row: tuple[Any, ...]) -> ModelAccess:
    return ModelAccess(row[0], row[1], row[2], row[3], bool(row[4]), Level(row[5]))


def _lock_version(version_id: int) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM registry_modelversion WHERE id = %s FOR UPDATE", [version_id])


def _one(sql: str, params: list[Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        prepared.execute(cursor, sql, params)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row
