"""Upkeep: uploads that died, bytes that nothing points to, bytes that nobody knows. May be killed and run again at any point."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.query import QuerySet

from apps.artifacts import stores
from apps.artifacts.access import require_platform
from apps.artifacts.models import Artifact, Blob, Upload
from apps.artifacts.models.blobs import GRACE
from apps.artifacts.services.charging import charge_store
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import DomainError
from apps.core.transactions import atomic

BATCH = 200
SILENT_STREAM = timedelta(minutes=10)
SILENT_PARTS = timedelta(days=2)  # URLs that lead to the store itself live for one, and we hear nothing of their use
LEFTOVERS = timedelta(hours=1)
ORPHANS = timedelta(days=1)
KEEP_STORED = timedelta(days=1)
KEEP_FAILED = timedelta(days=30)
ACTIVE = [Upload.State.RECEIVING, Upload.State.ASSEMBLING]


@dataclass
class Report:
    """What was removed, or would be in a dry run."""

    uploads_lost: int = 0
    leftovers: int = 0
    blobs: int = 0
    blob_bytes: int = 0
    orphans: int = 0
    orphan_bytes: int = 0
    warnings: list[str] = field(default_factory=list)


def clean(actor: Actor, *, dry_run: bool = False, orphans: bool = True, seconds: float = 3600) -> Report:
    """End uploads that died, sweep what they left, and delete bytes that no artifact points to.

    `orphans` also looks at all that lies in the store, for bytes without a row (a crash between the two leaves them).
    No new batch begins after `seconds`; the next run goes on. What is missing in the store is a warning. Raises Denied, and
    Unavailable when the store does not answer.
    """
    require_platform(actor)
    report = Report()
    deadline = clock.monotonic() + seconds
    _end_uploads(report, dry_run)
    _sweep(report, dry_run)
    _delete_blobs(actor, report, dry_run, deadline)
    if orphans:
        _delete_orphans(report, dry_run, deadline)
    return report


def mark_damaged(actor: Actor, blob_id: int) -> bool:
    """Note that the store gave other bytes than it was given: nothing new will point there. Whether that was news."""
    require_platform(actor)
    return Blob.objects.filter(pk=blob_id, state=Blob.State.STORED).update(state=Blob.State.DAMAGED) == 1


def delete_now(actor: Actor, blob_id: int) -> None:
    """Delete one blob that nothing points to, without grace. For bytes that nobody else can know of: random ones, just made.

    Raises Denied, Unavailable when the store refuses.
    """
    require_platform(actor)
    used = Artifact.objects.filter(blob_id=OuterRef("pk"))
    Blob.objects.filter(~Exists(used), pk=blob_id).update(state=Blob.State.DELETING)
    for blob in Blob.objects.filter(pk=blob_id, state=Blob.State.DELETING):
        stores.named(blob.store).delete(blob.storage_key)
        _forget(actor, blob)


def _end_uploads(report: Report, dry_run: bool) -> None:
    now = clock.now()
    stream = Q(kind=Upload.Kind.STREAM, state=Upload.State.RECEIVING, updated_at__lt=now - SILENT_STREAM)
    parts = Q(kind=Upload.Kind.MULTIPART, state__in=ACTIVE, updated_at__lt=now - SILENT_PARTS)
    dead = Upload.objects.filter(stream | parts)
    report.uploads_lost = dead.count()
    if dry_run:
        return
    for row in list(dead[:5000]):
        error = "The upload stopped without an end: its sender or its worker died"
        ended = Upload.objects.filter(pk=row.pk, state=row.state, updated_at=row.updated_at)
        if ended.update(state=Upload.State.FAILED, error=error) and row.kind == Upload.Kind.MULTIPART:
            stores.named(row.store).drop_parts(row.storage_key, row.remote_id)
    Upload.objects.filter(state=Upload.State.STORED, updated_at__lt=now - KEEP_STORED).delete()
    over = [Upload.State.FAILED, Upload.State.ABORTED]
    Upload.objects.filter(state__in=over, updated_at__lt=now - KEEP_FAILED).delete()


def _sweep(report: Report, dry_run: bool) -> None:
    left = stores.current().sweep(clock.now() - LEFTOVERS, _busy_keys(), remove=not dry_run)
    report.leftovers = len(left)


def _busy_keys() -> set[str]:
    return set(Upload.objects.filter(state__in=ACTIVE).values_list("storage_key", flat=True))


def _unreferenced(before: datetime) -> QuerySet[Blob]:
    states = [Blob.State.STORED, Blob.State.DAMAGED]
    used = Artifact.objects.filter(blob_id=OuterRef("pk"))
    return Blob.objects.filter(~Exists(used), state__in=states, touched_at__lt=before)


def _delete_blobs(actor: Actor, report: Report, dry_run: bool, deadline: float) -> None:
    """First the mark, committed, then the bytes, then the row: whenever this stops, what is left says what is to be done."""
    if dry_run:
        sizes = list(_unreferenced(clock.now() - GRACE).values_list("size", flat=True))
        report.blobs, report.blob_bytes = len(sizes), sum(sizes)
        return
    stuck: set[int] = set()
    while clock.monotonic() < deadline and len(stuck) < BATCH:
        chosen = list(_unreferenced(clock.now() - GRACE).values_list("pk", flat=True)[:BATCH])
        # Asked again in the same statement: whoever points to one of them now has touched it first.
        _unreferenced(clock.now() - GRACE).filter(pk__in=chosen).update(state=Blob.State.DELETING)
        going = list(Blob.objects.filter(state=Blob.State.DELETING).exclude(pk__in=stuck)[:BATCH])
        stuck |= {blob.pk for blob in going if not _delete_blob(actor, blob, report)}
        if not going:
            return


def _delete_blob(actor: Actor, blob: Blob, report: Report) -> bool:
    """False if the store would not; one bad blob must not keep the others."""
    try:
        found = stores.named(blob.store).delete(blob.storage_key)
    except DomainError as error:
        report.warnings.append(f"{blob.storage_key}: {error.message}")
        return False
    if not found:
        report.warnings.append(f"{blob.storage_key} was missing in the store already")
    _forget(actor, blob)
    report.blobs += 1
    report.blob_bytes += blob.size
    return True


@atomic
def _forget(actor: Actor, blob: Blob) -> None:
    """Once, however many cleanings are at it."""
    if Blob.objects.filter(pk=blob.pk, state=Blob.State.DELETING).delete()[0]:
        charge_store(actor, blob.store, -1, -blob.size)


def _delete_orphans(report: Report, dry_run: bool, deadline: float) -> None:
    store = stores.current()
    before = clock.now() - ORPHANS
    batch: dict[str, int] = {}
    for found in store.walk():
        if found.modified < before:
            batch[found.key] = found.size
        if len(batch) >= BATCH * 5:
            _delete_unknown(store, batch, report, dry_run)
            batch = {}
        if clock.monotonic() > deadline:
            return
    _delete_unknown(store, batch, report, dry_run)


def _delete_unknown(store: stores.Store, batch: dict[str, int], report: Report, dry_run: bool) -> None:
    known = set(Blob.objects.filter(storage_key__in=list(batch)).values_list("storage_key", flat=True)) | _busy_keys()
    for key in sorted(set(batch) - known):
        try:
            if not dry_run:
                store.delete(key)
        except DomainError as error:
            report.warnings.append(f"{key}: {error.message}")
            continue
        report.orphans += 1
        report.orphan_bytes += batch[key]
