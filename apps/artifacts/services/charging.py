"""Counting what is kept, in the transaction that changes it, and refusing what is too much."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Count, Sum

from apps.accounts.models import Team
from apps.artifacts import sizes
from apps.artifacts.access import require_actor, require_platform, require_root
from apps.artifacts.counting import missing
from apps.artifacts.models import Artifact, Kind, Use
from apps.artifacts.queries import uses
from apps.artifacts.refusals import OverQuota
from apps.core.actor import Actor
from apps.core.transactions import atomic

FOLDED = 1000  # subjects at a time


Change = tuple[int | None, int, int]
"""Whose files, how many, how many bytes."""


def charge(actor: Actor, root: str, changes: Iterable[Change], *, to_store: str = "") -> None:
    """Note within the caller's transaction that so much more is kept in the root, less if negative.

    `to_store` is the store that got the content of the last change, if it was not there before.
    """
    require_root(actor, root)
    rows: list[tuple[str, str, int, int]] = []
    files = size = more_files = more = 0
    for person, more_files, more in changes:
        files, size = files + more_files, size + more
        if person is not None:
            rows.append((Kind.PERSON, str(person), more_files, more))
    rows.append((Kind.EXPERIMENT, uses.experiment_of(actor, root), files, size))
    if to_store:
        rows.append((Kind.STORED, to_store, more_files, more))
    _write(rows)


def charge_store(actor: Actor, store: str, files: int, size: int) -> None:
    """Note within the caller's transaction that a store has so much more content."""
    require_actor(actor)
    _write([(Kind.STORED, store, files, size)])


def _write(rows: list[tuple[str, str, int, int]]) -> None:
    Use.objects.bulk_create(
        [Use(kind=kind, subject=subject, files=files, size=size) for kind, subject, files, size in rows if files or size]
    )


def require_room(actor: Actor, root: str, more: int) -> None:
    """Let so many more bytes pass, within the transaction that charges them, or raise OverQuota: exact, whoever else sends.

    Uploads that have to keep the same quota pass here one after the other, each after the other's commit; others do not wait.
    """
    require_root(actor, root)
    if more <= 0:
        return
    for kind, subject, quota in uses.quotas_for(actor, root):
        _take_turns(f"quota {kind} {subject}")
        used = uses.amount(actor, kind, subject).size
        if used + more > quota:
            raise OverQuota(_refusal(kind, subject, used, quota, more))


def require_allowance(actor: Actor, root: str, path: str, size: int) -> int | None:
    """How many bytes may come for `path` as things stand now, None for any number; asked while they come, of `size` so far.

    It takes no lock and is no promise: `require_room` decides. What lies at the path now is replaced, so it counts in favour.
    Raises OverQuota if `size` is too much already.
    """
    require_root(actor, root)
    quotas = uses.quotas_for(actor, root)
    if not quotas:
        return None
    there = Artifact.objects.filter(root__key=root, path=path).aggregate(size=Sum("blob__size"))["size"] or 0
    left = []
    for kind, subject, quota in quotas:
        used = uses.amount(actor, kind, subject).size
        if size > there and used + size - there > quota:
            raise OverQuota(_refusal(kind, subject, used, quota, size - there))
        left.append(max(there, there + quota - used))
    return min(left)


def _take_turns(name: str) -> None:
    """SQLite has one writer at a time anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _refusal(kind: str, subject: str, used: int, quota: int, more: int) -> str:
    whose = {Kind.EXPERIMENT: f"of experiment {subject}", Kind.PERSON: "of your account"}.get(Kind(kind), "of your team")
    if kind == Kind.TEAM:
        whose = f"of team {Team.objects.filter(pk=int(subject)).values_list('name', flat=True).first()}"
    return (
        f"The quota of {sizes.in_words(quota)} {whose} is used up: {sizes.in_words(used)} are kept, and this file has "
        f"{sizes.in_words(more)} more. Delete artifacts and empty the trash, or ask an administrator for more."
    )


@atomic
def fold(actor: Actor, limit: int = FOLDED) -> int:
    """Make one row of the many of a subject, for those with most rows; how many rows went. Sums stay as they are meanwhile."""
    require_platform(actor)
    crowded = Use.objects.values_list("kind", "subject").annotate(rows=Count("id")).filter(rows__gt=1).order_by("-rows")
    return sum(_fold(kind, subject) for kind, subject, _ in crowded[:limit])


def _fold(kind: str, subject: str) -> int:
    rows = list(
        Use.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked).filter(
            kind=kind, subject=subject
        )
    )
    if len(rows) < 2:
        return 0
    files, size = sum(row.files for row in rows), sum(row.size for row in rows)
    Use.objects.filter(pk__in=[row.pk for row in rows]).delete()
    _write([(kind, subject, files, size)])
    return len(rows) - 1


@atomic
def recount(actor: Actor) -> int:
    """Correct the counters by what is there, if ever they differ: after work in the database by hand. How many did."""
    require_platform(actor)
    _take_turns("recount")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(f"INSERT INTO artifacts_use (kind, subject, files, size) {missing(connection.vendor)}")
        return max(0, int(cursor.rowcount))
