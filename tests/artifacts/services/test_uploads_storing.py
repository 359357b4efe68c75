import hashlib
import io

import pytest
from django.db import connection

from apps.artifacts.models import Artifact, Blob, Kind, Upload
from apps.artifacts.models.blobs import GRACE
from apps.artifacts.queries import listing, reading, uses
from apps.artifacts.queries import uploads as upload_queries
from apps.artifacts.services import deletion, uploads
from apps.artifacts.sql import new_files
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import Denied, Invalid, StorageFull, Unauthenticated, Unavailable

pytestmark = pytest.mark.django_db
BIG = bytes(range(256)) * 4096 * 10 + b"tail"  # 10 MiB and 4 bytes: more than one block, more than one part of S3


def content(actor, root, path):
    return b"".join(reading.open_file(actor, root, path).blocks())


@pytest.mark.parametrize("data", [b"", b"x", BIG], ids=["empty", "one byte", "10 MiB"])
def test_a_file_comes_back_as_it_went(store, put, actor, root, data):
    stored = put("a/b.bin", data)
    assert (stored.path, stored.size, stored.sha256) == ("a/b.bin", len(data), hashlib.sha256(data).hexdigest())
    assert content(actor, root, "a/b.bin") == data


@pytest.mark.parametrize("data", [b"", BIG], ids=["empty", "10 MiB"])
def test_a_stream_without_length_ends_where_it_ends(store, actor, root, data):
    assert uploads.store(actor, root, "f", io.BytesIO(data), None).size == len(data)
    assert content(actor, root, "f") == data


def test_no_more_is_read_than_was_announced(folder_store, actor, root):
    stream = io.BytesIO(b"mine, and the next request")
    uploads.store(actor, root, "f", stream, 4)
    assert content(actor, root, "f") == b"mine"
    assert stream.read() == b", and the next request"


def test_a_new_file_takes_the_place_of_the_old_one(store, put, actor, root):
    put("f", b"old")
    put("f", b"new")
    assert content(actor, root, "f") == b"new"
    assert Artifact.objects.filter(path="f").count() == 1


def test_an_old_blob_is_never_written_again(store, put):
    put("f", b"old")
    before = Blob.objects.get().storage_key
    put("f", b"new")
    assert Blob.objects.exclude(storage_key=before).get().size == 3
    assert store.open(before).read(10) == b"old"


def test_the_same_content_is_kept_once(store, put, actor, root):
    put("a", b"same")
    put("b", b"same")
    assert Blob.objects.count() == 1
    assert content(actor, root, "b") == b"same"
    assert len(list(store.walk())) == 1


def test_content_whose_bytes_were_removed_by_hand_is_written_again(store, put, actor, root):
    put("a", b"same")
    store.delete(Blob.objects.get().storage_key)
    put("b", b"same")
    assert content(actor, root, "b") == b"same"


def test_a_damaged_blob_is_not_shared(folder_store, put):
    put("a", b"same")
    Blob.objects.update(state=Blob.State.DAMAGED)
    put("b", b"same")
    assert Blob.objects.count() == 2


class Cut:
    """Sends some bytes and then nothing, or an error as a web server raises it."""

    def __init__(self, data, error=None):
        self.stream, self.error = io.BytesIO(data), error

    def read(self, size):
        block = self.stream.read(size)
        if not block and self.error:
            raise self.error
        return block


@pytest.mark.parametrize("sent", [b"", b"half", BIG[:-5]], ids=["nothing", "half", "almost all"])
def test_a_cut_upload_leaves_no_file_and_no_bytes(store, actor, root, sent):
    with pytest.raises(Unavailable, match="cut off"):
        uploads.store(actor, root, "f", Cut(sent), len(BIG))
    assert listing.list_folder(actor, root) == []
    assert list(store.walk()) == []


def test_chunks_that_do_not_end_leave_no_file(store, actor, root):
    with pytest.raises(Unavailable, match="cut off"):
        uploads.store(actor, root, "f", Cut(BIG, OSError("no more data")), None)
    assert listing.list_folder(actor, root) == []


def test_a_cut_upload_leaves_the_older_file(folder_store, put, actor, root):
    put("f", b"old")
    with pytest.raises(Unavailable):
        uploads.store(actor, root, "f", Cut(b"ne"), 3)
    assert content(actor, root, "f") == b"old"


def test_a_cut_upload_is_seen_on_the_root(folder_store, actor, root):
    with pytest.raises(Unavailable):
        uploads.store(actor, root, "d/f", Cut(b"half"), 8)
    (attempt,) = upload_queries.unfinished(actor, root)
    assert (attempt.path, attempt.state, attempt.expected, attempt.arrived) == ("d/f", "failed", 8, 4)
    assert attempt.error == "The upload was cut off after 4 of 8 bytes"


