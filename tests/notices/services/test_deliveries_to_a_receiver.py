"""A webhook's delivery to a receiver that really listens: signed, tried again when it fails, refused where it may not go."""

import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from apps.core.actor import Actor
from apps.notices.models import Delivery
from apps.notices.models.webhooks import MLFLOW
from apps.notices.services import deliveries, webhooks

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


@pytest.fixture
def receiver(settings):
    """A server that keeps what it gets and answers the statuses of its list, then 200."""
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    got, answers = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((dict(self.headers), body))
            self.send_response(answers.pop(0) if answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    server.got, server.answers, server.url = got, answers, f"http://127.0.0.1:{server.server_port}/hook"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def delivery_to(people, url):
    """A webhook with a secret, and a delivery that is due."""
    new = webhooks.NewWebhook(MLFLOW, url, ["registered_model.created"], name="hook", secret="a secret of the two")
    made = webhooks.create_webhook(people.admin.actor, new)
    return Delivery.objects.create(webhook_id=made.id, event="registered_model.created", body='{"a": 1}', next_at=0, created_at=0)


def test_what_is_sent_is_signed_so_that_the_receiver_can_check_it(people, receiver):
    delivery = delivery_to(people, receiver.url)
    deliveries.deliver(SYSTEM, delivery.pk)
    headers, body = receiver.got[0]
    signed = f"{headers['X-MLflow-Delivery-Id']}.{headers['X-MLflow-Timestamp']}.{body.decode()}".encode()
    expected = base64.b64encode(hmac.new(b"a secret of the two", signed, hashlib.sha256).digest()).decode()
    assert headers["X-MLflow-Signature"] == f"v1,{expected}"
    assert json.loads(body) == {"a": 1}
    delivery.refresh_from_db()
    assert (delivery.state, delivery.status, delivery.attempts) == ("delivered", 200, 1)


def test_a_failing_receiver_is_tried_again_later_and_not_at_once(people, receiver):
    receiver.answers.append(503)
    delivery = delivery_to(people, receiver.url)
    deliveries.deliver(SYSTEM, delivery.pk)
    deliveries.deliver(SYSTEM, delivery.pk)
    assert len(receiver.got) == 1
    delivery.refresh_from_db()
    assert delivery.next_at > 0
    Delivery.objects.filter(pk=delivery.pk).update(next_at=0)
    deliveries.deliver(SYSTEM, delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("delivered", 2)


def test_a_refusal_of_the_receiver_is_final(people, receiver):
    receiver.answers.append(404)
    delivery = delivery_to(people, receiver.url)
    deliveries.deliver(SYSTEM, delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.status, delivery.next_at) == ("failed", 404, None)


def test_an_address_that_leads_inside_by_now_is_not_called(people, receiver, settings):
    delivery = delivery_to(people, receiver.url)
    settings.ALLOW_PRIVATE_WEBHOOKS = False
    deliveries.deliver(SYSTEM, delivery.pk)
    assert receiver.got == []
    delivery.refresh_from_db()
    assert delivery.state == "failed"


def test_the_secret_is_kept_encrypted_and_never_told(people, receiver):
    delivery = delivery_to(people, receiver.url)
    row = delivery.webhook
    assert b"a secret" not in bytes(row.secret)
