"""One table from what went wrong to what the wire says: (status, error_code, message), in the shape of the MLflow protocol."""

import errno
import logging
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, DataError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from rest_framework import exceptions as drf

from apps.core import errors

log = logging.getLogger(__name__)

TABLE: dict[type[Exception], tuple[int, str]] = {
    errors.Invalid: (400, "INVALID_PARAMETER_VALUE"),
    errors.AlreadyExists: (400, "RESOURCE_ALREADY_EXISTS"),
    errors.Unauthenticated: (401, "UNAUTHENTICATED"),
    errors.Denied: (403, "PERMISSION_DENIED"),
    errors.Missing: (404, "RESOURCE_DOES_NOT_EXIST"),
    errors.Conflict: (409, "RESOURCE_CONFLICT"),
    errors.TooMany: (429, "REQUEST_LIMIT_EXCEEDED"),
    errors.Unsupported: (501, "NOT_IMPLEMENTED"),
    errors.Unavailable: (503, "TEMPORARILY_UNAVAILABLE"),
    errors.StorageFull: (507, "RESOURCE_EXHAUSTED"),
    drf.NotAuthenticated: (401, "UNAUTHENTICATED"),
    drf.AuthenticationFailed: (401, "UNAUTHENTICATED"),
    drf.PermissionDenied: (403, "PERMISSION_DENIED"),
    drf.MethodNotAllowed: (405, "ENDPOINT_NOT_FOUND"),
    drf.ParseError: (400, "BAD_REQUEST"),
    drf.UnsupportedMediaType: (400, "INVALID_PARAMETER_VALUE"),
    drf.ValidationError: (400, "INVALID_PARAMETER_VALUE"),
    Http404: (404, "ENDPOINT_NOT_FOUND"),
    RequestDataTooBig: (400, "BAD_REQUEST"),
    SuspiciousOperation: (400, "BAD_REQUEST"),
    DataError: (400, "INVALID_PARAMETER_VALUE"),
    OverflowError: (400, "INVALID_PARAMETER_VALUE"),  # a number in an address that no database holds
}


def response(error: Exception) -> HttpResponse:
    """The answer to an exception. What nobody foresaw is logged and says nothing of the inside."""
    status, code, message = classify(error)
    answer = HttpResponse(orjson.dumps({"error_code": code, "message": message}), content_type="application/json", status=status)
    if status == 401:
        answer["WWW-Authenticate"] = 'Basic realm="mlflow"'
    if status in {429, 503}:
        answer["Retry-After"] = str(getattr(error, "retry_after", 2))
    return answer


def classify(error: Exception) -> tuple[int, str, str]:
    """(status, error_code, message) of an exception."""
    for kind in type(error).__mro__:
        if kind in TABLE:
            status, code = TABLE[kind]
            return status, code, _message(error)
    if _is_disk_full(error):
        # Not 507, which clients do not repeat: every training that logs would die of a disk that somebody can empty in a minute.
        log.error("disk full: %s", str(error).strip())
        return 503, "TEMPORARILY_UNAVAILABLE", "The server's disk is full. Free space; send again."
    if isinstance(error, OperationalError | InterfaceError):
        log.warning("database: %s", str(error).strip().splitlines()[0] if str(error).strip() else error)
        return 503, "TEMPORARILY_UNAVAILABLE", "The database does not answer at the moment. Send again."
    if isinstance(error, DatabaseError | OSError):
        log.exception("storage failed")
        return 503, "TEMPORARILY_UNAVAILABLE", "The server's storage failed. The request changed nothing; send again."
    log.exception("unforeseen error")
    return 500, "INTERNAL_ERROR", "The server met an error it did not foresee. It has been logged."


def _message(error: Exception) -> str:
    if isinstance(error, errors.DomainError):
        return error.message
    if isinstance(error, DataError | OverflowError):
        return "A value is out of the range that can be stored."
    if isinstance(error, drf.MethodNotAllowed):
        return "Method not allowed for this endpoint."
    if isinstance(error, drf.ValidationError):
        return _flatten(error.detail)
    if isinstance(error, drf.APIException):
        return str(error.detail)
    if isinstance(error, RequestDataTooBig):
        return "The request body is too large."
    return str(error) or type(error).__name__


def _flatten(detail: Any, path: str = "") -> str:
    if isinstance(detail, dict):
        return " ".join(_flatten(value, f"{path}.{key}" if path else str(key)) for key, value in detail.items())
    if isinstance(detail, list):
        return " ".join(_flatten(value, path) for value in detail)
    return f"Invalid value for parameter '{path}' supplied: {detail}" if path else str(detail)


def _is_disk_full(error: Exception) -> bool:
    """Of the database and what stands beside it; a store of artifacts says StorageFull."""
    full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
    return full or (isinstance(error, DatabaseError) and ("disk is full" in str(error) or "No space left" in str(error)))


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """DRF's exception handler for the whole room."""
    return response(error)
