"""Fetch and permission in one call for projects and executions.

An execution is seen by whoever sees its run, and may be ended by whoever may write to it: what it prints is as much the run's as
its metrics are. What a project grants is the right to start its code.
"""

from dataclasses import dataclass

from apps.access import policy
from apps.access.queries.workspaces import require_in_workspace, require_known
from apps.core.actor import Actor
from apps.core.errors import Denied, Missing
from apps.experiments.access import access_run
from apps.projects.models import Execution, Project

PROJECT = policy.Noun("projects_project", "projects_projectgrant", "project_id")


@dataclass(frozen=True, slots=True)
class ProjectAccess:
    """A project that the actor was let to."""

    row: Project
    level: int

    @property
    def id(self) -> int:
        return self.row.pk


def access_project(actor: Actor, project_id: int, act: str) -> ProjectAccess:
    """The project if `act` may be done to it. Raises Missing, Denied, Unauthenticated."""
    require_known(actor)
    missing = f"No project with id={project_id} exists"
    row = policy.annotate(Project.objects.select_related("workspace", "archive"), actor, PROJECT).filter(pk=project_id).first()
    level: int | None = getattr(row, "level", None)
    policy.check(actor, act, level, missing)
    assert row is not None
    assert level is not None
    require_in_workspace(actor, row.workspace_id, missing)
    require_unlimited(actor, act)
    return ProjectAccess(row, level)


def access_execution(actor: Actor, execution_id: int, act: str) -> Execution:
    """The execution if `act` may be done to it, with the actor's `level`; its run decides. Raises Missing, Denied,
    Unauthenticated."""
    require_known(actor)
    row = (
        Execution.objects.select_related("run", "workspace", "project", "archive", "requested_by").filter(pk=execution_id).first()
    )
    if row is None:
        raise Missing(f"No execution with id={execution_id} exists")
    try:
        row.level = access_run(actor, row.run.run_id, act).level  # type: ignore[attr-defined]
    except Missing:
        raise Missing(f"No execution with id={execution_id} exists") from None
    require_unlimited(actor, act)
    return row


def require_unlimited(actor: Actor, act: str) -> None:
    """The token of an execution starts, changes and ends nothing here: it reads. Raises Denied."""
    if actor.limits.get("run") and not act.endswith(".read"):
        raise Denied("this token may only write to its own run")
