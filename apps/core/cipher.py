"""Keeping other people's secrets: encrypted with a key from the settings, readable after a change of the key."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from apps.core.errors import Unavailable


def encrypt(text: str) -> bytes:
    """`text`, readable with the first of the keys in SECRETS_KEYS. The length of the text shows, nothing else."""
    return _box(_keys()).encrypt(text.encode())


def decrypt(data: bytes | memoryview) -> str:
    """What `encrypt` was given, with whichever of the keys it was. Raises Unavailable if none of them fits."""
    try:
        return _box(_keys()).decrypt(bytes(data)).decode()
    except InvalidToken:
        raise Unavailable("A stored secret cannot be read: its key is not in MLPLATFORM_SECRETS_KEYS") from None


def renew(data: bytes | memoryview) -> bytes:
    """The same secret under the first of the keys, its time of encryption kept. Raises Unavailable like `decrypt`."""
    try:
        return _box(_keys()).rotate(bytes(data))
    except InvalidToken:
        raise Unavailable("A stored secret cannot be read: its key is not in MLPLATFORM_SECRETS_KEYS") from None


def _keys() -> tuple[str, ...]:
    """Newest first. Without any of their own, secrets hang on SECRET_KEY."""
    return tuple(settings.SECRETS_KEYS) or (settings.SECRET_KEY,)


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derive(key)) for key in keys])


def _derive(key: str) -> bytes:
    """A key for this one purpose: whoever learns it learns nothing about signed sessions."""
    derived = HKDF(SHA256(), 32, salt=None, info=b"mlplatform stored secrets").derive(key.encode())
    return base64.urlsafe_b64encode(derived)
