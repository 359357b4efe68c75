"""Answers for what no door answered: unknown addresses, refused requests, a database or disk that is away, our own faults."""

import errno
import sys

import orjson
from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import TemplateDoesNotExist, loader
from django.utils.html import escape
from django.views import csrf, defaults

from apps.api import errors as api
from apps.core.errors import DomainError

# What machines call: these speak JSON, need no session, and get the short way through the middleware.
MACHINES = ("/api/", "/ajax-api/", "/get-artifact", "/model-versions/get-artifact", "/serving/")
RETRY_AFTER_SECONDS = 2


def is_machine(request: HttpRequest) -> bool:
    """Whether the answer should be JSON in the protocol's shape."""
    return request.path_info.startswith(MACHINES)


def refusal(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    """One error as the protocol has it, or as a small page for people."""
    if is_machine(request):
        body = orjson.dumps({"error_code": code, "message": message})
        return HttpResponse(body, content_type="application/json", status=status)
    return HttpResponse(_page(status, message), status=status)


def _page(status: int, message: str) -> str:
    """The template `<status>.html` if the pages bring one; it gets no request: whatever it could ask may be what is away."""
    try:
        return loader.get_template(f"{status}.html").render({"message": message, "status": status})
    except TemplateDoesNotExist:
        return f"<!doctype html><html lang=en><title>{status}</title><h1>{status}</h1><p>{escape(message)}</p></html>"


def outage(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """The answer if a database or disk cannot serve us now, or a room refused and no door said so; else None: a fault of ours."""
    if not (isinstance(error, (OperationalError, InterfaceError, DomainError)) or _disk_full(error)):
        return None
    if is_machine(request):
        return api.response(error)  # type: ignore[arg-type]
    status, _, message = api.classify(error)  # type: ignore[arg-type]
    response = HttpResponse(_page(status, message), status=status)
    if status in (429, 503):
        response.headers["Retry-After"] = str(getattr(error, "retry_after", RETRY_AFTER_SECONDS))
    return response


def _disk_full(error: BaseException | None) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """400 for what Django itself finds suspicious."""
    return refusal(request, 400, "BAD_REQUEST", str(exception) or "Bad request")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """403 for what Django itself denies."""
    if is_machine(request):
        return refusal(request, 403, "PERMISSION_DENIED", "Permission denied")
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """404 for an address that nobody has."""
    if is_machine(request):
        message = f"No endpoint {request.method} {request.path_info}"
        return refusal(request, 404, "ENDPOINT_NOT_FOUND", message)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Called inside Django's `except`: an outage below the middleware, or a fault of ours."""
    answer = outage(request, sys.exc_info()[1])
    if answer is not None:
        return answer
    if is_machine(request):
        return refusal(request, 500, "INTERNAL_ERROR", "The server failed; its log says why")
    return defaults.server_error(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """403 for a session's write without its CSRF token."""
    if is_machine(request):
        return refusal(request, 403, "PERMISSION_DENIED", f"Permission denied: {reason or 'CSRF token missing'}")
    return csrf.csrf_failure(request, reason)
