"""What must be true of the settings before the server starts: nothing that would hand clients a path they cannot reach."""

from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, register

from apps.artifacts.stores.cloud import PACKAGES

MODULES = {"gs": "google.cloud.storage", "azure": "azure.storage.blob"}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@register
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


@register
def check_signed_urls(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Signed URLs only to an address that is there for clients."""
    public, ours = (urlsplit(url).hostname for url in (settings.S3_PUBLIC_URL, settings.PUBLIC_URL))
    if public in LOOPBACK and ours not in LOOPBACK:
        hint = "Leave it out: without it all bytes go through the server."
        return [Error("MLPLATFORM_S3_PUBLIC_URL leads clients to their own machine", hint=hint, id="artifacts.E001")]
    return []
