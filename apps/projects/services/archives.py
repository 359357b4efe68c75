"""Uploaded archives: taken as they come, unpacked only by workers, removed when nothing points to them."""

from datetime import timedelta

from django.db.models import Exists, OuterRef

from apps.access.queries.workspaces import require_admin, require_writer
from apps.artifacts.services import deletion, uploads
from apps.artifacts.streams import Readable
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import Invalid
from apps.core.ids import new_run_id
from apps.core.transactions import atomic
from apps.projects.access import require_unlimited
from apps.projects.archives import SUFFIXES
from apps.projects.archiving import ROOT
from apps.projects.models import Archive, Execution, Project

MAX_BYTES = 1024**3
# How the files begin. A tar has no beginning that all of them share.
BEGINNINGS = {".zip": b"PK", ".gz": b"\x1f\x8b", ".tgz": b"\x1f\x8b", ".bz2": b"BZh", ".tar": b""}
UNUSED_DAYS = 2


def upload(actor: Actor, name: str, stream: Readable, length: int | None = None) -> Archive:
    """Keep an uploaded zip or tar for a project or an execution; two days unused, it goes. At most 1 GiB.

    Raises Invalid (name, kind, size), StorageFull, Unavailable, Denied.
    """
    require_writer(actor)
    require_unlimited(actor, "project.create")
    name = name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1].strip()[:200]
    if not name.lower().endswith(SUFFIXES):
        raise Invalid(f"The archive has to be one of: {', '.join(SUFFIXES)}")
    if length == 0:
        raise Invalid("The archive is empty")
    if length is not None and length > MAX_BYTES:
        raise Invalid("The archive is larger than 1 GiB")
    suffix = next(suffix for suffix in SUFFIXES if name.lower().endswith(suffix))
    path = f"{new_run_id()}{suffix}"
    beginning = next(first for ending, first in BEGINNINGS.items() if suffix.endswith(ending))
    stored = uploads.store(actor, ROOT, path, _Bounded(stream, beginning), length)
    return _note(actor, name, path, stored)


def clean(actor: Actor) -> int:
    """Remove uploads that no project and no execution points to any more. Answers how many."""
    require_admin(actor, "archives.clean")
    before = clock.now() - timedelta(days=UNUSED_DAYS)
    unused = Archive.objects.filter(
        ~Exists(Project.objects.filter(archive_id=OuterRef("pk"))),
        ~Exists(Execution.objects.filter(archive_id=OuterRef("pk"))),
        created_at__lt=before,
    )
    rows = list(unused[:500])
    for row in rows:
        _remove(actor, row)
    return len(rows)


@atomic
def _note(actor: Actor, name: str, path: str, stored: uploads.Stored) -> Archive:
    return Archive.objects.create(
        sha256=stored.sha256,
        name=name,
        size=stored.size,
        root=ROOT,
        path=path,
        owner_id=actor.user_id,
        created_at=clock.now(),
    )


@atomic
def _remove(actor: Actor, row: Archive) -> None:
    Archive.objects.filter(pk=row.pk).delete()
    deletion.delete(actor, row.root, row.path)


class _Bounded:
    """The stream, refusing what begins otherwise than its name says, and to go past the limit whatever the sender announced."""

    def __init__(self, stream: Readable, beginning: bytes):
        self._stream, self._taken, self._beginning = stream, 0, beginning

    def read(self, size: int = -1, /) -> bytes:
        data = self._stream.read(size)
        if not self._taken and not data.startswith(self._beginning[: max(1, len(data))]):
            hint = " Its bytes have to be the body, not a form." if data.startswith(b"--") else ""
            raise Invalid(f"That is not an archive of the kind that its name says.{hint}")
        self._taken += len(data)
        if self._taken > MAX_BYTES:
            raise Invalid("The archive is larger than 1 GiB")
        return data
