"""Telling webhooks of both kinds: what they get, how it is signed, and what happens when they do not take it."""

import base64
import contextlib
import hashlib
import hmac
import http.client
import socket
import threading
import time
from dataclasses import replace

import pytest

from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import Denied, Invalid, Missing
from apps.notices.models import Delivery, Webhook
from apps.notices.queries.webhooks import list_deliveries
from apps.notices.retrying import LEASE_MS
from apps.notices.services import deliveries, webhooks
from apps.notices.services.webhooks import NewWebhook, WebhookChange
from apps.notices.targets import post
from apps.registry.services import registered, transitions, versions
from apps.registry.services.versions import NewVersion
from apps.registry.services.webhooks import NewRegistryWebhook, create_registry_webhook
from tests.notices.services.receiver import Receiver

SYSTEM = Actor.system("tests")


@pytest.fixture
def receiver(settings):
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    made = []

    def start(*answers):
        made.append(Receiver(*answers))
        return made[-1]

    yield start
    for one in made:
        one.close()


def hook(actor, url, *events, **fields):
    return webhooks.create_webhook(
        actor, NewWebhook("mlflow", url, list(events) or ["model_version.created"], name="hook", **fields)
    )


def send_all():
    """What the worker does with everything that is due."""
    Delivery.objects.filter(state="pending").update(next_at=1)
    for pk in Delivery.objects.filter(state="pending").values_list("pk", flat=True):
        deliveries.deliver(SYSTEM, pk)


def register(actor, name="told"):
    registered.create_model(actor, name)
    return versions.create_version(actor, NewVersion(name, "s3://b/m", description="d"))


def test_a_webhook_of_mlflow_gets_the_event_signed(people, receiver):
    there = receiver()
    hook(people.admin.actor, there.url, secret="shared")
    register(people.editor.actor)
    send_all()
    (_, headers, body), *_ = there.calls
    assert there.bodies[0] | {"timestamp": ""} == {
        "entity": "model_version", "action": "created", "timestamp": "",
        "data": {"name": "told", "version": "1", "source": "s3://b/m", "run_id": "", "tags": {}, "description": "d"},
    }  # fmt: skip
    said = f"{headers['X-MLflow-Delivery-Id']}.{headers['X-MLflow-Timestamp']}.{body.decode()}"
    digest = hmac.new(b"shared", said.encode(), hashlib.sha256).digest()
    assert headers["X-MLflow-Signature"] == "v1," + base64.b64encode(digest).decode()
    assert Delivery.objects.get().state == "delivered"


def test_a_registry_webhook_gets_its_models_events_signed(people, receiver):
    there = receiver()
    register(people.editor.actor)
    register(people.editor.actor, "other")
    events = ["MODEL_VERSION_TRANSITIONED_STAGE", "MODEL_VERSION_TRANSITIONED_TO_PRODUCTION"]
    new = NewRegistryWebhook(events, there.url, model_name="told", secret="shared", authorization="Bearer x")
    create_registry_webhook(people.editor.actor, new)
    for name in ("told", "other"):
        transitions.transition_version(people.editor.actor, name, "1", "Production", False)
    send_all()
    assert sorted(body["event"] for body in there.bodies) == events
    assert {(body["model_name"], body["from_stage"], body["to_stage"]) for body in there.bodies} == {
        ("told", "None", "Production")
    }
    _, headers, body = there.calls[0]
    assert headers["X-Databricks-Signature"] == hmac.new(b"shared", body, hashlib.sha256).hexdigest()
    assert headers["Authorization"] == "Bearer x"


def test_secrets_are_kept_encrypted_and_never_shown(people, receiver):
    made = hook(people.admin.actor, receiver().url, secret="shared secret")
    assert made.has_secret
    assert "shared" not in str(made)
    assert b"shared" not in bytes(Webhook.objects.get().secret)


def test_one_that_does_not_take_it_is_tried_again_later(people, receiver):
    there = receiver(503, 500, 200)
    hook(people.admin.actor, there.url)
    register(people.editor.actor)
    send_all()
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.status) == ("pending", 1, 503)
    assert row.next_at > clock.now_ms()
    deliveries.deliver(SYSTEM, row.pk)
    assert len(there.calls) == 1
    send_all()
    send_all()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.status, row.answer) == ("delivered", 3, 200, "got it")
    assert len({headers["X-MLflow-Delivery-Id"] for _, headers, _ in there.calls}) == 1


