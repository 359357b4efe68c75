"""Taking names away. The bytes go later, when nothing points to them and nobody reads them any more."""

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q
from django.db.models.functions import Left
from django.db.models.query import QuerySet

from apps.artifacts.access import require_root
from apps.artifacts.conflicts import settled
from apps.artifacts.models import Artifact, Root, Upload
from apps.artifacts.paths import ancestors, clean_path
from apps.artifacts.services.charging import charge
from apps.artifacts.services.publishing import Guard, release_blobs
from apps.audit.services import record
from apps.core.actor import Actor
from apps.core.transactions import atomic


@settled
@atomic
def delete(actor: Actor, root: str, path: str, *, guard: Guard | None = None) -> int:
    """Remove the file, or the folder with all in it, at `path`; how many files went, 0 if there was nothing."""
    require_root(actor, root)
    path = clean_path(path)
    if guard:
        guard()
    rows = Artifact.objects.filter(root__key=root).alias(head=Left("path", len(path) + 1))
    count = _remove(actor, root, rows.filter(Q(path=path) | Q(head=f"{path}/")))
    _prune(root, path)
    Upload.objects.filter(root__key=root, path=path, state=Upload.State.FAILED).delete()
    if count:
        record(
            actor,
            "artifact.delete",
            noun="artifact",
            noun_id=root,
            name=path,
            workspace=actor.workspace,
            details={"files": count},
        )
    return count


@settled
@atomic
def delete_root(actor: Actor, root: str) -> int:
    """Remove a whole root: its run or model is gone for good. How many files went."""
    require_root(actor, root)
    count = _remove(actor, root, Artifact.objects.filter(root__key=root))
    Root.objects.filter(key=root).delete()  # its uploads too; what they left in the store is swept later
    return count


def _remove(actor: Actor, root: str, rows: QuerySet[Artifact]) -> int:
    release_blobs(actor, rows)
    found = list(rows.select_for_update(of=("self",)).select_related("blob"))
    files = [(row.owner_id, row.blob.size) for row in found if row.blob]
    changes = {owner: [0, 0] for owner, _ in files}
    for owner, size in files:
        changes[owner][0] -= 1
        changes[owner][1] -= size
    charge(actor, root, [(owner, count, size) for owner, (count, size) in changes.items()])
    for start in range(0, len(found), 500):
        _drop([row.pk for row in found[start : start + 500]])
    return len(files)


def _drop(ids: list[int]) -> None:
    """One statement. `QuerySet.delete` would read the rows and look for children first; the database does that at commit."""
    Artifact.objects.filter(pk__in=ids)._raw_delete(using=DEFAULT_DB_ALIAS)


def _prune(root: str, path: str) -> None:
    """Remove the folders above `path` that are empty now, deepest first; a folder exists by what lies in it."""
    for folder in reversed(ancestors(path)):
        empty = Artifact.objects.filter(root__key=root, path=folder, blob__isnull=True, children__isnull=True)
        ids = list(empty.values_list("pk", flat=True))
        if not ids:
            return
        _drop(ids)
