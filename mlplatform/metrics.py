"""Counts and times of requests for Prometheus, summed over all web processes."""

import functools
import os
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Histogram

# Where the web processes keep their numbers, if there are several; read by the library when it is first imported.
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.005, 0.02, 0.1, 0.5, 2.5, 10.0)

REQUESTS = Histogram("mlplatform_request_seconds", "Time to answer", ["method", "route", "status"], buckets=SECONDS)


def share_between_processes() -> None:
    """Prepare an empty folder of numbers; to be called before anything imports this module."""
    folder = Path(settings.HOME) / "metrics"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink(missing_ok=True)
    os.environ[FOLDER_VARIABLE] = str(folder)


def count(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Note one answer. Routes, not addresses: their number is fixed."""
    match = request.resolver_match
    _series(request.method or "", match.route if match else "", response.status_code).observe(seconds)


@functools.lru_cache(maxsize=4096)
def _series(method: str, route: str, status: int) -> Histogram:
    known = method if method in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"} else "other"
    return REQUESTS.labels(known, route, str(status))
