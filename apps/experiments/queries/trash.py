"""What lies in the trash of experiments, runs and logged models, and when it empties itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.access import policy
from apps.access.levels import Level
from apps.access.queries.workspaces import access_workspace, require_admin
from apps.artifacts.queries import listing, uses
from apps.core.actor import Actor
from apps.experiments.access import EXPERIMENT
from apps.experiments.holding import in_words
from apps.experiments.models import TrashRule
from apps.experiments.models.experiments import ACTIVE, DELETED
from apps.experiments.trash_items import TrashItem, Wanted, in_order

_EXPERIMENTS = f"""
    SELECT e.id, CAST(e.id AS varchar(20)), e.name, '', e.deleted_at, {{level}} AS level, '',
      (SELECT count(*) FROM experiments_run r WHERE r.experiment_id = e.id AND r.lifecycle = '{DELETED}'),
      e.legal
    FROM experiments_experiment e WHERE e.lifecycle = '{DELETED}' AND e.workspace_id = %s AND {{where}}"""
# Runs and models of an experiment that is in the trash itself go and come back with it.
_RUNS = f"""
    SELECT r.id, r.run_id, r.name, e.name, r.deleted_at, {{level}} AS level,
      CAST(r.root_experiment_id AS varchar(20)) || '/' || r.run_id || '/artifacts', 0, r.holds + r.legal + e.legal
    FROM experiments_run r JOIN experiments_experiment e ON e.id = r.experiment_id
    WHERE r.lifecycle = '{DELETED}' AND e.lifecycle = '{ACTIVE}' AND e.workspace_id = %s AND {{where}}"""
_MODELS = f"""
    SELECT m.id, m.model_id, m.name, e.name, m.deleted_at, {{level}} AS level,
      CAST(m.experiment_id AS varchar(20)) || '/models/' || m.model_id || '/artifacts', 0,
      m.holds + e.legal + COALESCE((SELECT r.legal FROM experiments_run r WHERE r.run_id = m.source_run_id), 0)
    FROM experiments_loggedmodel m JOIN experiments_experiment e ON e.id = m.experiment_id
    WHERE m.lifecycle = '{DELETED}' AND e.lifecycle = '{ACTIVE}' AND e.workspace_id = %s AND {{where}}"""
_TABLES = {"experiment": (_EXPERIMENTS, "e"), "run": (_RUNS, "r"), "logged_model": (_MODELS, "m")}


@dataclass(frozen=True, slots=True)
class TrashRuleRecord:
    """When the trash empties itself: after so many `days`, never if None; times in ms, `removed` by noun."""

    days: int | None = None
    set_by: str = ""
    set_at: int | None = None
    ran_at: int | None = None
    removed: dict[str, int] | None = None


def list_trash(actor: Actor, wanted: Wanted, limit: int, *, least: Level = Level.READ) -> list[TrashItem]:
    """What the actor may see (or more: `least`) in their workspace, the newest first: at most `limit`, with what keeps each."""
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    level, params = policy.level_sql(actor, EXPERIMENT, "e")
    found: list[TrashItem] = []
    for kind, (sql, alias) in _TABLES.items():
        if wanted.has(kind):
            where, values = wanted.where(kind, f"{alias}.deleted_at", f"{alias}.id", f"{alias}.name")
            text = f"SELECT * FROM ({sql.format(level=level, where=where)}) t WHERE level >= %s ORDER BY 5 DESC, 1 DESC LIMIT %s"
            rows = _fetch(text, [*params, workspace.id, *values, int(least), limit])
            found += [_item(kind, row) for row in rows]
    items = in_order(found)[:limit]
    _fill_reasons(items)
    _fill_sizes(actor, items)
    return items


def get_trash_rule(actor: Actor) -> TrashRuleRecord:
    """When the trash empties itself, for administrators. Raises Denied."""
    require_admin(actor, "trash.rule")
    row = TrashRule.objects.values_list("days", "set_by", "set_at", "ran_at", "removed").first()
    return TrashRuleRecord(*row) if row else TrashRuleRecord()


def days_in_trash(actor: Actor) -> int | None:
    """After how many days things in the trash go by themselves; None: never."""
    access_workspace(actor, actor.workspace, "workspace.read")
    return TrashRule.objects.values_list("days", flat=True).first()


def _item(kind: str, row: Sequence[Any]) -> TrashItem:
    pk, key, name, place, deleted_at, level, root, runs, held = row
    kept = "?" if held else ""
    return TrashItem(kind, pk, key, name, place, deleted_at, level, root=root, runs=runs, kept=kept)


def _fill_reasons(items: list[TrashItem]) -> None:
    """Of those that are held, in two statements. An experiment may be held by anything in it."""
    experiments = [item for item in items if item.kind == "experiment"]
    held = [item for item in items if item.kept or item in experiments]
    if not held:
        return
    reasons = _reasons(held)
    for item in held:
        item.kept = reasons.get((item.kind, item.pk), "a hold" if item.kept else "")


_EVIDENCE = """
    SELECT 'run', h.run_id, h.reason FROM experiments_hold h WHERE h.run_id IN ({run})
    UNION ALL SELECT 'logged_model', h.model_id, h.reason FROM experiments_hold h WHERE h.model_id IN ({logged_model})
    UNION ALL SELECT 'experiment', r.experiment_id, h.reason FROM experiments_hold h
      JOIN experiments_run r ON r.id = h.run_id WHERE r.experiment_id IN ({experiment})
    UNION ALL SELECT 'experiment', m.experiment_id, h.reason FROM experiments_hold h
      JOIN experiments_loggedmodel m ON m.id = h.model_id WHERE m.experiment_id IN ({experiment})"""
_LEGAL = """
    SELECT 'experiment', l.experiment_id, l.reason, l.set_by FROM experiments_legalhold l
      WHERE l.lifted_at IS NULL AND l.experiment_id IN ({experiment})
    UNION ALL SELECT 'experiment', r.experiment_id, l.reason, l.set_by FROM experiments_legalhold l
      JOIN experiments_run r ON r.id = l.run_id WHERE l.lifted_at IS NULL AND r.experiment_id IN ({experiment})
    UNION ALL SELECT 'run', r.id, l.reason, l.set_by FROM experiments_legalhold l
      JOIN experiments_run r ON r.id = l.run_id OR r.experiment_id = l.experiment_id
      WHERE l.lifted_at IS NULL AND r.id IN ({run})
    UNION ALL SELECT 'logged_model', m.id, l.reason, l.set_by FROM experiments_legalhold l
      LEFT JOIN experiments_run r ON r.id = l.run_id
      JOIN experiments_loggedmodel m ON m.source_run_id = r.run_id OR m.experiment_id = l.experiment_id
      WHERE l.lifted_at IS NULL AND m.id IN ({logged_model})"""


def _reasons(items: list[TrashItem]) -> dict[tuple[str, int], str]:
    ids = {kind: ",".join([str(item.pk) for item in items if item.kind == kind]) or "0" for kind in _TABLES}
    legal, evidence = _fetch(_LEGAL.format(**ids), []), _fetch(_EVIDENCE.format(**ids), [])
    found = {(kind, pk): in_words(reason, set_by) for kind, pk, reason, set_by in legal}
    return found | {(kind, pk): f"evidence of {reason}" for kind, pk, reason in evidence}


def _fill_sizes(actor: Actor, items: list[TrashItem]) -> None:
    """Two statements at most, whatever their number. What an experiment has lies below its number, also of runs moved since."""
    roots = listing.summaries(actor, [item.root for item in items if item.root])
    amounts = uses.amounts(actor, "experiment", [item.key for item in items if item.kind == "experiment"])
    for item in items:
        if item.kind == "experiment":
            item.files, item.size = amounts[item.key].files, amounts[item.key].size
        elif item.root in roots:
            item.files, item.size = roots[item.root].count, roots[item.root].size


def _fetch(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
