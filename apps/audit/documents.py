"""Files that carry an export of the audit and say more besides, as the evidence of a model's version does: signed as a whole.

The chain vouches for the rows in such a file and for nothing else in it, so the key signs all of it once more when it is made.
"""

import hashlib
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from apps.audit import chain, keys

SIGNATURE = "signature"
OWN_PARTS = frozenset({"format", "selection", "checkpoints", "rows"})  # those of the audit's own export


def signed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its signature; None in its place where the key is with the workers alone."""
    if not keys.exists():
        return document | {SIGNATURE: None}
    made = {"public_key": keys.public_key().hex(), "signature": keys.signing_key().sign(_message(document)).hex()}
    return document | {SIGNATURE: made}


def says_more(document: dict[str, Any]) -> bool:
    """Whether there is something in it that the chain does not vouch for."""
    return not OWN_PARTS.issuperset(document)


def is_signed(document: dict[str, Any]) -> bool:
    """Whether it carries a signature, right or wrong."""
    return bool(document.get(SIGNATURE))


def damage(document: dict[str, Any], believed: list[bytes]) -> list[str]:
    """What is wrong with its signature; without `believed` keys the one that stands in it is believed.

    Whoever changes an unsigned document leaves no trace, so with keys to believe a missing signature is damage too.
    """
    if not says_more(document):
        return []
    if not is_signed(document):
        return ["the file is not signed as a whole: nothing vouches for what it says beside the rows"] if believed else []
    try:
        signature = bytes.fromhex(document[SIGNATURE]["signature"])
        public = believed or [bytes.fromhex(document[SIGNATURE]["public_key"])]
        if any(_verifies(key, signature, _message(document)) for key in public):
            return []
    except (KeyError, TypeError, ValueError):
        pass
    return ["the file was changed after it was signed, or signed by another key"]


def _verifies(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _message(document: dict[str, Any]) -> bytes:
    content = {key: value for key, value in document.items() if key != SIGNATURE}
    return chain.canonical({"audit": "mlplatform/1", "document": hashlib.sha256(chain.canonical(content)).hexdigest()})
