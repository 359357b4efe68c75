"""Bytes through this door: request bodies of any size, and files on their way out."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from apps.artifacts import delivery
from apps.artifacts.delivery import Asked, Delivery
from apps.artifacts.streams import Readable
from apps.core.errors import Invalid

# Put there for chunked bodies, which have no length, by the WSGI application; it ends with b"" only after the last chunk.
STREAM = "mlplatform.stream"


def body(request: HttpRequest) -> tuple[Readable, int | None]:
    """The body as a stream and its length in bytes, None for a chunked one. Raises Invalid for a length that is none."""
    if STREAM in request.META:
        return request.META[STREAM], None
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        raise Invalid("Bad Request. Content-Length is no number.")
    return request, int(length)


def asked(request: HttpRequest) -> Asked:
    """Which part of a file a request wants, and what it has already."""
    header = request.headers.get
    return Asked(
        range=header("Range", ""),
        if_range=header("If-Range", ""),
        if_none_match=header("If-None-Match", ""),
        head=request.method == "HEAD",
    )


def respond(answer: Delivery) -> HttpResponseBase:
    """A delivery as response; the body goes block by block."""
    if answer.status in {304, 416} or not answer.headers.get("Content-Length", "0").strip("0"):
        response: HttpResponseBase = HttpResponse(status=answer.status)
    else:
        response = StreamingHttpResponse(answer.blocks, status=answer.status)
    if "Content-Type" not in answer.headers:
        del response.headers["Content-Type"]
    for name, value in answer.headers.items():
        response.headers[name] = value
    return response


def zip_response(name: str, blocks: Iterator[bytes]) -> HttpResponseBase:
    """A zip to save as `<name>.zip`; its length is not known beforehand."""
    response = StreamingHttpResponse(blocks, content_type="application/zip")
    response.headers["Content-Disposition"] = delivery.disposition(f"{name}.zip")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
