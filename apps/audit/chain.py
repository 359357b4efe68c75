"""The chain's arithmetic: pure, so that an export can be checked on a machine that has never seen the database.

A row's hash is SHA-256 over the canonical JSON of all its columns, its number and the hash before it. Canonical is: keys
sorted, no spaces, UTF-8, whole numbers without a fraction (PostgreSQL's jsonb turns `1e2` into `100`, SQLite does not).
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

COLUMNS = (
    "id",
    "at",
    "actor_id",
    "actor_name",
    "actor_kind",
    "via",
    "token_id",
    "address",
    "act",
    "noun",
    "noun_id",
    "name",
    "workspace",
    "details",
)
ORIGIN = bytes(32)


@dataclass(frozen=True, slots=True)
class Seal:
    """A checkpoint as data: what was signed, by which key, and the signature."""

    seq: int
    hash: bytes
    count: int
    signed_at: int
    public_key: bytes
    signature: bytes

    @property
    def key(self) -> str:
        """The public key as people copy it."""
        return show_key(self.public_key)


def canonical(value: Any) -> bytes:
    """The one way to write `value` as JSON. Raises ValueError for NaN and infinities."""
    text = json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def row_hash(row: Mapping[str, Any], seq: int, prev_hash: bytes) -> bytes:
    """The 32 bytes that row number `seq` has after a row with `prev_hash` (ORIGIN before the first)."""
    content = {column: row[column] for column in COLUMNS}
    return hashlib.sha256(canonical({**content, "seq": seq, "prev_hash": prev_hash.hex()})).digest()


def message(seq: int, hash_: bytes, count: int, signed_at: int) -> bytes:
    """What a checkpoint signs."""
    return canonical({"audit": "mlplatform/1", "seq": seq, "hash": hash_.hex(), "count": count, "signed_at": signed_at})


def is_signed(seal: Seal, public_key: bytes) -> bool:
    """Whether `public_key` (32 bytes) vouches for the checkpoint."""
    signed = message(seal.seq, seal.hash, seal.count, seal.signed_at)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(seal.signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def show_key(public_key: bytes) -> str:
    """A key as people copy it: base64."""
    return base64.b64encode(public_key).decode()


def read_key(text: str) -> bytes:
    """32 bytes from base64, base64url or hex. Raises ValueError."""
    text = text.strip()
    if len(text) == 64 and all(digit in "0123456789abcdefABCDEF" for digit in text):
        return bytes.fromhex(text)
    raw = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    if len(raw) != 32:
        raise ValueError("a key has 32 bytes")
    return raw
