"""Which store new bytes go to, and which one holds what a blob names."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from apps.artifacts.stores.base import Store
from apps.artifacts.stores.cloud import PACKAGES, AzureObjects, CloudStore, GoogleObjects
from apps.artifacts.stores.local import LocalStore
from apps.artifacts.stores.s3 import S3Store

FORMER = "artifact_folder"  # in the home folder: where blobs that are called `local` lie, or lay before they were moved


def current() -> Store:
    """The store of new blobs: MLPLATFORM_ARTIFACT_ROOT."""
    return at(settings.ARTIFACT_ROOT)


def at(place: str) -> Store:
    """The store at a place as MLPLATFORM_ARTIFACT_ROOT names it."""
    return _bucket(place) if is_bucket(place) else local(place)


def named(name: str) -> Store:
    """The store of a blob. An installation that has moved still reads what lies where it came from."""
    return _bucket(name) if is_bucket(name) else local(local_folder())


def is_bucket(place: str) -> bool:
    """Whether it is no folder."""
    return "://" in place


def local_folder() -> str:
    """Where what is called `local` lies."""
    if not is_bucket(settings.ARTIFACT_ROOT):
        return settings.ARTIFACT_ROOT
    return former_folder() or str(settings.HOME / "artifacts")


def former_folder() -> str:
    """The folder that artifacts were moved from; "" if they never were."""
    try:
        return (settings.HOME / FORMER).read_text().strip()
    except FileNotFoundError:
        return ""


def remember_folder(folder: str) -> None:
    """Let what is called `local` be found in that folder too."""
    (settings.HOME / FORMER).write_text(folder)


def local(folder: str) -> LocalStore:
    """A folder as store, looking into the one that it was moved from for what has not come yet."""
    return _local(folder, former_folder())


def plain_folder(folder: str) -> LocalStore:
    """A folder as store, and nothing else."""
    return _local(folder, "")


@lru_cache(maxsize=8)
def _local(folder: str, former: str) -> LocalStore:
    path, before = (Path(text).expanduser().absolute() for text in (folder, former or folder))
    return LocalStore(path, None if before == path else before)


def _bucket(url: str) -> Store:
    scheme = url.partition("://")[0]
    if scheme in PACKAGES:
        return _cloud(url.rstrip("/"), settings.HOME, settings.AZURE_CONNECTION)
    return _connected(url.rstrip("/"), settings.S3_ENDPOINT_URL, settings.S3_PUBLIC_URL, settings.HOME)


@lru_cache(maxsize=8)
def _cloud(url: str, home: Path, azure: str) -> CloudStore:
    return CloudStore(url, GoogleObjects if url.startswith("gs:") else lambda name: AzureObjects(name, azure), home)


@lru_cache(maxsize=8)
def _connected(url: str, endpoint: str, public: str, home: Path) -> S3Store:
    return S3Store(url, endpoint, public, spool=home)
