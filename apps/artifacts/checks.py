"""What must be true of the settings before the server starts: nothing that would hand clients a path they cannot reach.

The roof registers them (mlplatform/checks.py): what asks at the start asks for its own checks alone.
"""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Warning

from apps.artifacts.stores.cloud import PACKAGES

MODULES = {"gs": "google.cloud.storage", "azure": "azure.storage.blob"}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def check_packages(app_configs: Any, **kwargs: Any) -> list[Error]:
    """What only some stores need is not installed with the rest."""
    scheme = settings.ARTIFACT_ROOT.partition("://")[0]
    if scheme not in MODULES or _is_there(MODULES[scheme]):
        return []
    package = PACKAGES[scheme]
    hint = f"Install it beside the others: .venv/bin/python -m pip install {package}"
    return [Error(f"MLPLATFORM_ARTIFACT_ROOT={scheme}://… needs the package {package}", hint=hint, id="artifacts.E002")]


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def check_signed_urls(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Signed URLs only to an address that is there for clients."""
    public, ours = (urlsplit(url).hostname for url in (settings.S3_PUBLIC_URL, settings.PUBLIC_URL))
    if public in LOOPBACK and ours not in LOOPBACK:
        hint = "Leave it out: without it all bytes go through the server."
        return [Error("MLPLATFORM_S3_PUBLIC_URL leads clients to their own machine", hint=hint, id="artifacts.E001")]
    return []


def check_folder(app_configs: Any, **kwargs: Any) -> list[Warning]:
    """A local folder can be made and written to by whoever this is: told early, while runs and metrics are taken all the same."""
    if "://" in settings.ARTIFACT_ROOT:
        return []
    folder = Path(settings.ARTIFACT_ROOT)
    there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return []
    message = f"Artifacts cannot be stored in {folder}: user {os.getuid()} may not write to {there}"
    return [Warning(message, hint="manage.py artifact_doctor names the cause and the fix", id="artifacts.W001")]
