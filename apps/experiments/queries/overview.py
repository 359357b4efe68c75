"""What the pages list: experiments with their activity, and the newest runs wherever they are."""

from dataclasses import dataclass

from django.db import connection

from apps.access import policy
from apps.access.levels import Level
from apps.access.queries.workspaces import access_workspace, require_known
from apps.core.actor import Actor
from apps.experiments.access import EXPERIMENT, access_run
from apps.experiments.models.experiments import ACTIVE, DEFAULT_EXPERIMENT_ID, DELETED
from apps.experiments.models.runs import RUNNING
from apps.experiments.records import RunRecord
from apps.experiments.sql import rows

SORTS = {"name": "lower(e.name)", "created": "e.created_at", "runs": "runs", "activity": "last_start"}
NOTE = "mlflow.note.content"
__all__ = ["DEFAULT_EXPERIMENT_ID", "NOTE", "RUNNING", "list_children", "list_experiments", "list_recent_runs", "suggest"]


@dataclass(slots=True)
class ExperimentRow:
    """An experiment in a list; times in ms, `last_start` None where nothing ran yet."""

    id: int
    name: str
    lifecycle: str
    created_at: int
    owner: str
    runs: int
    running: int
    last_start: int | None
    level: int


@dataclass(slots=True)
class RunRow:
    """A run in a list across experiments."""

    run_id: str
    name: str
    status: int
    start_time: int
    end_time: int | None
    owner: str
    experiment_id: int
    experiment_name: str


def list_experiments(
    actor: Actor, *, text: str = "", deleted: bool = False, sort: str = "-activity", offset: int = 0, limit: int = 50
) -> tuple[list[ExperimentRow], bool]:
    """Visible experiments of the actor's workspace whose name has `text` in it, and whether there are more.

    `sort` is a key of SORTS, "-" before it for falling.
    """
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    level, params = policy.level_sql(actor, EXPERIMENT, "e")
    key = SORTS.get(sort.lstrip("-"), "last_start")
    falling = "DESC" if sort.startswith("-") else "ASC"
    sql = f"""
        SELECT e.id, e.name, e.lifecycle, e.created_at, COALESCE(u.username, '') AS owner,
          (SELECT count(*) FROM experiments_run r WHERE r.experiment_id = e.id AND r.lifecycle = '{ACTIVE}') AS runs,
          (SELECT count(*) FROM experiments_run r
            WHERE r.experiment_id = e.id AND r.lifecycle = '{ACTIVE}' AND r.status = {RUNNING}) AS running,
          (SELECT max(r.start_time) FROM experiments_run r WHERE r.experiment_id = e.id AND r.lifecycle = '{ACTIVE}') AS
          last_start,
          {level} AS level
        FROM experiments_experiment e LEFT JOIN accounts_user u ON u.id = e.owner_id
        WHERE e.workspace_id = %s AND e.lifecycle = %s {"AND lower(e.name) LIKE %s ESCAPE '!'" if text else ""}"""
    params += [workspace.id, DELETED if deleted else ACTIVE]
    if text:
        params.append(f"%{_escape_like(text.lower())}%")
    order = f"ORDER BY {key.removeprefix('e.')} IS NULL, {key.replace('e.', '')} {falling}, id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({sql}) AS e WHERE level >= {int(Level.READ)} {order} LIMIT %s OFFSET %s",
            [*params, limit + 1, offset],
        )
        found = [ExperimentRow(*row) for row in cursor.fetchall()]
    return found[:limit], len(found) > limit


def _escape_like(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def list_recent_runs(actor: Actor, *, mine: bool = False, limit: int = 20) -> list[RunRow]:
    """The newest active runs that the actor may see, in all workspaces; `mine`: only those they own."""
    require_known(actor)
    level, params = policy.level_sql(actor, EXPERIMENT, "e")
    own = "AND r.owner_id = %s" if mine else ""
    sql = f"""
        SELECT r.run_id, r.name, r.status, r.start_time, r.end_time, COALESCE(u.username, r.user_text), e.id, e.name
        FROM experiments_run r JOIN experiments_experiment e ON e.id = r.experiment_id LEFT JOIN accounts_user u ON u.id =
        r.owner_id
        WHERE r.lifecycle = '{ACTIVE}' {own} AND {level} >= {int(Level.READ)} ORDER BY r.start_time DESC, r.run_id LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*([actor.user_id] if mine else []), *params, limit])
        return [RunRow(*row) for row in cursor.fetchall()]


def list_children(actor: Actor, run_id: str, limit: int = 200) -> list[RunRecord]:
    """The active runs nested directly below a run, oldest first. Raises Missing."""
    run = access_run(actor, run_id, "run.read")
    level, params = policy.level_sql(actor, EXPERIMENT, "e")
    sql = (
        f"SELECT {rows.RUN_COLUMNS} FROM {rows.RUN_FROM} JOIN experiments_experiment e ON e.id = r.experiment_id"
        f" WHERE r.parent_run_id = %s AND r.lifecycle = '{ACTIVE}' AND {level} >= {int(Level.READ)} ORDER BY r.start_time, "
        f"r.run_id LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [run.run_id, *params, limit])
        return [RunRecord(*row) for row in cursor.fetchall()]


def suggest(actor: Actor, text: str, limit: int = 8) -> list[tuple[str, str, str]]:
    """(kind, name, id) of experiments and runs whose names begin with or hold `text`, for the command palette."""
    require_known(actor)
    level, params = policy.level_sql(actor, EXPERIMENT, "e")
    like = f"%{_escape_like(text.lower())}%"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 'experiment', e.name, e.id FROM experiments_experiment e WHERE e.lifecycle = '{ACTIVE}'"
            f" AND lower(e.name) LIKE %s ESCAPE '!' AND {level} >= {int(Level.READ)} ORDER BY e.updated_at DESC LIMIT %s",
            [like, *params, limit],
        )
        found = [(kind, name, str(number)) for kind, name, number in cursor.fetchall()]
        cursor.execute(
            "SELECT 'run', r.name, r.run_id FROM experiments_run r JOIN experiments_experiment e ON e.id = r.experiment_id"
            f" WHERE r.lifecycle = '{ACTIVE}' AND (lower(r.name) LIKE %s ESCAPE '!' OR r.run_id = %s) AND {level} >= "
            f"{int(Level.READ)}"
            " ORDER BY r.start_time DESC LIMIT %s",
            [like, text, *params, limit],
        )
        return found + [(kind, name, run_id) for kind, name, run_id in cursor.fetchall()]
