"""What machines that run us ask: alive, ready, which version, which numbers."""

from typing import Any

import orjson
import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from apps.artifacts import stores
from mlplatform import errors
from mlplatform.environment import is_within


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nobody else: a database that is away must not get healthy processes killed."""
    return HttpResponse("OK", content_type="text/plain")


@require_safe
def version(request: HttpRequest) -> HttpResponse:
    """The MLflow version whose protocol we speak."""
    return HttpResponse(settings.MLFLOW_VERSION, content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether requests can be served: database and artifact store decide, the broker is a detail."""
    parts = {"database": _tell(_database), "artifacts": _tell(_artifacts), "broker": _tell(_broker)}
    is_ready = parts["database"] == parts["artifacts"] == "ok"
    body = orjson.dumps({"status": "ready" if is_ready else "not ready", **parts})
    response = HttpResponse(body, content_type="application/json", status=200 if is_ready else 503)
    if not is_ready:
        response.headers["Retry-After"] = str(errors.RETRY_AFTER_SECONDS)
    return response


@require_safe
def metrics(request: HttpRequest) -> HttpResponseBase:
    """Prometheus' text, summed over all web processes; for the addresses in MLPLATFORM_METRICS_FROM."""
    if not _may_scrape(request):
        return errors.not_found(request, Exception())
    from django_prometheus.exports import ExportToDjangoView

    return ExportToDjangoView(request)


def _may_scrape(request: HttpRequest) -> bool:
    """A request that came through a proxy we do not know bears the proxy's address: it may be anybody's."""
    if request.META.get("mlplatform.forwarded") and not settings.TRUSTED_PROXIES:
        return False
    return is_within(request.META.get("REMOTE_ADDR", ""), settings.METRICS_FROM)


def _tell(ask: Any) -> str:
    try:
        ask()
    except Exception as error:  # every driver has a family of its own; the probe's reader wants one line
        return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else 'away'}"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _artifacts() -> None:
    """A folder takes a byte; a bucket is asked for one name of a file, within two seconds."""
    stores.current().ping()


def _broker() -> None:
    url = settings.REDIS_URL or f"unix://{settings.EMBEDDED_SOCKET}"
    client = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
    try:
        client.ping()
    finally:
        client.close()
