"""Fetch and permission in one call: nobody holds an unchecked row. Hidden reads like missing."""

import re
from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.access import acts, policy
from apps.access.levels import Level
from apps.accounts.claims import Claim, still_true_sql
from apps.core import prepared
from apps.core.actor import Actor
from apps.core.errors import Denied, Invalid, Missing
from apps.experiments.holding import legal_reason
from apps.experiments.models.experiments import ACTIVE

EXPERIMENT = policy.Noun("experiments_experiment", "experiments_experimentgrant", "experiment_id", everyone="everyone_level")


@dataclass(frozen=True, slots=True)
class ExperimentAccess:
    """An experiment that the actor was let to."""

    id: int
    name: str
    workspace_id: int
    lifecycle: str
    legal: int  # legal holds that stand
    level: int

    @property
    def is_active(self) -> bool:
        """Whether it is not in the trash."""
        return self.lifecycle == ACTIVE


@dataclass(frozen=True, slots=True)
class RunAccess:
    """A run that the actor was let to."""

    id: int
    run_id: str
    experiment_id: int
    root_experiment_id: int
    workspace_id: int
    name: str
    lifecycle: str
    holds: int
    owner_id: int | None
    legal: int  # legal holds that stand, its experiment's too
    level: int

    @property
    def is_active(self) -> bool:
        """Whether it is not in the trash."""
        return self.lifecycle == ACTIVE


@dataclass(frozen=True, slots=True)
class ModelAccess:
    """A logged model that the actor was let to."""

    id: int
    model_id: str
    experiment_id: int
    lifecycle: str
    holds: int
    legal: int  # legal holds that stand on its experiment or its run
    level: int


def parse_experiment_id(experiment_id: str) -> int:
    """The number behind an experiment id of the wire. Raises Invalid for what is no id."""
    if not re.fullmatch(r"\d{1,18}", experiment_id, re.ASCII):
        raise Invalid(f"Invalid experiment id: '{experiment_id}'. An experiment id is a decimal number.")
    return int(experiment_id)


def access_experiment(actor: Actor, experiment_id: str | int, act: str, *, lock: bool = False) -> ExperimentAccess:
    """The experiment if `act` may be done to it; `lock` keeps it as it is until the transaction ends. Raises Invalid, Missing,
    Denied."""
    number = parse_experiment_id(str(experiment_id))
    level, params = policy.level_sql(actor, EXPERIMENT, "e")
    columns = f"e.id, e.name, e.workspace_id, e.lifecycle, e.legal, {level}"
    sql = f"SELECT {columns} FROM experiments_experiment e WHERE e.id = %s{_lock('e', lock)}"
    row = _one(sql, [*params, number])
    policy.check(actor, act, row[-1] if row else None, f"No Experiment with id={number} exists")
    assert row is not None
    if actor.limits.get("run") and acts.needed(act) > Level.READ and act not in OF_EXECUTIONS:
        raise Denied("this token may only write to its own run")
    return ExperimentAccess(*row)


_RUN_SELECT = (
    "SELECT r.id, r.run_id, r.experiment_id, r.root_experiment_id, e.workspace_id, r.name, r.lifecycle, r.holds, r.owner_id,"
    " r.legal + e.legal"
)
_RUN_FROM = "FROM experiments_run r JOIN experiments_experiment e ON e.id = r.experiment_id"


def access_run(actor: Actor, run_id: str, act: str, *, lock: bool = False) -> RunAccess:
    """The run if `act` may be done to it. With `lock` nobody can take it for an update that excludes writers until this
    transaction ends.

    Raises Missing, Denied.
    """
    level, params = policy.level_sql(actor, EXPERIMENT, "e")
    sql = f"{_RUN_SELECT}, {level} {_RUN_FROM} WHERE r.run_id = %s{_lock('r', lock)}"
    row = _one(sql, [*params, run_id])
    policy.check(actor, act, row[-1] if row else None, f"Run with id={run_id} not found")
    assert row is not None
    _check_limits(actor, act, row[1])
    return RunAccess(*row)


