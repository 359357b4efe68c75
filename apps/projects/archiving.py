"""Who may use an uploaded archive, and where its bytes lie."""

from apps.access.queries.workspaces import require_known
from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.projects.models import Archive

ROOT = "projects/archives"


def access_archive(actor: Actor, archive_id: int) -> Archive:
    """An archive that the actor uploaded; administrators use any. Raises Missing."""
    require_known(actor)
    row = Archive.objects.filter(pk=archive_id).first()
    if row is None or (row.owner_id != actor.user_id and not actor.is_admin):
        raise Missing(f"No uploaded archive with id={archive_id} exists")
    return row
