import hashlib
import io
import threading
from datetime import timedelta

import pytest
from django.db import connection

from apps.artifacts.models import Blob, Upload
from apps.artifacts.queries import listing, reading
from apps.artifacts.services import multipart
from apps.artifacts.stores.base import Part
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import Denied, Invalid, Missing, Unavailable

pytestmark = pytest.mark.django_db
PARTS = [bytes([number]) * (5 * 1024 * 1024 + number) for number in range(1, 3)] + [b"the end"]
WHOLE = b"".join(PARTS)


def send(door, data):
    return Part(door.number, multipart.receive_part(Actor.anonymous(), door.ticket, io.BytesIO(data), len(data)))


@pytest.fixture
def begun(store, actor, root):
    return multipart.create(actor, root, "big/model.bin", 3)


def send_all(begun):
    """In another order than that of the file."""
    return [send(begun.doors[index], PARTS[index]) for index in (2, 0, 1)]


def test_parts_in_any_order_make_one_file(begun, actor, root):
    stored = multipart.complete(actor, root, "big/model.bin", begun.upload_id, send_all(begun))
    assert (stored.size, stored.sha256) == (len(WHOLE), hashlib.sha256(WHOLE).hexdigest())
    assert b"".join(reading.open_file(actor, root, "big/model.bin").blocks()) == WHOLE


def test_nothing_is_listed_before_it_is_complete(begun, actor, root):
    send_all(begun)
    assert listing.list_folder(actor, root) == []


def test_complete_may_be_sent_again(begun, store, actor, root):
    parts = send_all(begun)
    multipart.complete(actor, root, "big/model.bin", begun.upload_id, parts)
    assert multipart.complete(actor, root, "big/model.bin", begun.upload_id, parts) is None
    assert len(list(store.walk())) == 1


def test_a_part_may_be_sent_again(begun, actor, root):
    send(begun.doors[0], b"the first try, cut in a way that nobody saw")
    multipart.complete(actor, root, "big/model.bin", begun.upload_id, send_all(begun))
    assert b"".join(reading.open_file(actor, root, "big/model.bin").blocks()) == WHOLE


def test_a_cut_part_is_refused_and_can_be_sent_again(begun, actor, root):
    with pytest.raises(Unavailable, match="cut off"):
        multipart.receive_part(Actor.anonymous(), begun.doors[0].ticket, io.BytesIO(PARTS[0][:-1]), len(PARTS[0]))
    multipart.complete(actor, root, "big/model.bin", begun.upload_id, send_all(begun))
    assert listing.summary(actor, root).size == len(WHOLE)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda parts: [],
        lambda parts: [parts[0], parts[0]],
        lambda parts: [Part(1, "0" * 32), *parts[1:]],
        lambda parts: [Part(7, parts[0].etag)],
    ],
    ids=["none", "twice", "other etag", "never sent"],
)
def test_wrong_parts_are_refused_and_the_right_ones_still_work(begun, actor, root, wrong):
    parts = sorted(send_all(begun), key=lambda part: part.number)
    with pytest.raises(Invalid):
        multipart.complete(actor, root, "big/model.bin", begun.upload_id, wrong(parts))
    assert listing.list_folder(actor, root) == []
    multipart.complete(actor, root, "big/model.bin", begun.upload_id, parts)
    assert listing.summary(actor, root).size == len(WHOLE)


def test_an_aborted_upload_takes_no_parts_and_leaves_nothing(begun, store, actor, root):
    parts = send_all(begun)
    multipart.abort(actor, root, "big/model.bin", begun.upload_id)
    multipart.abort(actor, root, "big/model.bin", begun.upload_id)
    with pytest.raises(Missing):
        send(begun.doors[0], b"late")
    with pytest.raises(Missing):
        multipart.complete(actor, root, "big/model.bin", begun.upload_id, parts)
    assert list(store.walk()) == []
    assert store.sweep(clock.now() + timedelta(days=1), set(), remove=False) == []


def test_the_same_content_is_kept_once(begun, store, put, actor, root):
    put("plain", WHOLE)
    multipart.complete(actor, root, "big/model.bin", begun.upload_id, send_all(begun))
    assert Blob.objects.count() == 1
    assert len(list(store.walk())) == 1


def test_an_upload_belongs_to_its_root_and_path(begun, actor, root):
    parts = send_all(begun)
    with pytest.raises(Missing):
        multipart.complete(actor, root.replace("7/", "8/"), "big/model.bin", begun.upload_id, parts)
    with pytest.raises(Invalid, match="was begun for"):
        multipart.complete(actor, root, "other", begun.upload_id, parts)


@pytest.mark.parametrize("number", [0, -1, 10_001])
def test_the_number_of_parts_is_limited(folder_store, actor, root, number):
    with pytest.raises(Invalid, match="num_parts"):
        multipart.create(actor, root, "f", number)


def test_a_forged_or_old_ticket_is_refused(folder_store, actor, root, monkeypatch):
    door = multipart.create(actor, root, "f", 1).doors[0]
    with pytest.raises(Denied, match=r"^Permission denied"):
        multipart.receive_part(Actor.anonymous(), door.ticket[:-1] + "x", io.BytesIO(b"x"), 1)
    import time

    later = time.time() + 25 * 3600
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    with pytest.raises(Denied):
        multipart.receive_part(Actor.anonymous(), door.ticket, io.BytesIO(b"x"), 1)


def test_a_call_that_finds_another_at_work_says_when_to_come_again(begun, actor, root, monkeypatch):
    monkeypatch.setattr(multipart, "WAIT_SECONDS", 0.1)
    Upload.objects.update(state=Upload.State.ASSEMBLING, updated_at=clock.now())
    with pytest.raises(Unavailable, match="being joined"):
        multipart.complete(actor, root, "big/model.bin", begun.upload_id, send_all_anyway())


def test_the_work_of_a_dead_process_is_taken_over(begun, actor, root):
    parts = send_all(begun)
    Upload.objects.update(state=Upload.State.ASSEMBLING, updated_at=clock.now() - timedelta(minutes=2))
    assert multipart.complete(actor, root, "big/model.bin", begun.upload_id, parts) is not None


def send_all_anyway():
    return [Part(1, "0" * 64)]


@pytest.mark.django_db(transaction=True)
def test_two_calls_at_once_publish_one_file(folder_store, actor, root):
    begun = multipart.create(actor, root, "f", 1)
    part = send(begun.doors[0], b"data" * 1_000_000)
    outcomes = []

    def complete():
        try:
            outcomes.append(multipart.complete(actor, root, "f", begun.upload_id, [part]))
        finally:
            connection.close()

    threads = [threading.Thread(target=complete) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 4
    assert sum(outcome is not None for outcome in outcomes) == 1
    assert Blob.objects.count() == 1
