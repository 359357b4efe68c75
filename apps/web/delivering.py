"""Bytes through this door: which part of a file a browser asks for, and the answer that carries it."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.templatetags.static import static

from apps.artifacts.delivery import Asked, Delivery, deliver, disposition
from apps.artifacts.previews import kinds, plots
from apps.artifacts.queries.reading import Opened
from apps.core.errors import Missing


def asked(request: HttpRequest) -> Asked:
    """Which part of a file a request wants, and what it has already."""
    header = request.headers.get
    return Asked(header("Range", ""), header("If-Range", ""), header("If-None-Match", ""), head=request.method == "HEAD")


def respond(answer: Delivery) -> HttpResponseBase:
    """A delivery as response; the body goes block by block. Its own policy stays: the one of our pages would let it do more."""
    if answer.status in {304, 416} or not answer.headers.get("Content-Length", "0").strip("0"):
        response: HttpResponseBase = HttpResponse(status=answer.status)
    else:
        response = StreamingHttpResponse(answer.blocks, status=answer.status)
    if "Content-Type" not in answer.headers:
        del response.headers["Content-Type"]
    for name, value in answer.headers.items():
        response.headers[name] = value
    return response


def look_at(request: HttpRequest, opened: Opened) -> HttpResponseBase:
    """A file to look at: as what its first bytes say that it is, in a sandbox; text as text, anything else not at all.

    With `as=plot` JSON comes as a page that draws it. Raises Missing for what cannot be looked at.
    """
    kind, inline = kinds.kind_of(opened.name, opened.read(kinds.KB))
    if kind == "none":
        raise Missing("There is nothing to look at in this file; download it.")
    script = request.build_absolute_uri(static("vendor/plotly.min.js"))
    if kind == "page":
        return respond(deliver(plots.page(opened, script), asked(request), inline=inline, script=script))
    if kind == "json" and request.GET.get("as") == "plot" and opened.size <= plots.LIMIT:
        return respond(deliver(plots.figure(opened, script), asked(request), inline="text/html; charset=utf-8", script=script))
    return respond(deliver(opened, asked(request), inline=inline or "text/plain; charset=utf-8"))


def zip_response(name: str, blocks: Iterator[bytes]) -> HttpResponseBase:
    """A zip to save as `<name>.zip`; its length is not known beforehand."""
    response = StreamingHttpResponse(blocks, content_type="application/zip")
    response.headers["Content-Disposition"] = disposition(f"{name}.zip")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
