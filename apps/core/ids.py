"""Identifiers and secrets."""

import hashlib
import secrets
import uuid


def new_run_id() -> str:
    """32 lower-case hex digits, as MLflow writes run ids."""
    return uuid.uuid4().hex


def new_model_id() -> str:
    """`m-` and 32 hex digits, as MLflow writes logged model ids."""
    return f"m-{uuid.uuid4().hex}"


def new_uuid() -> str:
    """A random UUID in its usual spelling."""
    return str(uuid.uuid4())


def new_secret(prefix: str) -> str:
    """`<prefix>_` and 160 random bits in lower-case base 32 without padding (32 characters)."""
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    number = secrets.randbits(160)
    return f"{prefix}_" + "".join(alphabet[(number >> shift) & 31] for shift in range(0, 160, 5))


def secret_digest(secret: str) -> bytes:
    """SHA-256 of a secret of full entropy: what we store of a token (a slow hash adds nothing to 160 random bits)."""
    return hashlib.sha256(secret.encode()).digest()
