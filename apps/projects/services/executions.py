"""Submitting executions, ending them, and running them again."""

from dataclasses import replace
from typing import Any

from django.conf import settings

from apps.access.queries.workspaces import require_writer
from apps.audit.services.rows import record
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import AlreadyExists, Conflict, Invalid
from apps.core.jobs import enqueue
from apps.core.transactions import atomic
from apps.experiments.access import access_run
from apps.experiments.models.experiments import DEFAULT_EXPERIMENT_ID
from apps.experiments.models.runs import SCHEDULED
from apps.experiments.queries.experiments import get_experiment_by_name
from apps.experiments.queries.runs import get_run
from apps.experiments.records import Tag
from apps.experiments.services.experiments import create_experiment
from apps.experiments.services.runs import NewRun, create_run
from apps.projects import bounds, following, offers, reproduction, rules, sources
from apps.projects.access import access_execution, access_project, require_unlimited
from apps.projects.archiving import access_archive
from apps.projects.models import Execution, Project
from apps.projects.records import ACTIVE, KILLED, QUEUED, NewExecution
from apps.projects.services.announcing import tell_ended

WORK = "projects.work"
BACKEND = "mlplatform"


@atomic
def submit(actor: Actor, new: NewExecution) -> int:
    """Queue an execution; its run is there at once. Returns the execution's id.

    Needs USE on the project and EDIT on the experiment. Parameters are checked against the entry point where it is known. Raises
    Invalid, Missing, Denied.
    """
    require_writer(actor)
    require_unlimited(actor, "execution.submit")
    if actor.user_id is None:
        raise Invalid("An execution runs in the name of somebody: submit it with a person's or a service account's token")
    source = _source_of(actor, new)
    _check_known_params(source, new)
    return _queue(actor, new, source)


@atomic
def repeat(actor: Actor, execution_id: int, changes: dict[str, Any] | None = None) -> int:
    """Queue the same code (the same commit, the same archive) again, with what `changes` says of: entry_point, params, run_name,
    experiment_id or experiment_name, priority, limits. Returns the new execution's id. Raises Invalid, Missing, Denied."""
    old = access_execution(actor, execution_id, "run.read")
    require_writer(actor)
    require_unlimited(actor, "execution.submit")
    if old.project_id is not None:
        access_project(actor, old.project_id, "project.run")
    changes = changes or {}
    unknown = set(changes) - {"entry_point", "params", "run_name", "experiment_id", "experiment_name", "priority", "limits"}
    if unknown:
        raise Invalid(f"Unknown fields: {', '.join(sorted(unknown))}")
    new = NewExecution(
        project_id=old.project_id,
        entry_point=changes.get("entry_point", old.entry_point),
        params=changes.get("params", old.params),
        experiment_id=str(changes.get("experiment_id", "" if changes.get("experiment_name") else old.run.experiment_id)),
        experiment_name=changes.get("experiment_name", ""),
        run_name=changes.get("run_name", ""),
        priority=changes.get("priority", old.priority),
        limits=changes.get("limits", old.limits),
    )
    source = {
        "project": old.project,
        "project_name": old.project_name,
        "source": old.source,
        "uri": old.uri,
        "ref": old.commit if old.source == Project.Source.GIT and old.commit else old.ref,
        "subdirectory": old.subdirectory,
        "archive": old.archive,
    }
    return _queue(actor, new, source, origin=old)


@atomic
def rerun(actor: Actor, run_id: str, changes: dict[str, Any] | None = None) -> int:
    """Run a past run again from its recorded commit, entry point and parameters, whoever ran it where.

    Returns the new execution's id. Raises Invalid if the run does not say where its code came from, Missing, Denied.
    """
    access_run(actor, run_id, "run.read")
    own = Execution.objects.filter(run__run_id=run_id).values_list("pk", flat=True).first()
    if own is not None:
        return repeat(actor, own, changes)
    return submit(actor, replace(reproduction.from_tags(get_run(actor, run_id)), **(changes or {})))


def _queue(actor: Actor, new: NewExecution, source: dict[str, Any], origin: Execution | None = None) -> int:
    entry_point = rules.check_entry_point(new.entry_point)
    params = rules.check_params(new.params)
    limits = bounds.combine(_platform_limits(), _project_limits(source), bounds.check(new.limits))
    tags = _tags(actor, new, source, entry_point)
    run = create_run(actor, NewRun(_experiment(actor, new, source), new.run_name, actor.name, clock.now_ms(), tags, SCHEDULED))
    workspace_id = access_run(actor, run.run_id, "run.log").workspace_id
    execution = Execution.objects.create(
        **source,
        workspace_id=workspace_id,
        run_id=run.pk,
        requested_by_id=actor.user_id,
        origin=origin,
        entry_point=entry_point,
        params=params,
        limits=limits,
        priority=rules.check_priority(new.priority),
        created_at=clock.now(),
    )
    details = {"run": run.run_id, "entry_point": entry_point, "project": source["project_name"]}
    record(actor, "execution.submit", noun="execution", noun_id=execution.pk, name=run.name, details=details)
    enqueue(WORK)
    return execution.pk


