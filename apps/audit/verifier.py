"""Is this chain whole, and did the key vouch for it? Pure: rows and checkpoints in, a report out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.audit import chain
from apps.audit.chain import Seal


@dataclass(slots=True)
class Report:
    """What was checked, and the damage in the order of the chain (the first line names the first damaged row)."""

    rows: int = 0
    checkpoints: int = 0
    partial: bool = False
    pinned: bool = False
    unsealed: list[int] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.damage


def check(rows: Iterable[Mapping[str, Any]], seals: Iterable[Seal], keys: list[bytes], *, partial: bool = False) -> Report:
    """Walk sealed rows in the order of `seq`; each has the columns, `seq`, and `prev_hash` and `hash` as bytes.

    `keys`: public keys to believe; empty: each checkpoint is believed by its own, which proves only that nothing was changed
    by somebody without any key. `partial`: rows are a selection, holes are expected and only neighbours are compared.
    """
    report = Report(partial=partial, pinned=bool(keys))
    by_seq = {seal.seq: seal for seal in seals}
    report.checkpoints = len(by_seq)
    last_seq, last_hash, seal = 0, chain.ORIGIN, None
    for row in rows:
        report.rows += 1
        report.damage += _row_damage(row, last_seq, last_hash, partial)
        last_seq, last_hash = row["seq"], row["hash"]
        if seal := by_seq.pop(last_seq, None):
            report.damage += _seal_damage(seal, last_hash, keys)
    if partial:
        report.damage += [line for left in by_seq.values() for line in _seal_damage(left, None, keys)]
    elif by_seq:
        report.damage.append(f"row {min(by_seq)}: is missing, though a checkpoint signed it")
    elif last_seq and seal is None:
        report.damage.append(f"row {last_seq}: no checkpoint signed the end of the chain")
    return report


def _row_damage(row: Mapping[str, Any], last_seq: int, last_hash: bytes, partial: bool) -> Iterator[str]:
    seq, name = row["seq"], f"row {row['seq']} (id {row['id']})"
    follows = seq == last_seq + 1
    if not follows and (not partial or seq <= last_seq):
        yield f"{name}: row {last_seq + 1} is missing before it"
    elif follows and row["prev_hash"] != last_hash:
        yield f"{name}: does not continue the row before it"
    try:
        whole = chain.row_hash(row, seq, row["prev_hash"]) == row["hash"]
    except ValueError:
        whole = False
    if not whole:
        yield f"{name}: its content was changed after it was sealed"


def _seal_damage(seal: Seal, hash_: bytes | None, keys: list[bytes]) -> Iterator[str]:
    believed = keys or [seal.public_key]
    if not any(chain.is_signed(seal, key) for key in believed):
        yield f"row {seal.seq}: the signature of its checkpoint is not by the key"
    elif hash_ is not None and seal.hash != hash_:
        yield f"row {seal.seq}: the checkpoint signed another chain up to here"
    elif seal.count != seal.seq:
        yield f"row {seal.seq}: the checkpoint counts {seal.count} rows"
