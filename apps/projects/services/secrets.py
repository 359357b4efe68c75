"""Secrets of projects: written by people, read by nobody but the worker that runs the code."""

from apps.access.queries.workspaces import require_admin
from apps.audit.services.rows import record
from apps.core import cipher, clock
from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.core.transactions import atomic
from apps.projects import rules
from apps.projects.access import access_project
from apps.projects.models import ProjectSecret


@atomic
def put_secret(actor: Actor, project_id: int, name: str, value: str) -> None:
    """Set or replace a secret. Executions get it as a variable, but GIT_TOKEN and GIT_SSH_KEY, which only fetch the source.

    Raises Invalid, Missing, Denied.
    """
    project = access_project(actor, project_id, "project.secret").row
    rules.check_secret(name, value)
    facts = {"value": cipher.encrypt(value), "updated_at": clock.now(), "updated_by_id": actor.user_id}
    ProjectSecret.objects.update_or_create(project_id=project.pk, name=name, defaults=facts)
    record(actor, "project.secret", noun="project", noun_id=project.pk, name=project.name, details={"set": name})


@atomic
def delete_secret(actor: Actor, project_id: int, name: str) -> None:
    """Remove a secret. Raises Missing, Denied."""
    project = access_project(actor, project_id, "project.secret").row
    deleted, _ = ProjectSecret.objects.filter(project_id=project.pk, name=name).delete()
    if not deleted:
        raise Missing(f"The project has no secret '{name}'")
    record(actor, "project.secret", noun="project", noun_id=project.pk, name=project.name, details={"removed": name})


@atomic
def renew_all(actor: Actor) -> int:
    """Encrypt every stored secret with the newest key, after one was put in front of the older ones. Answers how many."""
    require_admin(actor, "secrets.renew")
    rows = list(ProjectSecret.objects.select_for_update())
    for row in rows:
        ProjectSecret.objects.filter(pk=row.pk).update(value=cipher.renew(row.value))
    return len(rows)
