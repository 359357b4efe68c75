"""The outermost ring: who is really calling, is the request one at all, and the short way for machines."""

import contextlib
import functools
from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from mlplatform import errors, metrics
from mlplatform.environment import Network, is_within

DRAINED_BODIES = 8  # times the limit
DRAIN_SECONDS = 60
BLOCK_BYTES = 256 * 1024

Handler = Callable[[HttpRequest], HttpResponseBase]

# Bodies of these are bytes, streamed by the door; everything else is JSON or a form, read whole.
ARTIFACTS = (
    "/api/2.0/mlflow-artifacts/",
    "/ajax-api/2.0/mlflow-artifacts/",
    "/ajax-api/2.0/mlflow/upload-artifact",
    "/api/v1/archives/",
)
# Probes and scrapers call by address, and these say nothing that a forged Host could steal.
OPERATIONS = frozenset({"/health", "/ready", "/version", "/metrics"})
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT", "HTTP_FORWARDED")


class GuardMiddleware:
    """Refuses what is malformed, resolves proxies, counts, and leads machines past sessions, messages and pages.

    A client with a token has no session: for it, everything between this ring and the view does nothing, slowly. So machine
    addresses without a session cookie go from here to the view. `process_view` hooks run there too (CSRF: the API's views
    are exempt and check it themselves for sessions). The figures are in docs/adr/0003.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.view = innermost(get_response)
        self.session_cookie = f"{settings.SESSION_COOKIE_NAME}="

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        began = perf_counter()
        meta = request.META
        if any(name in meta for name in FORWARDED):
            trust(meta, settings.TRUSTED_PROXIES)
        if (refused := refuse(request)) is not None:
            response = finish(refused)
        elif is_short(request) and self.session_cookie not in meta.get("HTTP_COOKIE", ""):
            response = finish(self.view(request))
        else:
            response = self.get_response(request)
        if response.status_code >= 400 and request.path_info.startswith(ARTIFACTS):
            read_to_the_end(request)
        metrics.count(request, response, perf_counter() - began)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """A database or disk that is away, in any view."""
        return errors.outage(request, exception)


def finish(response: HttpResponseBase) -> HttpResponseBase:
    """What the skipped middleware would have added for machines: the length (else the body goes out in chunks) and nosniff."""
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    if isinstance(response, HttpResponse) and "Content-Length" not in headers:
        headers["Content-Length"] = str(len(response.content))
    return response


def read_to_the_end(request: HttpRequest) -> None:
    """Take what an upload that is refused still sends, for a minute at most.

    The server closes a connection on which more than 64 kB are left, without saying so in the answer, which most clients
    then never see: they report a broken connection instead of the reason, and send it all again seven times.
    """
    deadline = perf_counter() + DRAIN_SECONDS
    stream: Any = request.META.get("mlplatform.stream", request)
    with contextlib.suppress(OSError):
        while perf_counter() < deadline and stream.read(BLOCK_BYTES):
            pass


def innermost(handler: Any) -> Handler:
    """The handler that calls the view, behind all other middleware of the chain.

    Django wraps each middleware in `convert_exception_to_response`, which keeps it as `__wrapped__`; a class keeps the next
    handler as `get_response`, a function has it in its closure under that name. A middleware that does neither ends the walk
    early: slower, still right.
    """
    while True:
        middleware = getattr(handler, "__wrapped__", handler)
        inner = getattr(middleware, "get_response", None) or _closed_over(middleware)
        if inner is None:
            found: Handler = handler
            return found
        handler = inner


def _closed_over(middleware: Any) -> Any:
    names = getattr(getattr(middleware, "__code__", None), "co_freevars", ())
    return middleware.__closure__[names.index("get_response")].cell_contents if "get_response" in names else None


def is_short(request: HttpRequest) -> bool:
    """Whether the address is one for machines or probes."""
    return request.path_info.startswith(errors.MACHINES) or request.path_info in OPERATIONS


def refuse(request: HttpRequest) -> HttpResponseBase | None:
    """400 for a request that is none; None if it may go on."""
    path = request.path_info
    meta = request.META
    if "\x00" in path or "%00" in meta.get("QUERY_STRING", ""):
        return errors.refusal(request, 400, "BAD_REQUEST", "The address contains bytes that are no text")
    if path not in OPERATIONS and not is_known_host(request):
        return errors.refusal(
            request, 400, "BAD_REQUEST", f"Host {meta.get('HTTP_HOST', '')[:100]!r} is not one of MLPLATFORM_ALLOWED_HOSTS"
        )
    length = meta.get("CONTENT_LENGTH") or "0"
    if length != "0" and not path.startswith(ARTIFACTS):
        if not (length.isascii() and length.isdigit()):
            return errors.refusal(request, 400, "BAD_REQUEST", "Content-Length is no number")
        if int(length) > settings.MAX_BODY_BYTES:
            return too_large(request)
    return None


def too_large(request: HttpRequest) -> HttpResponseBase:
    """400 in the protocol's shape; clients know no 413.

    A body of a bearable size is read and thrown away first: an answer in the middle of it reaches few clients, the others
    see a broken connection and send it all again.
    """
    left = min(int(request.META["CONTENT_LENGTH"]), DRAINED_BODIES * settings.MAX_BODY_BYTES)
    with contextlib.suppress(OSError):
        while left > 0 and (block := request.read(min(left, BLOCK_BYTES))):
            left -= len(block)
    megabytes = settings.MAX_BODY_BYTES // (1024 * 1024)
    return errors.refusal(request, 400, "INVALID_PARAMETER_VALUE", f"The request body is larger than {megabytes} MB")


def is_known_host(request: HttpRequest) -> bool:
    """Whether the Host header names us; Django's own check, its answer remembered for each header."""
    return _is_known_host(request.META.get("HTTP_HOST", ""), request.META.get("SERVER_NAME", ""), tuple(settings.ALLOWED_HOSTS))


