"""Projects that one may see."""

from apps.access import policy
from apps.access.queries.workspaces import GrantRecord, access_workspace, grant_records, require_known
from apps.core.actor import Actor
from apps.projects.access import PROJECT, access_project
from apps.projects.archiving import access_archive
from apps.projects.models import Archive, Project, ProjectGrant, ProjectSecret
from apps.projects.records import ProjectRecord, SecretRecord


def list_projects(actor: Actor, *, text: str = "", limit: int = 1000) -> list[ProjectRecord]:
    """Those of the actor's workspace that the actor may see, with `text` in their names, by name."""
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    rows = policy.visible(Project.objects.filter(workspace_id=workspace.id, name__icontains=text), actor, PROJECT)
    return [_record(row, row.level) for row in rows.select_related("workspace", "archive", "owner").order_by("name")[:limit]]  # type: ignore[attr-defined]


def get_project(actor: Actor, project_id: int) -> ProjectRecord:
    """The project. Raises Missing."""
    found = access_project(actor, project_id, "project.read")
    return _record(found.row, found.level)


def list_project_grants(actor: Actor, project_id: int) -> list[GrantRecord]:
    """Who has which level on it; needs the right to share it. Raises Missing, Denied."""
    found = access_project(actor, project_id, "project.share")
    return grant_records(actor, ProjectGrant.objects.filter(project_id=found.id))


def list_secrets(actor: Actor, project_id: int) -> list[SecretRecord]:
    """The names of its secrets, for whoever may run it. Raises Missing, Denied."""
    found = access_project(actor, project_id, "project.run")
    rows = ProjectSecret.objects.filter(project_id=found.id).select_related("updated_by").order_by("name")
    return [SecretRecord(row.name, row.updated_at, row.updated_by.username if row.updated_by else "") for row in rows]


def get_archive(actor: Actor, archive_id: int) -> Archive:
    """An upload of the actor's own. Raises Missing."""
    require_known(actor)
    return access_archive(actor, archive_id)


def _record(row: Project, level: int) -> ProjectRecord:
    return ProjectRecord(
        id=row.pk,
        name=row.name,
        workspace=row.workspace.name,
        description=row.description,
        source=row.source,
        uri=row.uri,
        ref=row.ref,
        subdirectory=row.subdirectory,
        archive=row.archive.name if row.archive else "",
        archive_sha256=row.archive.sha256 if row.archive else "",
        experiment_id="" if row.experiment_id is None else str(row.experiment_id),
        limits=row.limits,
        inspection=row.inspection,
        inspected_at=row.inspected_at,
        inspected_commit=row.inspected_commit,
        offer=row.offer,
        problem=row.problem,
        owner=row.owner.username if row.owner else "",
        created_at=row.created_at,
        updated_at=row.updated_at,
        level=level,
    )
