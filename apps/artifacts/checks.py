"""What must be true of the settings before the server starts: nothing that would hand clients a path they cannot reach."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, register

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@register
def check_signed_urls(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Signed URLs only to an address that is there for clients."""
    public, ours = (urlsplit(url).hostname for url in (settings.S3_PUBLIC_URL, settings.PUBLIC_URL))
    if public in LOOPBACK and ours not in LOOPBACK:
        hint = "Leave it out: without it all bytes go through the server."
        return [Error("MLPLATFORM_S3_PUBLIC_URL leads clients to their own machine", hint=hint, id="artifacts.E001")]
    return []
