"""Making, changing, sharing and removing projects."""

from typing import Any

from django.db import IntegrityError

from apps.access.levels import Level
from apps.access.queries.workspaces import access_workspace
from apps.access.services import grants
from apps.audit.services.rows import record
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import AlreadyExists, Conflict, Invalid
from apps.core.jobs import enqueue
from apps.core.transactions import atomic, savepoint
from apps.experiments.access import access_experiment
from apps.projects import bounds, rules
from apps.projects.access import access_project, require_unlimited
from apps.projects.archiving import access_archive
from apps.projects.models import Execution, Project, ProjectGrant
from apps.projects.records import NewProject
from apps.projects.sources import split_subdirectory

INSPECT = "projects.inspect"


@atomic
def create_project(actor: Actor, new: NewProject) -> int:
    """A new project in the actor's workspace; its maker may MANAGE it; a worker looks what it offers. Returns its id.

    In the workspace `default` everybody may make one, elsewhere whoever may EDIT there. Raises Invalid, AlreadyExists, Missing,
    Denied.
    """
    workspace = access_workspace(actor, actor.workspace, "workspace.read" if actor.workspace == "default" else "workspace.add")
    require_unlimited(actor, "project.create")
    now = clock.now()
    row = Project(
        workspace_id=workspace.id,
        name=rules.check_name(new.name),
        description=new.description,
        experiment_id=_experiment(actor, new.experiment_id),
        limits=bounds.check(new.limits),
        owner_id=actor.user_id,
        created_at=now,
        updated_at=now,
        **_source(actor, new),
    )
    try:
        with savepoint():
            row.save(force_insert=True)
    except IntegrityError:
        raise AlreadyExists(f"Project '{row.name}' already exists in this workspace") from None
    if actor.user_id is not None:
        ProjectGrant.objects.create(project=row, user_id=actor.user_id, level=Level.MANAGE)
    record(actor, "project.create", noun="project", noun_id=row.pk, name=row.name, workspace=workspace.name)
    enqueue(INSPECT, row.pk)
    return row.pk


@atomic
def update_project(actor: Actor, project_id: int, changes: dict[str, Any]) -> None:
    """Change what is given of: name, description, uri, ref, subdirectory, archive_id, experiment_id, limits. Raises Invalid,
    AlreadyExists, Missing, Denied."""
    project = access_project(actor, project_id, "project.update").row
    fields = _changed_fields(actor, project, changes)
    try:
        with savepoint():
            Project.objects.filter(pk=project.pk).update(**fields, updated_at=clock.now())
    except IntegrityError:
        raise AlreadyExists(f"Project '{fields.get('name')}' already exists in this workspace") from None
    record(actor, "project.update", noun="project", noun_id=project.pk, name=project.name, details={"changed": sorted(changes)})
    if "inspection" in fields:
        enqueue(INSPECT, project.pk)


@atomic
def refresh_project(actor: Actor, project_id: int) -> None:
    """Let a worker look again what the project offers now. Raises Missing, Denied."""
    project = access_project(actor, project_id, "project.run").row
    Project.objects.filter(pk=project.pk).update(inspection=Project.Inspection.WAITING)
    enqueue(INSPECT, project.pk)


@atomic
def delete_project(actor: Actor, project_id: int) -> None:
    """Remove a project with its secrets and grants; executions and their runs stay. Raises Conflict while one is active, Missing,
    Denied."""
    project = access_project(actor, project_id, "project.delete").row
    if Execution.objects.filter(project_id=project.pk, state__in=["QUEUED", "PREPARING", "RUNNING"]).exists():
        raise Conflict("Executions of this project are queued or running: cancel them first")
    Project.objects.filter(pk=project.pk).delete()
    record(actor, "project.delete", noun="project", noun_id=project.pk, name=project.name, workspace=project.workspace.name)


@atomic
def put_grant(actor: Actor, project_id: int, level: Level, *, user: str = "", team: str = "") -> None:
    """Give a person or a team a level on the project. Raises Missing, Denied."""
    project = access_project(actor, project_id, "project.share").row
    grantee = grants.resolve_grantee(actor, user=user, team=team)
    grants.put_grant(actor, ProjectGrant, {"project_id": project.pk}, grantee, level)
    details = {"user": user, "team": team, "level": level.name}
    record(actor, "project.share", noun="project", noun_id=project.pk, name=project.name, details=details)


@atomic
def delete_grant(actor: Actor, project_id: int, *, user: str = "", team: str = "") -> None:
    """Take a grant on the project away. Raises Missing, Denied."""
    project = access_project(actor, project_id, "project.share").row
    grantee = grants.resolve_grantee(actor, user=user, team=team)
    grants.delete_grant(actor, ProjectGrant, {"project_id": project.pk}, grantee)
    details = {"user": user, "team": team, "level": None}
    record(actor, "project.share", noun="project", noun_id=project.pk, name=project.name, details=details)


def _source(actor: Actor, new: NewProject) -> dict[str, Any]:
    if bool(new.uri) == bool(new.archive_id):
        raise Invalid("A project comes from a uri or from an uploaded archive: give one of them")
    if new.archive_id:
        archive = access_archive(actor, new.archive_id)
        inside = split_subdirectory(f"x#{new.subdirectory}")[1]
        return {"source": Project.Source.ARCHIVE, "archive_id": archive.pk, "subdirectory": inside}
    uri, ref, inside = rules.check_source(new.uri, new.ref, new.subdirectory)
    return {"source": Project.Source.GIT, "uri": uri, "ref": ref, "subdirectory": inside}


def _changed_fields(actor: Actor, project: Project, changes: dict[str, Any]) -> dict[str, Any]:
    unknown = set(changes) - {"name", "description", "uri", "ref", "subdirectory", "archive_id", "experiment_id", "limits"}
    if unknown:
        raise Invalid(f"Unknown fields: {', '.join(sorted(unknown))}")
    fields: dict[str, Any] = {}
    if "name" in changes:
        fields["name"] = rules.check_name(changes["name"])
    if "description" in changes:
        fields["description"] = str(changes["description"])
    if "experiment_id" in changes:
        fields["experiment_id"] = _experiment(actor, changes["experiment_id"])
    if "limits" in changes:
        fields["limits"] = bounds.check(changes["limits"])
    if set(changes) & {"uri", "ref", "subdirectory", "archive_id"}:
        fields |= _changed_source(actor, project, changes)
    return fields


def _changed_source(actor: Actor, project: Project, changes: dict[str, Any]) -> dict[str, Any]:
    """The source with the changes in it: of whichever kind was named last."""
    archive_id = changes.get("archive_id", None if changes.get("uri") else project.archive_id)
    new = NewProject(
        project.name,
        uri="" if archive_id else changes.get("uri", project.uri),
        ref=changes.get("ref", project.ref),
        subdirectory=changes.get("subdirectory", project.subdirectory),
        archive_id=archive_id,
    )
    return {"uri": "", "ref": "", "archive_id": None, "inspection": Project.Inspection.WAITING, **_source(actor, new)}


def _experiment(actor: Actor, experiment_id: str) -> int | None:
    return access_experiment(actor, experiment_id, "run.create").id if experiment_id else None
