"""Settings that contradict each other, and databases that forget: found at the start, one clear line each."""

import contextlib
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections

from apps.artifacts import checks as artifacts

# What `run` and `serve` ask; Django's own checks look at code, and `lint` asks them.
TAG = "mlplatform"
# All lose acknowledged writes in a power cut.
UNSAFE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def register_all() -> None:
    """Called once, when the roof is ready."""
    register(addresses, TAG)
    register(stores, TAG)
    register(database, TAG, Tags.database)
    for check in (artifacts.check_packages, artifacts.check_signed_urls, artifacts.check_folder):
        register(check, TAG)


def addresses(app_configs: Any, **_kwargs: Any) -> list[CheckMessage]:
    """Public address, HTTPS and proxies fit each other."""
    found: list[CheckMessage] = []
    public = urlsplit(settings.PUBLIC_URL)
    if settings.HTTPS and public.scheme != "https":
        found.append(Error("MLPLATFORM_HTTPS=1, but MLPLATFORM_PUBLIC_URL is not an https:// address", id="mlplatform.E001"))
    if public.scheme == "https" and not settings.HTTPS:
        message = "MLPLATFORM_PUBLIC_URL is https://, but MLPLATFORM_HTTPS is not set: cookies would go over plain HTTP"
        found.append(Warning(message, hint="Set MLPLATFORM_HTTPS=1", id="mlplatform.W001"))
    if public.path or public.query or public.fragment:
        found.append(Error("MLPLATFORM_PUBLIC_URL has a path; the platform lives at the root of its host", id="mlplatform.E002"))
    if any(network.prefixlen == 0 for network in settings.TRUSTED_PROXIES):
        message = "MLPLATFORM_TRUSTED_PROXIES trusts every address: anybody could claim to be anybody"
        found.append(Error(message, id="mlplatform.E003"))
    return found


def stores(app_configs: Any, **_kwargs: Any) -> list[CheckMessage]:
    """The artifact store's variables fit each other."""
    # No error: on the way from one to the other both are needed.
    if settings.S3_ENDPOINT_URL and not settings.ARTIFACT_ROOT.startswith("s3://"):
        message = f"MLPLATFORM_S3_ENDPOINT_URL is set, but new artifacts go to {settings.ARTIFACT_ROOT}"
        hint = "Fine while artifacts move (docs/artifacts.md); else write MLPLATFORM_ARTIFACT_ROOT=s3://bucket/prefix"
        return [Warning(message, hint=hint, id="mlplatform.W003")]
    return []


def database(app_configs: Any, databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """PostgreSQL keeps what it acknowledged. Asked by `run` and `serve`; a database that is away is not this check's news."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        if connections[alias].vendor == "postgresql":
            with contextlib.suppress(DatabaseError), connections[alias].cursor() as cursor:
                found += [unsafe(setting) for setting in forgetful(cursor)]
    return found


def forgetful(cursor: Any) -> list[str]:
    """The settings of this PostgreSQL session with which it loses what it acknowledged."""
    found = []
    for name, bad in UNSAFE.items():
        cursor.execute("SELECT current_setting(%s)", [name])
        if cursor.fetchone()[0] == bad:
            found.append(f"{name}={bad}")
    return found


def unsafe(setting: str) -> CheckMessage:
    """The refusal; a warning where the operator says that losing writes is fine."""
    message = f"PostgreSQL runs with {setting}: acknowledged writes are lost in a power cut"
    if settings.ALLOW_UNSAFE_DATABASE:
        return Warning(message, id="mlplatform.W002")
    return Error(message, hint="Set it to on, or start with MLPLATFORM_ALLOW_UNSAFE_DATABASE=1", id="mlplatform.E005")
