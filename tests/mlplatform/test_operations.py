"""What the machines that run us ask: alive, ready, version, numbers; and what the settings' checks say."""

import ipaddress

import psycopg2
import pytest
from django.test import Client

from mlplatform import checks, operations, prepare


@pytest.fixture
def client():
    return Client()


def test_health_asks_nobody(client, monkeypatch):
    monkeypatch.setattr(operations, "_database", lambda: 1 / 0)
    response = client.get("/health")
    assert (response.status_code, response.content, response["Content-Type"]) == (200, b"OK", "text/plain")


def test_version_is_the_mlflow_version_we_emulate(client):
    assert client.get("/version").content == b"3.11.1"


@pytest.mark.django_db
def test_ready_needs_no_broker(client):
    response = client.get("/ready")
    assert response.status_code == 200
    told = response.json()
    assert (told["status"], told["database"], told["artifacts"]) == ("ready", "ok", "ok")
    assert told["broker"] != "ok"


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["database", "artifacts"])
def test_ready_is_503_without_database_or_artifact_store(client, monkeypatch, part):
    def away():
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(operations, f"_{part}", away)
    response = client.get("/ready")
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert "Read-only file system" in response.json()[part]


def test_numbers_are_counted_by_route(client):
    client.get("/version")
    text = client.get("/metrics").content.decode()
    assert 'mlplatform_request_seconds_count{method="GET",route="version",status="200"}' in text


def test_numbers_are_for_named_addresses_alone(client, settings):
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404
    settings.METRICS_FROM = [ipaddress.ip_network("203.0.113.0/24")]
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 200


def test_numbers_are_not_for_whoever_comes_through_a_proxy_we_do_not_know(client):
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 404


def ids(messages):
    return [message.id for message in messages]


def test_sound_settings_raise_nothing(settings):
    assert checks.addresses(None) + checks.stores(None) == []


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"HTTPS": True, "PUBLIC_URL": "http://ml.example.com"}, "mlplatform.E001"),
        ({"HTTPS": False, "PUBLIC_URL": "https://ml.example.com"}, "mlplatform.W001"),
        ({"PUBLIC_URL": "http://example.com/ml"}, "mlplatform.E002"),
        ({"TRUSTED_PROXIES": [ipaddress.ip_network("0.0.0.0/0")]}, "mlplatform.E003"),
        ({"S3_ENDPOINT_URL": "http://store", "ARTIFACT_ROOT": "/srv"}, "mlplatform.W003"),
    ],
)
def test_settings_that_contradict_each_other_are_named(settings, values, found):
    for name, value in values.items():
        setattr(settings, name, value)
    assert ids(checks.addresses(None) + checks.stores(None)) == [found]


@pytest.mark.django_db
def test_a_start_that_would_send_clients_to_their_own_machine_is_refused(settings):
    settings.PUBLIC_URL, settings.S3_PUBLIC_URL, settings.HTTPS = "https://ml.example.com", "http://localhost:9000", True
    with pytest.raises(prepare.CannotStart, match="leads clients to their own machine"):
        prepare.check()


def test_a_database_that_forgets_is_found_out(own_postgres):
    own_postgres.start()
    with psycopg2.connect(own_postgres.url("postgres")) as sound:
        assert checks.forgetful(sound.cursor()) == []
    with psycopg2.connect(own_postgres.url("postgres"), options="-c synchronous_commit=off") as forgets:
        assert checks.forgetful(forgets.cursor()) == ["synchronous_commit=off"]


def test_a_database_that_forgets_is_refused_unless_allowed(settings):
    assert ids([checks.unsafe("fsync=off")]) == ["mlplatform.E005"]
    settings.ALLOW_UNSAFE_DATABASE = True
    assert ids([checks.unsafe("fsync=off")]) == ["mlplatform.W002"]