def access_active_run(actor: Actor, run_id: str, act: str) -> RunAccess:
    """The run, locked against an excluding update, if it may be written to. Raises Invalid for a deleted one besides."""
    run = access_run(actor, run_id, act, lock=True)
    if not run.is_active:
        raise Invalid(f"The run {run.run_id} must be in the 'active' state. Current state is {run.lifecycle}.")
    return run


def active_run_sql(claim: Claim, run_id: str, act: str) -> tuple[str, list[Any]]:
    """A statement that selects the key of the run, and locks it as `access_active_run` does, if the claim is true, its actor
    would be let pass there, and the run is no evidence. Why it selects nothing, the long way says."""
    level, params = policy.level_sql(claim.actor, EXPERIMENT, "e")
    is_true, its_params = still_true_sql(claim)
    sql = (
        f"SELECT r.id {_RUN_FROM} WHERE r.run_id = %s AND r.lifecycle = '{ACTIVE}' AND r.holds = 0"
        f" AND {level} >= {acts.needed(act):d} AND {is_true}{_lock('r', True)}"
    )
    return sql, [run_id, *params, *its_params]


_LEGAL_OF_MODEL = "e.legal + COALESCE((SELECT r.legal FROM experiments_run r WHERE r.run_id = m.source_run_id), 0)"


def access_logged_model(actor: Actor, model_id: str, act: str, *, deleted: bool = False, lock: bool = False) -> ModelAccess:
    """The logged model if `act` may be done to it; a deleted one only where asked for. Raises Missing, Denied."""
    level, params = policy.level_sql(actor, EXPERIMENT, "e")
    sql = (
        f"SELECT m.id, m.model_id, m.experiment_id, m.lifecycle, m.holds, {_LEGAL_OF_MODEL}, {level}"
        " FROM experiments_loggedmodel m JOIN experiments_experiment e ON e.id = m.experiment_id"
        f" WHERE m.model_id = %s{_lock('m', lock)}"
    )
    row = _one(sql, [*params, model_id])
    if row and row[3] != ACTIVE and not deleted:
        row = None
    policy.check(actor, act, row[-1] if row else None, f"Logged model with ID '{model_id}' not found.")
    assert row is not None
    if actor.limits:
        source = _one("SELECT source_run_id FROM experiments_loggedmodel WHERE id = %s", [row[0]])
        _check_limits(actor, act, source[0] if source else "")
    return ModelAccess(*row)


def run_root(run: RunAccess) -> str:
    """The root of the run's artifacts. A run that was moved keeps the one it was made with, so that addresses stay good."""
    return f"{run.root_experiment_id}/{run.run_id}/artifacts"


def model_root(model: ModelAccess) -> str:
    """The root of a logged model's artifacts."""
    return f"{model.experiment_id}/models/{model.model_id}/artifacts"


_RUN_ROOT = re.compile(r"(\d{1,18})/([0-9a-zA-Z][\w-]{0,255})/artifacts(?:/(.*))?", re.ASCII | re.DOTALL)
_MODEL_ROOT = re.compile(r"(\d{1,18})/models/([\w-]{1,255})/artifacts(?:/(.*))?", re.ASCII | re.DOTALL)


def access_artifact_root(actor: Actor, path: str, act: str) -> tuple[str, str]:
    """(root, path inside it) of a path of the artifact proxy, if `act` may be done there.

    A path that belongs to no run and no logged model is Missing. Writing below a deleted run is Invalid; a hold refuses
    overwriting and
    deletion later, where it is known what exists. Raises Missing, Denied, Invalid.
    """
    if match := _MODEL_ROOT.fullmatch(path):
        model = access_logged_model(actor, match[2], act, deleted=act in {"artifact.read", "artifact.download"})
        if model.experiment_id != int(match[1]):
            raise Missing("No artifact at that path")
        return model_root(model), match[3] or ""
    if match := _RUN_ROOT.fullmatch(path):
        run = access_run(actor, match[2], act)
        if run.root_experiment_id != int(match[1]):
            raise Missing("No artifact at that path")
        if act == "artifact.write" and not run.is_active:
            raise Invalid(f"The run {run.run_id} must be in the 'active' state. Current state is {run.lifecycle}.")
        return run_root(run), match[3] or ""
    raise Missing("No artifact at that path")


