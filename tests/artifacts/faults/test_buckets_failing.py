"""A bucket that is slow, refuses, resets or keeps silent (F16): 503 within 30 s, nothing half done, and well again afterwards."""

import io
import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from apps.artifacts import stores
from apps.artifacts.models import Artifact
from apps.artifacts.queries import listing, reading
from apps.artifacts.queries import uploads as upload_queries
from apps.artifacts.services import cleaning, uploads
from apps.artifacts.stores import s3
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import Unavailable
from tests.artifacts.faults.bad_wire import BadWire

pytestmark = pytest.mark.django_db
BIG = bytes(20 * 1024 * 1024)  # three parts


@pytest.fixture
def wire(bucket_store, settings):
    wire = BadWire(urlsplit(settings.S3_ENDPOINT_URL).port)
    settings.S3_ENDPOINT_URL = f"http://127.0.0.1:{wire.port}"
    yield wire
    wire.close()


@pytest.fixture
def send(wire, actor, root):
    """Try an upload; the seconds until it was refused."""

    def send(data=b"small", path="f"):
        began = time.monotonic()
        with pytest.raises(Unavailable, match="The artifact store"):
            uploads.store(actor, root, path, io.BytesIO(data), len(data))
        return time.monotonic() - began

    return send


def heal(wire):
    wire.turn("pass")
    stores.current().breaker.reset()


def unfinished_parts(store):
    return store.client.list_multipart_uploads(Bucket=store.bucket, Prefix=store.prefix).get("Uploads", [])


@pytest.mark.parametrize("data", [b"small", BIG], ids=["small", "big"])
@pytest.mark.parametrize("mode", ["refuse", "slowdown", "reset"])
def test_a_bucket_that_refuses_is_answered_at_once_and_nothing_is_seen(wire, send, actor, root, mode, data):
    wire.turn(mode)
    assert send(data) < 15
    assert listing.list_folder(actor, root) == []
    (attempt,) = upload_queries.unfinished(actor, root)
    assert attempt.error.startswith("The artifact store")
    heal(wire)
    assert uploads.store(actor, root, "f", io.BytesIO(data), len(data)).size == len(data)
    assert b"".join(reading.open_file(actor, root, "f").blocks()) == data


@pytest.fixture
def impatient(monkeypatch):
    """A second is waited for an answer, where it is nine in earnest."""
    assert 2 * (s3.CONNECT_SECONDS + s3.READ_SECONDS) + s3.ABORT_SECONDS < 30
    monkeypatch.setattr(s3, "READ_SECONDS", 1)


def test_a_silent_bucket_is_given_up_and_the_next_are_told_at_once(impatient, wire, send):
    wire.turn("silent")
    send(BIG)
    assert send() < 1


@pytest.mark.long
def test_a_silent_bucket_is_given_up_within_thirty_seconds(wire, send):
    wire.turn("silent")
    assert send(BIG) < 30


@pytest.fixture
def an_hour_later(monkeypatch):
    real = clock.now

    def forward():
        monkeypatch.setattr(clock, "now", lambda: real() + timedelta(minutes=61))

    return forward


def test_a_connection_that_breaks_between_parts_leaves_no_parts_for_longer_than_an_hour(
    wire, send, bucket_store, actor, root, an_hour_later
):
    wire.turn("reset", after=10 * 1024 * 1024)
    send(BIG)
    assert listing.list_folder(actor, root) == []
    heal(wire)
    assert len(unfinished_parts(bucket_store)) == 1
    an_hour_later()
    assert cleaning.clean(Actor.system("tests")).leftovers == 1
    assert list(bucket_store.walk()) == unfinished_parts(bucket_store) == []


def test_parts_of_an_upload_that_its_client_cut_are_aborted_at_once(wire, bucket_store, actor, root):
    with pytest.raises(Unavailable, match="cut off"):
        uploads.store(actor, root, "f", io.BytesIO(BIG), len(BIG) + 1)
    assert unfinished_parts(bucket_store) == []


def test_a_slow_bucket_is_waited_for(wire, actor, root):
    wire.turn("slow", delay=0.5)
    uploads.store(actor, root, "f", io.BytesIO(BIG), len(BIG))
    heal(wire)
    assert reading.open_file(actor, root, "f").size == len(BIG)


def test_an_older_file_survives_all_of_it(wire, send, actor, root):
    uploads.store(actor, root, "f", io.BytesIO(b"old"), 3)
    for mode in ("refuse", "slowdown"):
        wire.turn(mode)
        send(b"newer")
        heal(wire)
        assert b"".join(reading.open_file(actor, root, "f").blocks()) == b"old"


def test_a_download_that_cannot_begin_is_refused_before_its_first_byte(wire, actor, root):
    uploads.store(actor, root, "f", io.BytesIO(b"old"), 3)
    wire.turn("refuse")
    with pytest.raises(Unavailable):
        reading.open_file(actor, root, "f").blocks()


def test_a_download_that_breaks_ends_with_an_error_and_not_as_if_it_were_whole(wire, actor, root):
    uploads.store(actor, root, "f", io.BytesIO(BIG), len(BIG))
    blocks = reading.open_file(actor, root, "f").blocks()
    got = len(next(blocks))
    wire.close()
    with pytest.raises(Unavailable):
        got += sum(len(block) for block in blocks)
    assert got < len(BIG)
    assert Artifact.objects.filter(path="f").exists()
