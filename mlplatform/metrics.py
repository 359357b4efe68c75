"""Counts and times of requests for Prometheus, summed over all web processes."""

import functools

from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Histogram

SECONDS = (0.005, 0.02, 0.1, 0.5, 2.5, 10.0)

REQUESTS = Histogram("mlplatform_request_seconds", "Time to answer", ["method", "route", "status"], buckets=SECONDS)


def count(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Note one answer. Routes, not addresses: their number is fixed."""
    match = request.resolver_match
    _series(request.method or "", match.route if match else "", response.status_code).observe(seconds)


@functools.lru_cache(maxsize=4096)
def _series(method: str, route: str, status: int) -> Histogram:
    known = method if method in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"} else "other"
    return REQUESTS.labels(known, route, str(status))