def test_after_six_attempts_it_is_given_up(people, receiver):
    there = receiver(500)
    hook(people.admin.actor, there.url)
    register(people.editor.actor)
    for _ in range(8):
        send_all()
    row = Delivery.objects.get()
    assert (row.state, row.attempts, len(there.calls)) == ("failed", 6, 6)


@pytest.mark.parametrize("status", [400, 401, 404, 410])
def test_a_refusal_is_not_tried_again(people, receiver, status):
    there = receiver(status)
    hook(people.admin.actor, there.url)
    register(people.editor.actor)
    send_all()
    send_all()
    assert (Delivery.objects.get().state, len(there.calls)) == ("failed", 1)


def test_a_redirect_is_not_followed(people, receiver):
    there = receiver(302)
    hook(people.admin.actor, there.url)
    register(people.editor.actor)
    send_all()
    send_all()
    row = Delivery.objects.get()
    assert (row.state, row.status, len(there.calls)) == ("failed", 302, 1)
    assert "redirects are not followed" in row.error


def test_a_pause_stops_what_was_still_to_be_tried_again(people, receiver):
    there = receiver(503)
    made = hook(people.admin.actor, there.url)
    register(people.editor.actor)
    send_all()
    webhooks.update_webhook(people.admin.actor, made.id, "mlflow", WebhookChange(status="DISABLED"))
    send_all()
    row = Delivery.objects.get()
    assert (row.state, row.error, len(there.calls)) == ("failed", "The webhook is paused", 1)


def test_a_host_that_cannot_be_found_for_a_while_is_tried_again(people, receiver, monkeypatch):
    hook(people.admin.actor, receiver().url)
    register(people.editor.actor)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: (_ for _ in ()).throw(socket.gaierror(-3, "try again")))
    send_all()
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == ("pending", 1)
    assert "cannot be found" in row.error


def test_the_pause_that_the_receiver_asks_for_is_kept(people, receiver):
    there = receiver(429)
    there.retry_after = "900"
    hook(people.admin.actor, there.url)
    register(people.editor.actor)
    send_all()
    assert Delivery.objects.get().next_at > clock.now_ms() + 800_000


def test_a_receiver_that_drips_does_not_hold_the_worker(settings):
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=drip, args=(server,), daemon=True).start()
        with pytest.raises((OSError, http.client.HTTPException)):
            post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, timeout=0.3)


def drip(server):
    """Headers without end, each in time."""
    connection, _ = server.accept()
    with connection, contextlib.suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)


def test_a_header_that_cannot_be_sent_is_refused_when_it_is_saved(people, receiver):
    for authorization in ("Bearer a\r\nX-Other: b", "Bearer \u00fc"):
        with pytest.raises(Invalid, match="printable ASCII"):
            hook(people.admin.actor, receiver().url, authorization=authorization)


def test_letters_of_other_alphabets_in_a_path_arrive_encoded(people, receiver):
    there = receiver()
    hook(people.admin.actor, there.url + "/\u00fc?q=%20\u00e9")
    register(people.editor.actor)
    send_all()
    assert there.calls[0][0] == "/hook/%C3%BC?q=%20%C3%A9"


def test_an_address_that_has_become_private_is_not_called(people, receiver, settings):
    there = receiver()
    hook(people.admin.actor, there.url)
    register(people.editor.actor)
    settings.ALLOW_PRIVATE_WEBHOOKS = False
    send_all()
    row = Delivery.objects.get()
    assert (row.state, there.calls) == ("failed", [])
    assert "Invalid webhook URL" in row.error


def test_a_private_address_is_refused_when_it_is_saved(people, receiver, settings):
    made = hook(people.admin.actor, receiver().url)
    settings.ALLOW_PRIVATE_WEBHOOKS = False
    with pytest.raises(Invalid):
        hook(people.admin.actor, "https://127.0.0.1/")
    with pytest.raises(Invalid):
        webhooks.update_webhook(people.admin.actor, made.id, "mlflow", WebhookChange(url="https://10.0.0.1/"))


def test_a_worker_that_died_gives_the_delivery_back(people, receiver):
    there = receiver()
    hook(people.admin.actor, there.url)
    register(people.editor.actor)
    row = Delivery.objects.get()
    Delivery.objects.filter(pk=row.pk).update(next_at=clock.now_ms() + LEASE_MS)
    deliveries.deliver(SYSTEM, row.pk)
    assert there.calls == []
    Delivery.objects.filter(pk=row.pk).update(next_at=clock.now_ms() - 1)
    assert deliveries.sweep_deliveries(SYSTEM) == 1
    deliveries.deliver(SYSTEM, row.pk)
    assert len(there.calls) == 1