def require_unheld(actor: Actor, root: str, act: str) -> None:
    """Refuse to change what is there under a root that is held as evidence; nobody can take the hold until this transaction ends.

    `root` is one that `access_artifact_root` gave. Raises Denied, Missing.
    """
    parts = root.split("/")
    thing: RunAccess | ModelAccess
    if parts[1] == "models":
        thing = access_logged_model(actor, parts[2], act, lock=True)
    else:
        thing = access_run(actor, parts[1], act, lock=True)
    if thing.holds:
        column = "run_id" if isinstance(thing, RunAccess) else "model_id"
        held = _one(f"SELECT reason FROM experiments_hold WHERE {column} = %s ORDER BY since", [thing.id])
        raise Denied(f"these artifacts are evidence of {held[0] if held else 'a promoted model version'} and may not change")
    _require_no_legal_hold(thing)


def _require_no_legal_hold(thing: RunAccess | ModelAccess) -> None:
    """Once nobody can set one any more. Raises Denied."""
    if connection.vendor == "postgresql":
        _one("SELECT 1 FROM experiments_experiment WHERE id = %s FOR KEY SHARE", [thing.experiment_id])
    if isinstance(thing, RunAccess):
        reason = legal_reason(thing.experiment_id, run=thing.id)
    else:
        source = _one("SELECT source_run_id FROM experiments_loggedmodel WHERE id = %s", [thing.id])
        reason = legal_reason(thing.experiment_id, run_id=source[0] if source else "")
    if reason:
        raise Denied(f"these artifacts are under {reason} and may not change")


def _lock(alias: str, wanted: bool) -> str:
    return f" FOR KEY SHARE OF {alias}" if wanted and connection.vendor == "postgresql" else ""


def _one(sql: str, params: list) -> tuple | None:
    with connection.cursor() as cursor:
        prepared.execute(cursor, sql, params)
        row: tuple | None = cursor.fetchone()
        return row


# What the token of an execution does to experiments besides reading them: it adds to them.
OF_EXECUTIONS = {"run.create", "logged_model.create"}
NOT_OF_EXECUTIONS = {"run.delete", "run.restore", "run.move", "logged_model.delete"}
DEEPEST = 20


def _check_limits(actor: Actor, act: str, run_id: str) -> None:
    """A token made for one execution writes to its own run and to those nested in it (as a grid search makes them), to no other.

    Raises Denied.
    """
    only = actor.limits.get("run")
    if only and acts.needed(act) > Level.READ and (act in NOT_OF_EXECUTIONS or not _is_below(run_id, only)):
        raise Denied("this token may only write to its own run")


def _is_below(run_id: str, root: str) -> bool:
    """Whether the run is `root` or nested in it."""
    for _ in range(DEEPEST):
        if run_id == root:
            return True
        row = _one("SELECT parent_run_id FROM experiments_run WHERE run_id = %s", [run_id])
        if not row or not row[0]:
            return False
        run_id = row[0]
    return False


def access_runs(actor: Actor, run_ids: list[str], act: str) -> list[RunAccess]:
    """Those of the runs to which `act` may be done, in the order asked for; the others are left out, whether hidden or missing.

    Raises Unauthenticated; Denied if a run is visible but the act is not allowed on it.
    """
    if not run_ids:
        policy.check(actor, act, int(Level.MANAGE), "")
        return []
    level, params = policy.level_sql(actor, EXPERIMENT, "e")
    marks = ",".join(["%s"] * len(run_ids))
    sql = f"{_RUN_SELECT}, {level} {_RUN_FROM} WHERE r.run_id IN ({marks})"
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *run_ids])
        rows = {row[1]: row for row in cursor.fetchall()}
    found = []
    for run_id in dict.fromkeys(run_ids):
        row = rows.get(run_id)
        if row is None or row[-1] < Level.READ:
            policy.check(actor, act, int(Level.MANAGE), "")  # nobody at all learns that too
            continue
        policy.check(actor, act, row[-1], "")
        _check_limits(actor, act, run_id)
        found.append(RunAccess(*row))
    return found