def test_a_later_success_takes_the_failure_away(folder_store, put, actor, root):
    with pytest.raises(Unavailable):
        uploads.store(actor, root, "f", Cut(b"half"), 8)
    put("f")
    assert upload_queries.unfinished(actor, root) == []


def test_a_large_file_leaves_no_upload_row(folder_store, put):
    put("f", BIG)
    assert Upload.objects.count() == 0


@pytest.mark.parametrize(("first", "second"), [("a", "a/b"), ("a/b", "a"), ("a", "a/b/c"), ("a/b/c", "a/b")])
def test_a_name_is_a_file_or_a_folder_but_not_both(store, put, actor, root, first, second):
    put(first, b"first")
    with pytest.raises(Invalid, match=r"^Invalid path: .* is a (file, not a folder|folder, not a file)"):
        put(second, b"second")
    assert content(actor, root, first) == b"first"
    assert len(list(store.walk())) == 1


def test_names_differ_by_case(folder_store, put, actor, root):
    put("A/x", b"1")
    put("a/x", b"2")
    assert [content(actor, root, path) for path in ("A/x", "a/x")] == [b"1", b"2"]


def frozen():
    raise Denied("held")


def test_a_guard_keeps_a_file_from_other_content(folder_store, put, actor, root):
    put("f", b"evidence", guard=frozen)
    put("f", b"evidence", guard=frozen)
    with pytest.raises(Denied):
        put("f", b"other", guard=frozen)
    assert content(actor, root, "f") == b"evidence"
    assert len(list(folder_store.walk())) == 1


def test_the_sender_is_remembered(folder_store, put):
    put("f")
    assert Artifact.objects.get(path="f").owner_id == 1


def test_nobody_may_not_store(folder_store, root):
    with pytest.raises(Unauthenticated):
        uploads.store(Actor.anonymous(), root, "f", io.BytesIO(b"x"), 1)


@pytest.mark.parametrize(
    "root", ["", "7", "/7/artifacts", "7/../8/artifacts", "7/a/artifacts/", "7//artifacts", "7/a b/artifacts", "7/" + "x" * 300]
)
def test_a_root_is_well_formed(folder_store, actor, root):
    with pytest.raises(Invalid, match="no artifact root"):
        uploads.store(actor, root, "f", io.BytesIO(b"x"), 1)


def test_what_cannot_fit_is_refused_before_it_is_read(folder_store, actor, root):
    stream = io.BytesIO(b"x")
    with pytest.raises(StorageFull):
        uploads.store(actor, root, "f", stream, 2**60)
    assert stream.read() == b"x"


def test_a_small_upload_costs_few_queries(folder_store, put, django_assert_max_num_queries):
    put("a/b/first")
    with django_assert_max_num_queries(6 if connection.vendor == "postgresql" else 8):  # the test's own savepoints with them
        put("a/b/second", b"other content")
    with django_assert_max_num_queries(6 if connection.vendor == "postgresql" else 7):
        put("a/b/third", b"other content")


def stale_place(monkeypatch, meanwhile):
    """What is found out about the next upload is out of date at once."""
    real = new_files.find_place

    def find(file):
        found = real(file)
        monkeypatch.setattr(new_files, "find_place", real)
        meanwhile()
        return found

    monkeypatch.setattr(new_files, "find_place", find)


@pytest.mark.parametrize("mine", [b"mine", b"first"], ids=["new content", "content that is there"])
def test_a_name_that_another_takes_at_the_same_moment_is_replaced(folder_store, put, actor, root, monkeypatch, mine):
    put("a/first", b"first")
    stale_place(monkeypatch, lambda: put("a/f", b"theirs"))
    put("a/f", mine)
    assert content(actor, root, "a/f") == mine
    kept = uses.amount(actor, Kind.PERSON, "1")
    assert (kept.files, kept.size) == (2, len(b"first" + mine))


def test_a_guard_is_asked_of_a_name_that_another_takes_at_the_same_moment(folder_store, put, actor, root, monkeypatch):
    def refuse():
        raise Denied("held")

    put("a/first")
    stale_place(monkeypatch, lambda: put("a/f", b"theirs"))
    with pytest.raises(Denied):
        put("a/f", b"mine", guard=refuse)
    assert content(actor, root, "a/f") == b"theirs"
    assert len(list(folder_store.walk())) == 2


@pytest.mark.django_db(transaction=True)
def test_a_folder_that_is_deleted_at_the_same_moment_is_there_again(folder_store, put, actor, root, monkeypatch):
    put("a/first", b"first")
    stale_place(monkeypatch, lambda: deletion.delete(actor, root, "a"))
    put("a/f", b"mine")
    assert content(actor, root, "a/f") == b"mine"


def test_content_that_nobody_touched_for_long_is_kept_from_the_collector(folder_store, put):
    put("a/first", b"same")
    Blob.objects.update(touched_at=clock.now() - 3 * GRACE)
    put("a/second", b"same")
    (blob,) = Blob.objects.all()
    assert blob.touched_at > clock.now() - GRACE / 2