@atomic
def cancel(actor: Actor, execution_id: int) -> None:
    """End an execution: at once in the queue, within seconds on a worker. Raises Conflict if it has ended, Missing, Denied."""
    execution = access_execution(actor, execution_id, "execution.cancel")
    facts = {"cancelled_at": clock.now(), "cancelled_by": actor.name[:255]}
    reason = f"Cancelled by {actor.name}"
    queued = Execution.objects.filter(pk=execution.pk, state=QUEUED)
    if queued.update(state=KILLED, reason=reason, ended_at=clock.now(), **facts):
        following.close(execution.run.run_id, KILLED)
        tell_ended(actor, Execution.objects.get(pk=execution.pk), KILLED, reason)
    elif not Execution.objects.filter(pk=execution.pk, state__in=ACTIVE, cancelled_at=None).update(**facts):
        row = Execution.objects.get(pk=execution.pk)
        if row.state not in ACTIVE:
            raise Conflict(f"This execution has ended already: {row.state}")
        return
    record(actor, "execution.cancel", noun="execution", noun_id=execution.pk, name=execution.run.name)


@atomic
def prioritize(actor: Actor, execution_id: int, priority: int) -> None:
    """Move an execution in the queue. Raises Conflict if it waits no more, Invalid, Missing, Denied."""
    execution = access_execution(actor, execution_id, "execution.prioritize")
    priority = rules.check_priority(priority)
    if not Execution.objects.filter(pk=execution.pk, state=QUEUED).update(priority=priority):
        raise Conflict("This execution does not wait in the queue any more")
    details = {"from": execution.priority, "to": priority}
    record(actor, "execution.prioritize", noun="execution", noun_id=execution.pk, name=execution.run.name, details=details)


def _source_of(actor: Actor, new: NewExecution) -> dict[str, Any]:
    """The columns that say where the code comes from. Raises Invalid, Missing, Denied."""
    if sum(map(bool, (new.project_id, new.uri, new.archive_id))) != 1:
        raise Invalid("Say what to run: a project, a uri, or an uploaded archive")
    if new.project_id is not None:
        row = access_project(actor, new.project_id, "project.run").row
        ref = sources.check_ref(new.ref) or row.ref
        parts = {"uri": row.uri, "ref": ref, "subdirectory": row.subdirectory, "archive": row.archive}
        return {"project": row, "project_name": row.name, "source": row.source, **parts}
    if new.archive_id is not None:
        archive = access_archive(actor, new.archive_id)
        inside = sources.split_subdirectory(f"x#{new.subdirectory}")[1]
        parts = {"uri": "", "ref": "", "subdirectory": inside, "archive": archive}
        return {"project": None, "project_name": "", "source": Project.Source.ARCHIVE, **parts}
    uri, ref, inside = rules.check_source(new.uri, new.ref, new.subdirectory)
    parts = {"uri": uri, "ref": ref, "subdirectory": inside, "archive": None}
    return {"project": None, "project_name": "", "source": Project.Source.GIT, **parts}


def _check_known_params(source: dict[str, Any], new: NewExecution) -> None:
    """What the project's offer says of this entry point, if it is of the ref that will run. Raises Invalid with all mistakes."""
    project: Project | None = source["project"]
    if project is None or project.inspection != Project.Inspection.READY or source["ref"] != project.ref:
        return
    entry = offers.entry_point(project.offer, rules.check_entry_point(new.entry_point))
    problems = entry.problems(rules.check_params(new.params)) if entry else {}
    if problems:
        raise Invalid("; ".join(f"Parameter '{name}': {text}" for name, text in problems.items()))


def _experiment(actor: Actor, new: NewExecution, source: dict[str, Any]) -> str:
    """The id of the experiment that the run goes to; one named for the first time is made, as the official client does."""
    if new.experiment_id:
        return str(new.experiment_id)
    if new.experiment_name:
        try:
            return str(create_experiment(actor, new.experiment_name))
        except AlreadyExists:
            return str(get_experiment_by_name(actor, new.experiment_name).id)
    project: Project | None = source["project"]
    return str(project.experiment_id if project and project.experiment_id is not None else DEFAULT_EXPERIMENT_ID)


def _tags(actor: Actor, new: NewExecution, source: dict[str, Any], entry_point: str) -> list[Tag]:
    place = source["uri"] or source["archive"].name
    tags = {
        "mlflow.user": actor.name,
        "mlflow.source.name": f"{place}#{source['subdirectory']}" if source["subdirectory"] else place,
        "mlflow.source.type": "PROJECT",
        "mlflow.project.entryPoint": entry_point,
        "mlflow.project.backend": BACKEND,
    }
    if source["source"] == Project.Source.GIT:
        tags["mlflow.source.git.repoURL"] = source["uri"]
    if new.parent_run_id:
        access_run(actor, new.parent_run_id, "run.read")
        tags["mlflow.parentRunId"] = new.parent_run_id
    return [Tag(name, value) for name, value in tags.items()]


def _platform_limits() -> dict[str, Any]:
    return {
        "minutes": settings.EXECUTION_MINUTES,
        "memory_mb": settings.EXECUTION_MEMORY_MB,
        "disk_mb": settings.EXECUTION_DISK_MB,
    }


def _project_limits(source: dict[str, Any]) -> dict[str, Any]:
    project: Project | None = source["project"]
    return project.limits if project else {}
