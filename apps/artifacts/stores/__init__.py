"""Which store new bytes go to, and which one holds what a blob names."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from apps.artifacts.stores.base import Store
from apps.artifacts.stores.local import LocalStore
from apps.artifacts.stores.s3 import S3Store


def current() -> Store:
    """The store of new blobs: MLPLATFORM_ARTIFACT_ROOT."""
    root = settings.ARTIFACT_ROOT
    return _s3(root) if root.startswith("s3://") else _local(root)


def named(name: str) -> Store:
    """The store of a blob. An installation that has moved to a bucket still reads what lies in its home folder."""
    if name.startswith("s3://"):
        return _s3(name)
    root = settings.ARTIFACT_ROOT
    return _local(str(settings.HOME / "artifacts") if root.startswith("s3://") else root)


@lru_cache(maxsize=8)
def _local(folder: str) -> LocalStore:
    return LocalStore(Path(folder).expanduser().absolute())


def _s3(url: str) -> S3Store:
    return _connected(url.rstrip("/"), settings.S3_ENDPOINT_URL, settings.S3_PUBLIC_URL, settings.HOME)


@lru_cache(maxsize=8)
def _connected(url: str, endpoint: str, public: str, home: Path) -> S3Store:
    return S3Store(url, endpoint, public, spool=home)
