"""The outermost ring: sizes, hosts, addresses; who is really calling; the short way of machines."""

import ipaddress
import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError
from django.http import JsonResponse
from django.test import Client, RequestFactory
from django.urls import path

from apps.core.errors import Missing, Unavailable
from mlplatform import errors, middleware, urls

PROXY = [ipaddress.ip_network("10.0.0.0/8")]


def show(request):
    """What a view sees of the caller."""
    return JsonResponse(
        {
            "address": request.META["REMOTE_ADDR"],
            "scheme": request.scheme,
            "host": request.META.get("HTTP_HOST"),
            "session": hasattr(request, "session"),
        }
    )


def raising(error):
    def view(request):
        raise error

    return view


def full_disk(request):
    raise OSError(28, "No space left on device")


urlpatterns = [
    path("api/show", show),
    path("page/show", show),
    path("api/away", raising(OperationalError("connection refused"))),
    path("page/away", raising(OperationalError("database is locked"))),
    path("api/full", full_disk),
    path("api/full-database", raising(OperationalError("database or disk is full"))),
    path("api/overloaded", raising(Unavailable("Too much at once", retry_after=7))),
    path("page/missing", raising(Missing("No such run"))),
    path("api/bug", raising(ZeroDivisionError("a fault of ours"))),
    *urls.urlpatterns,
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


@pytest.fixture
def client(settings):
    """A client of the addresses above, behind the real middleware."""
    settings.ROOT_URLCONF = __name__
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    return Client(raise_request_exception=False)


def error(response):
    return response.status_code, response.json()["error_code"]


# --- what is refused


def test_a_json_body_over_the_limit_is_400_in_the_protocols_shape(client, settings):
    settings.MAX_BODY_BYTES = 100
    response = client.post("/api/show", "x" * 101, content_type="application/json")
    assert error(response) == (400, "INVALID_PARAMETER_VALUE")


def test_an_artifact_may_be_larger(client, settings):
    settings.MAX_BODY_BYTES = 100
    response = client.put("/api/2.0/mlflow-artifacts/artifacts/a/b", "x" * 101, content_type="application/octet-stream")
    assert response.status_code == 401


def test_a_host_that_is_not_ours_is_400(client):
    assert error(client.get("/api/show", HTTP_HOST="evil.example")) == (400, "BAD_REQUEST")
    assert client.get("/page/show", HTTP_HOST="evil.example").status_code == 400


def test_a_probe_may_come_by_any_host(client):
    assert client.get("/health", HTTP_HOST="10.1.2.3:8000").status_code == 200


@pytest.mark.parametrize("address", ["/api/a%00b", "/api/show?name=a%00b"])
def test_a_zero_byte_in_the_address_is_400(client, address):
    assert error(client.get(address)) == (400, "BAD_REQUEST")


def test_bytes_that_are_no_text_in_the_path_are_404(client):
    assert client.get("/api/%ff%fe").status_code == 404


# --- who is calling


FORWARDED = {"HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_HOST": "localhost"}


def test_a_strangers_forwarding_headers_are_not_believed(client):
    told = client.get("/api/show", **FORWARDED).json()
    assert told == {"address": "127.0.0.1", "scheme": "http", "host": None, "session": False}


def test_our_proxys_forwarding_headers_are_believed(client, settings):
    settings.TRUSTED_PROXIES = PROXY
    told = client.get("/api/show", REMOTE_ADDR="10.0.0.1", **FORWARDED).json()
    assert told == {"address": "203.0.113.9", "scheme": "https", "host": "localhost", "session": False}


def test_what_the_client_claims_left_of_the_proxys_word_is_not_believed(client, settings):
    settings.TRUSTED_PROXIES = PROXY
    told = client.get("/api/show", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 203.0.113.9, 10.0.0.2").json()
    assert told["address"] == "203.0.113.9"


def test_a_unix_sockets_peer_is_a_proxy_once_proxies_are_named():
    meta = {"REMOTE_ADDR": "", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}
    middleware.trust(meta, PROXY)
    assert meta["REMOTE_ADDR"] == "203.0.113.9"


def test_a_proxy_seen_through_an_ipv6_socket_is_the_same_proxy():
    meta = {"REMOTE_ADDR": "::ffff:10.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}
    middleware.trust(meta, PROXY)
    assert meta["REMOTE_ADDR"] == "203.0.113.9"


# --- the short way


def test_the_walk_to_the_view_passes_every_middleware_of_ours():
    handler = WSGIHandler()
    guard = handler._middleware_chain.__wrapped__
    assert isinstance(guard, middleware.GuardMiddleware)
    assert guard.view.__wrapped__ == handler._get_response


def test_a_machine_has_no_session_and_a_browser_has_one(client):
    assert client.get("/api/show").json()["session"] is False
    assert client.get("/page/show").json()["session"] is True


def test_a_browsers_session_goes_the_long_way_to_the_api(client):
    client.cookies["sessionid"] = "a" * 32
    assert client.get("/api/show").json()["session"] is True


def test_the_short_way_still_says_length_and_nosniff(client):
    headers = client.get("/api/show").headers
    assert (int(headers["Content-Length"]) > 0, headers["X-Content-Type-Options"]) == (True, "nosniff")


# --- what goes wrong


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/api/nobody", 404, "ENDPOINT_NOT_FOUND"),
        ("/api/away", 503, "TEMPORARILY_UNAVAILABLE"),
        ("/api/overloaded", 503, "TEMPORARILY_UNAVAILABLE"),
        ("/api/full", 503, "TEMPORARILY_UNAVAILABLE"),
        ("/api/full-database", 503, "TEMPORARILY_UNAVAILABLE"),
        ("/api/bug", 500, "INTERNAL_ERROR"),
    ],
)
def test_what_goes_wrong_is_told_in_the_protocols_shape(client, address, status, code):
    assert error(client.get(address)) == (status, code)


def test_an_outage_says_when_to_come_again(client):
    assert client.get("/api/away").headers["Retry-After"] == "2"
    assert client.get("/api/overloaded").headers["Retry-After"] == "7"
    assert client.get("/page/away").headers["Retry-After"] == "2"


def test_a_page_tells_it_in_html(client):
    for address, status in (("/page/away", 503), ("/page/missing", 404), ("/page/nobody", 404)):
        response = client.get(address)
        assert (response.status_code, response["Content-Type"]) == (status, "text/html; charset=utf-8")


def test_an_outage_below_the_middleware_is_503_too(client, monkeypatch):
    def away(self, request):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("django.middleware.common.CommonMiddleware.process_request", away)
    assert client.get("/page/show").status_code == 503


def test_a_write_with_a_session_but_without_its_csrf_token_is_403_json_for_machines():
    request = RequestFactory().post("/api/show")
    request.user = AnonymousUser()
    response = errors.csrf_failure(request, "CSRF cookie not set")
    assert response.status_code == 403
    assert json.loads(response.content)["message"].startswith("Permission denied")