@functools.lru_cache(maxsize=1024)
def _is_known_host(host: str, server: str, _allowed: tuple[str, ...]) -> bool:
    probe = HttpRequest()
    probe.META = (
        {"HTTP_HOST": host, "SERVER_NAME": server, "SERVER_PORT": "80"} if host else {"SERVER_NAME": server, "SERVER_PORT": "80"}
    )
    try:
        probe.get_host()
    except DisallowedHost:
        return False
    return True


def trust(meta: dict[str, Any], proxies: list[Network]) -> None:
    """Resolve forwarding headers in place: believed if the peer is one of our proxies, else removed.

    X-Forwarded-For is read from the right: each proxy appends whom it saw, so the first address from the right that is no
    proxy of ours is the client; what stands left of it the client may have made up.
    """
    values = {name: meta.pop(name, "") for name in FORWARDED}
    meta["mlplatform.forwarded"] = True
    if not _is_one_of(meta.get("REMOTE_ADDR", ""), proxies):
        return
    for address in reversed([part.strip() for part in values["HTTP_X_FORWARDED_FOR"].split(",") if part.strip()]):
        meta["REMOTE_ADDR"] = address
        if not _is_one_of(address, proxies):
            break
    if values["HTTP_X_FORWARDED_PROTO"].split(",")[-1].strip().lower() in {"http", "https"}:
        meta["wsgi.url_scheme"] = values["HTTP_X_FORWARDED_PROTO"].split(",")[-1].strip().lower()
    if host := values["HTTP_X_FORWARDED_HOST"].split(",")[-1].strip():
        meta["HTTP_HOST"] = host


def _is_one_of(address: str, proxies: list[Network]) -> bool:
    """A unix socket has no address: whoever can reach it is on this machine."""
    return is_within(address, proxies) if address else bool(proxies)
