"""The signatures, and whether the chain is whole."""

from collections.abc import Iterator
from typing import Any

from apps.audit import chain, keys, verifier
from apps.audit.chain import Seal
from apps.audit.models import AuditRow, Checkpoint
from apps.audit.rules import require_admin
from apps.core.actor import Actor

CHUNK = 2000


def stored(actor: Actor) -> list[Seal]:
    """Every checkpoint, oldest first."""
    require_admin(actor)
    return [_seal(row) for row in Checkpoint.objects.order_by("seq")]


def latest(actor: Actor) -> Seal | None:
    """The last checkpoint: up to where the chain is signed, and since when."""
    require_admin(actor)
    row = Checkpoint.objects.order_by("-seq").first()
    return _seal(row) if row else None


def public_key(actor: Actor) -> str:
    """The key to hand to whoever checks, in base64."""
    require_admin(actor)
    return chain.show_key(keys.public_key())


def verify(actor: Actor, public_keys: list[bytes]) -> verifier.Report:
    """Walk the whole chain in the database. `public_keys` empty: our own, if there is one."""
    require_admin(actor)
    if not public_keys and keys.exists():
        public_keys = [keys.public_key()]
    report = verifier.check(_sealed(), stored(actor), public_keys)
    report.unsealed = list(AuditRow.objects.filter(seq=None).order_by("id").values_list("id", flat=True))
    return report


def _seal(row: Checkpoint) -> Seal:
    return Seal(row.seq, bytes(row.hash), row.count, row.signed_at, bytes(row.public_key), bytes(row.signature))


def _sealed() -> Iterator[dict[str, Any]]:
    """Numbered rows in the chain's order, a chunk at a time."""
    last = -(2**63)
    columns = (*chain.COLUMNS, "seq", "prev_hash", "hash")
    while rows := list(AuditRow.objects.filter(seq__gt=last).order_by("seq").values(*columns)[:CHUNK]):
        for row in rows:
            yield row | {"prev_hash": bytes(row["prev_hash"]), "hash": bytes(row["hash"])}
        last = rows[-1]["seq"]
