"""Looking what a project offers: a worker fetches its code and reads its files. None of the code runs."""

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.access.queries.workspaces import require_admin
from apps.core import cipher, clock
from apps.core.actor import Actor
from apps.core.errors import DomainError
from apps.core.transactions import atomic
from apps.projects import fetching, mlproject, offers
from apps.projects.models import Project, ProjectSecret

State = Project.Inspection
SECONDS = 120


def inspect(actor: Actor, project_id: int) -> None:
    """Fetch the project and keep what it offers, or why that is not known."""
    require_admin(actor, "project.inspect")
    row = Project.objects.select_related("archive").filter(pk=project_id).first()
    if row is None:
        return
    parent = Path(settings.RUNTIME_DIR) / "inspections"
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        try:
            _keep(row, **_look(actor, row, Path(folder) / "code"))
        except DomainError as error:
            _keep(row, inspection=State.FAILED, problem=error.message)


def _look(actor: Actor, row: Project, folder: Path) -> dict[str, Any]:
    """Columns of what was found. Raises Invalid, Unavailable."""
    source = fetching.Source(
        row.source,
        row.uri,
        row.ref,
        row.subdirectory,
        row.archive.root if row.archive else "",
        row.archive.path if row.archive else "",
    )
    secrets = ProjectSecret.objects.filter(project_id=row.pk).values_list("name", "value")
    fetched = fetching.fetch(actor, source, folder, {name: cipher.decrypt(value) for name, value in secrets}, seconds=SECONDS)
    project = mlproject.load(fetched.project, fetched.root)
    offer = offers.to_json(project)
    return {"inspection": State.READY, "problem": "", "offer": offer, "inspected_commit": fetched.commit}


@atomic
def _keep(row: Project, **facts: Any) -> None:
    """Only if the source is still the one that was looked at."""
    same = Project.objects.filter(pk=row.pk, uri=row.uri, ref=row.ref, subdirectory=row.subdirectory, archive=row.archive)
    same.update(**facts, inspected_at=clock.now())