def test_what_is_rolled_back_is_not_told(people, receiver):
    there = receiver()
    hook(people.admin.actor, there.url, "registered_model.created")
    with pytest.raises(Invalid):
        registered.create_model(people.editor.actor, "a/b")
    assert (Delivery.objects.count(), there.calls) == (0, [])


def test_a_disabled_webhook_is_not_told(people, receiver):
    made = hook(people.admin.actor, receiver().url)
    webhooks.update_webhook(people.admin.actor, made.id, "mlflow", WebhookChange(status="DISABLED"))
    register(people.editor.actor)
    assert not Delivery.objects.exists()


def test_a_webhook_of_another_workspace_is_not_told(people, worlds, receiver):
    hook(people.admin.actor, receiver().url)
    registered.create_model(replace(people.outsider.actor, workspace="elsewhere"), "told")
    assert not Delivery.objects.exists()


def test_the_test_button_sends_an_example_and_tells_the_answer(people, receiver):
    there = receiver(201)
    made = hook(people.admin.actor, there.url, "model_version_tag.set", "model_version.created")
    outcome = deliveries.try_webhook(people.admin.actor, made.id, "mlflow")
    assert (outcome.success, outcome.status, outcome.body) == (True, 201, "got it")
    assert there.bodies[0]["entity"] == "model_version_tag"
    outcome = deliveries.try_webhook(people.admin.actor, made.id, "mlflow", "model_version.created")
    assert there.bodies[1]["data"]["name"] == "example_model"


def test_an_old_delivery_can_be_sent_again(people, receiver):
    there = receiver(404, 200)
    made = hook(people.admin.actor, there.url)
    register(people.editor.actor)
    send_all()
    old = list_deliveries(people.admin.actor, made.id, "mlflow")[0]
    fresh = deliveries.redeliver(people.admin.actor, made.id, old.id, "mlflow")
    send_all()
    assert there.calls[0][2] == there.calls[1][2]
    states = {row.id: row.state for row in list_deliveries(people.admin.actor, made.id, "mlflow")}
    assert states == {old.id: "failed", fresh: "delivered"}


def test_webhooks_of_mlflow_are_administrators_business(people, receiver):
    url = receiver().url
    with pytest.raises(Denied):
        hook(people.manager.actor, url)
    made = hook(people.admin.actor, url)
    with pytest.raises(Denied):
        deliveries.try_webhook(people.editor.actor, made.id, "mlflow")


def test_a_registry_webhook_needs_manage_on_the_model_or_the_workspace(people, worlds, receiver):
    url, name = receiver().url, worlds.here.registered
    events = ["MODEL_VERSION_CREATED"]
    with pytest.raises(Denied):
        create_registry_webhook(people.editor.actor, NewRegistryWebhook(events, url, model_name=name))
    with pytest.raises(Denied):
        create_registry_webhook(people.manager.actor, NewRegistryWebhook(events, url))
    assert create_registry_webhook(people.manager.actor, NewRegistryWebhook(events, url, model_name=name)).thing
    assert create_registry_webhook(people.admin.actor, NewRegistryWebhook(events, url)).thing is None


@pytest.mark.parametrize("events", [[], ["model_version.exploded"], ["MODEL_VERSION_CREATED"]])
def test_events_that_there_are_not_are_refused(people, receiver, events):
    with pytest.raises(Invalid):
        webhooks.create_webhook(people.admin.actor, NewWebhook("mlflow", receiver().url, events, name="hook"))


@pytest.mark.parametrize("name", ["", "-a", "a-", "a b", "a" * 64])
def test_names_of_webhooks_have_a_shape(people, receiver, name):
    with pytest.raises(Invalid):
        webhooks.create_webhook(people.admin.actor, NewWebhook("mlflow", receiver().url, ["model_version.created"], name=name))


def test_a_deleted_webhook_is_missing(people, receiver):
    made = hook(people.admin.actor, receiver().url)
    webhooks.delete_webhook(people.admin.actor, made.id, "mlflow")
    with pytest.raises(Missing, match=rf"Webhook with ID {made.id} not found\."):
        deliveries.try_webhook(people.admin.actor, made.id, "mlflow")
