"""Looking through what was done."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Q, QuerySet

from apps.audit import chain, export
from apps.audit.models import AuditRow
from apps.audit.queries import checkpoints
from apps.audit.rules import require_admin
from apps.core.actor import Actor

CHUNK = 2000
EXPORTED = (*chain.COLUMNS, "seq", "prev_hash", "hash")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows; an empty field says nothing.

    `act` ending in `.` means all that begin so; `since` (inclusive) and `until` (exclusive) are milliseconds since the epoch.
    """

    actor_id: int | None = None
    actor_name: str = ""
    act: str = ""
    noun: str = ""
    noun_id: str = ""
    workspace: str = ""
    since: int | None = None
    until: int | None = None
    text: str = ""

    def said(self) -> dict[str, Any]:
        """The fields that say something."""
        return {key: value for key, value in asdict(self).items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first; `before` is what to pass for the next page, None on the last."""

    rows: list[AuditRow]
    before: int | None


def search(actor: Actor, selection: Selection, *, before: int | None = None, limit: int = 100) -> Page:
    """One page of rows with ids below `before`. No count: the table only grows."""
    require_admin(actor)
    rows = _select(selection)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows.order_by("-id")[: limit + 1])
    return Page(found[:limit], found[limit - 1].id if len(found) > limit else None)


def export_json(actor: Actor, selection: Selection) -> Iterator[str]:
    """The selected rows, oldest first, with every checkpoint; complete if the selection is empty."""
    require_admin(actor)
    return export.to_json(_walk(selection), checkpoints.stored(actor), selection=selection.said())


def export_csv(actor: Actor, selection: Selection) -> Iterator[str]:
    """The selected rows, oldest first."""
    require_admin(actor)
    return export.to_csv(_walk(selection))


def _select(selection: Selection) -> QuerySet[AuditRow]:
    rows = AuditRow.objects.all()
    for field in ("actor_id", "noun", "noun_id", "workspace"):
        if (value := getattr(selection, field)) not in (None, ""):
            rows = rows.filter(**{field: value})
    if selection.act:
        rows = rows.filter(act__startswith=selection.act) if selection.act.endswith(".") else rows.filter(act=selection.act)
    if selection.actor_name:
        rows = rows.filter(actor_name__iexact=selection.actor_name)
    if selection.since is not None:
        rows = rows.filter(at__gte=selection.since)
    if selection.until is not None:
        rows = rows.filter(at__lt=selection.until)
    if text := selection.text:
        rows = rows.filter(
            Q(name__icontains=text) | Q(actor_name__icontains=text) | Q(noun_id__icontains=text) | Q(address__icontains=text)
        )
    return rows


def _walk(selection: Selection) -> Iterator[dict[str, Any]]:
    """All selected rows by ascending id, in chunks of their own: an export of an hour holds no transaction for an hour."""
    last = 0
    while rows := list(_select(selection).filter(id__gt=last).order_by("id").values(*EXPORTED)[:CHUNK]):
        for row in rows:
            yield row | {key: None if row[key] is None else bytes(row[key]) for key in ("prev_hash", "hash")}
        last = rows[-1]["id"]
