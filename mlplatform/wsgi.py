"""The WSGI application: Django, with chunked request bodies mended."""

import os
import tempfile
from collections.abc import Callable, Iterable
from typing import Any

import orjson
from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlplatform.settings")

from mlplatform.middleware import ARTIFACTS, DRAINED_BODIES

# Where a door finds the stream of an upload whose length nobody knows beforehand.
STREAM = "mlplatform.stream"
SPOOL_BYTES = 1024 * 1024
BLOCK_BYTES = 64 * 1024

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class BrokenBody(OSError):
    """The client went away, or sent chunks that are none, before the body's end."""


class ChunkedBodies:
    """Gives chunked requests what Django needs; without it their bodies arrive empty, for want of a Content-Length.

    Artifact uploads get the stream itself, as `request.META["mlplatform.stream"]`, with no length. Everything else is read
    to its end, up to MLPLATFORM_MAX_BODY_MB, and gets a real Content-Length.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """One WSGI request."""
        if environ.get("HTTP_TRANSFER_ENCODING", "").lower() != "chunked" or not environ.get("wsgi.input_terminated"):
            environ.pop(STREAM, None)
            return self.application(environ, start_response)
        environ.pop("CONTENT_LENGTH", None)  # RFC 9112 6.3: beside Transfer-Encoding it means nothing
        if environ.get("PATH_INFO", "").startswith(ARTIFACTS):
            environ[STREAM] = CompleteStream(environ["wsgi.input"])
            return self.application(environ, start_response)
        return self.spooled(environ, start_response)

    def spooled(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Read the whole body first, to memory and then to a temporary file."""
        with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as spool:
            try:
                length = copy(environ["wsgi.input"], spool, settings.MAX_BODY_BYTES)
            except BrokenBody:
                return _refuse(start_response, "The request body ended before its last chunk")
            if length is None:
                return _refuse(start_response, f"The request body is larger than {settings.MAX_BODY_BYTES // 2**20} MB")
            spool.seek(0)
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = spool, str(length)
            del environ["HTTP_TRANSFER_ENCODING"]
            # The view has read the body when it answers; what it streams afterwards never reads it.
            return self.application(environ, start_response)


class CompleteStream:
    """A chunked body whose end is real: a reader gets `b""` only after the last chunk, else BrokenBody (an OSError)."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, all that is left without a size."""
        try:
            data: bytes = self.stream.read(size) if size >= 0 else self.stream.read()
        except Exception as error:  # each server has errors of its own for a bad chunk; to the reader they are one thing
            raise BrokenBody(f"chunked body: {error}") from error
        return data


def copy(source: Any, target: Any, limit: int) -> int | None:
    """Copy a chunked body; its length in bytes, or None if it is longer than `limit`.

    Of a longer one, a bearable rest is read and thrown away, so that the client hears the answer (middleware.too_large).
    """
    stream, length = CompleteStream(source), 0
    while (block := stream.read(BLOCK_BYTES)) and length <= DRAINED_BODIES * limit:
        length += len(block)
        if length <= limit:
            target.write(block)
    return length if length <= limit else None


def _refuse(start_response: StartResponse, message: str) -> Iterable[bytes]:
    body = orjson.dumps({"error_code": "BAD_REQUEST", "message": message})
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("400 Bad Request", headers)
    return [body]


application = ChunkedBodies(get_wsgi_application())
