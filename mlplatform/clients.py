"""The client's package for `pip install`: open to everybody, because pip sends no credentials and nothing in it is secret."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

from mlplatform import wheel


def _etag(request: HttpRequest) -> str:
    return f'"{hashlib.sha256(wheel.build()).hexdigest()}"'


@require_safe
@condition(etag_func=_etag)
def package(request: HttpRequest) -> HttpResponse:
    """The wheel."""
    response = HttpResponse(wheel.build(), content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{wheel.FILE_NAME}"'
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
