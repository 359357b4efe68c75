"""The signing key: `MLPLATFORM_AUDIT_KEY`, else made once and kept in the home folder, readable by us alone.

A key in the environment of the worker only, or on another machine, is what makes the signatures worth something against
somebody who has the database; docs say so.
"""

import base64
import contextlib
import secrets
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from apps.audit import chain


def signing_key() -> Ed25519PrivateKey:
    """The private key, made at the first call if there is none. Raises ValueError for one that cannot be read."""
    return _parse(settings.AUDIT_KEY or _kept(Path(settings.AUDIT_KEY_FILE)))


def public_key() -> bytes:
    """The 32 bytes to hand to whoever checks."""
    return signing_key().public_key().public_bytes_raw()


def exists() -> bool:
    """Whether there is a key already; asking makes none."""
    return bool(settings.AUDIT_KEY) or Path(settings.AUDIT_KEY_FILE).exists()


@cache
def _parse(text: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(chain.read_key(text))


def _kept(path: Path) -> str:
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
        with contextlib.suppress(FileExistsError):  # whoever comes first wins; two workers at their first start share one key
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text()
