"""Numbering, chaining and signing the rows that have come since the last time."""

from typing import Any

from django.db import connection

from apps.audit import chain, keys
from apps.audit.models import AuditRow, Checkpoint
from apps.audit.rules import require_admin
from apps.core import clock
from apps.core.actor import Actor
from apps.core.transactions import atomic

BATCH = 1000
LOCK = 0x61756469  # "audi": our place among PostgreSQL's advisory locks
SEAL = "UPDATE audit_auditrow SET seq = %s, prev_hash = %s, hash = %s WHERE id = %s AND seq IS NULL"


def seal(actor: Actor) -> int:
    """Seal every row that is committed by now; returns how many. Ends at once if another sealer is at work.

    Numbers follow the order in which the sealer sees rows, not their ids: a transaction that took its id early may commit
    late, and would otherwise leave a hole or hold everybody up.
    """
    require_admin(actor)
    sealed = 0
    while (done := _seal_batch()) == BATCH:
        sealed += done
    return sealed + done


@atomic
def _seal_batch() -> int:
    """One transaction of at most BATCH rows and one checkpoint over them."""
    if not _lock():
        return 0
    rows = list(AuditRow.objects.filter(seq=None).order_by("id").values(*chain.COLUMNS)[:BATCH])
    if rows:
        _number(rows)
    return len(rows)


def _lock() -> bool:
    """One sealer at a time. On SQLite the IMMEDIATE transaction is the lock."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _number(rows: list[dict[str, Any]]) -> None:
    seq, prev = _last()
    sealed = []
    for row in rows:
        seq += 1
        hash_ = chain.row_hash(row, seq, prev)
        sealed.append((seq, prev, hash_, row["id"]))
        prev = hash_
    with connection.cursor() as cursor:
        cursor.executemany(SEAL, sealed)
    _sign(seq, prev)


def _last() -> tuple[int, bytes]:
    last = AuditRow.objects.filter(seq__isnull=False).order_by("-seq").first()
    return (last.seq or 0, bytes(last.hash or b"")) if last else (0, chain.ORIGIN)


def _sign(seq: int, hash_: bytes) -> None:
    signed_at = clock.now_ms()
    Checkpoint.objects.create(
        seq=seq,
        hash=hash_,
        count=seq,
        signed_at=signed_at,
        public_key=keys.public_key(),
        signature=keys.signing_key().sign(chain.message(seq, hash_, seq, signed_at)),
    )
