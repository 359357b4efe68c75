"""What lies where: folders, trees and sums."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum
from django.db.models.functions import Left
from django.db.models.query import QuerySet

from apps.artifacts.access import require_root
from apps.artifacts.models import Artifact
from apps.artifacts.paths import clean_folder
from apps.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a list. `path` is the base name in a folder's list, the whole path in a tree's; folders have no size."""

    path: str
    is_dir: bool
    size: int | None = None
    sha256: str = ""
    updated_at: datetime | None = None
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """Files of a root and their bytes (content that several paths share is counted for each of them)."""

    count: int
    size: int


def list_folder(actor: Actor, root: str, path: str = "") -> list[Entry]:
    """One level below `path`, by name; [] if that is a file or nothing. One query by index, however many files lie deeper."""
    require_root(actor, root)
    rows = Artifact.objects.filter(parent__root__key=root, parent__path=clean_folder(path))
    return _entries(rows, "name")


def list_tree(actor: Actor, root: str, path: str = "") -> list[Entry]:
    """All files (no folders) at and below `path`, by path, which is relative to the root."""
    require_root(actor, root)
    return _entries(_below(root, clean_folder(path)).filter(blob__isnull=False), "path")


def summary(actor: Actor, root: str, path: str = "") -> Summary:
    """How many files lie at and below `path`, and their bytes."""
    require_root(actor, root)
    sums = _below(root, clean_folder(path)).aggregate(count=Count("blob"), size=Sum("blob__size"))
    return Summary(sums["count"], sums["size"] or 0)


def summaries(actor: Actor, roots: list[str]) -> dict[str, Summary]:
    """`summary` of many roots in one query; roots without files are left out."""
    for root in roots:
        require_root(actor, root)
    rows = Artifact.objects.filter(root__key__in=roots, blob__isnull=False).values("root__key")
    sums = rows.annotate(count=Count("id"), size=Sum("blob__size")).values_list("root__key", "count", "size")
    return {key: Summary(count, size) for key, count, size in sums}


def owners(actor: Actor, root: str, path: str = "") -> set[int]:
    """The accounts that sent what lies at and below `path` now."""
    require_root(actor, root)
    rows = _below(root, clean_folder(path)).filter(blob__isnull=False)
    return {owner for owner in rows.values_list("owner_id", flat=True) if owner is not None}


def folders_with(actor: Actor, root: str, name: str) -> list[str]:
    """The folders in which a file of that name lies directly, by path; "" is the root."""
    require_root(actor, root)
    rows = Artifact.objects.filter(root__key=root, name=name, blob__isnull=False).order_by("path")
    return [path.rpartition("/")[0] for path in rows.values_list("path", flat=True)]


def kind_of(actor: Actor, root: str, path: str) -> str:
    """`file`, `folder`, or "" for nothing. The root is a folder as soon as something lies in it."""
    require_root(actor, root)
    row = Artifact.objects.filter(root__key=root, path=clean_folder(path)).values_list("blob_id").first()
    if row is None:
        return ""
    return "folder" if row[0] is None else "file"


def _below(root: str, path: str) -> QuerySet[Artifact]:
    rows = Artifact.objects.filter(root__key=root)
    if not path:
        return rows
    # Left, not startswith: that one takes "a" for "A" on SQLite. It reads the rows of one root, by index.
    return rows.alias(head=Left("path", len(path) + 1)).filter(Q(path=path) | Q(head=f"{path}/"))


def _entries(rows: QuerySet[Artifact], label: str) -> list[Entry]:
    values = rows.values_list(label, "blob_id", "blob__size", "blob__sha256", "updated_at", "blob__state")
    entries = [
        Entry(path, is_dir=blob is None, size=size, sha256=sha256 or "", updated_at=at, damaged=state == "damaged")
        for path, blob, size, sha256, at, state in values
    ]
    # Sorted here: databases disagree about the order of names, and this one is the order of the bytes.
    return sorted(entries, key=lambda entry: entry.path)
