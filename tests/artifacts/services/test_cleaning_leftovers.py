import io
import os
import time
from datetime import timedelta

import pytest

from apps.artifacts.models import Artifact, Blob, Upload
from apps.artifacts.queries import listing, reading
from apps.artifacts.queries import uploads as upload_queries
from apps.artifacts.services import cleaning, deletion, multipart, uploads
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import Denied, Unavailable

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")


@pytest.fixture
def later(monkeypatch):
    """Move the clock forward."""
    real = clock.now

    def later(**span):
        monkeypatch.setattr(clock, "now", lambda: real() + timedelta(**span))

    return later


def test_only_the_platform_cleans(folder_store, actor):
    with pytest.raises(Denied):
        cleaning.clean(actor)


def test_a_file_that_was_replaced_goes_after_its_grace(store, put, actor, root, later):
    put("f", b"old")
    put("f", b"newer")
    later(minutes=25)
    assert cleaning.clean(SYSTEM).blobs == 0
    later(minutes=65)
    report = cleaning.clean(SYSTEM)
    assert (report.blobs, report.blob_bytes) == (1, 3)
    assert [found.size for found in store.walk()] == [5]
    assert b"".join(reading.open_file(actor, root, "f").blocks()) == b"newer"


def test_grace_begins_when_the_last_pointer_goes(folder_store, put, actor, root, later):
    put("f", b"old")
    later(hours=5)
    deletion.delete(actor, root, "f")
    assert cleaning.clean(SYSTEM).blobs == 0
    later(hours=7)
    assert cleaning.clean(SYSTEM).blobs == 1


def test_shared_content_stays_while_one_name_is_left(folder_store, put, actor, root, later):
    put("a", b"same")
    put("b", b"same")
    deletion.delete(actor, root, "a")
    later(days=1)
    assert cleaning.clean(SYSTEM).blobs == 0
    assert b"".join(reading.open_file(actor, root, "b").blocks()) == b"same"


def test_content_that_is_wanted_again_is_out_of_reach(folder_store, put, actor, root, later):
    put("a", b"same")
    later(hours=3)
    put("b", b"same")
    deletion.delete(actor, root, "a")
    deletion.delete(actor, root, "b")
    assert cleaning.clean(SYSTEM).blobs == 0


def test_a_dry_run_tells_and_touches_nothing(folder_store, put, actor, root, later):
    put("f", b"old")
    deletion.delete(actor, root, "f")
    (folder_store.staging / ".left.tmp").write_bytes(b"x")
    later(days=2)
    for dry_run in (True, True, False):
        report = cleaning.clean(SYSTEM, dry_run=dry_run)
        assert (report.blobs, report.blob_bytes, report.leftovers) == (1, 3, 1)
    assert cleaning.clean(SYSTEM) == cleaning.Report()


def test_a_missing_file_is_a_warning(folder_store, put, actor, root, later):
    put("a", b"1")
    put("b", b"2")
    folder_store.delete(Blob.objects.get(artifacts__path="a").storage_key)
    deletion.delete_root(actor, root)
    later(days=1)
    report = cleaning.clean(SYSTEM)
    assert report.blobs == 2
    assert len(report.warnings) == 1
    assert "was missing" in report.warnings[0]


def test_a_blob_that_the_store_will_not_give_up_does_not_keep_the_others(folder_store, put, actor, root, later, monkeypatch):
    for number in range(3):
        put(f"f{number}", bytes([number]))
    stuck = Blob.objects.get(artifacts__path="f1").storage_key
    deletion.delete_root(actor, root)
    later(days=1)
    delete = folder_store.delete

    def refuse(key):
        if key == stuck:
            raise Unavailable("no")
        return delete(key)

    monkeypatch.setattr(folder_store, "delete", refuse)
    report = cleaning.clean(SYSTEM)
    assert (report.blobs, report.warnings) == (2, [f"{stuck}: no"])
    monkeypatch.undo()
    later(days=2)
    assert cleaning.clean(SYSTEM).blobs == 1


def test_a_run_that_was_killed_between_mark_and_deletion_is_finished(folder_store, put, later):
    put("f")
    Artifact.objects.filter(blob__isnull=False).delete()
    Blob.objects.update(state=Blob.State.DELETING)
    assert cleaning.clean(SYSTEM).blobs == 1
    assert list(folder_store.walk()) == []


def test_content_that_is_being_deleted_is_written_anew(folder_store, put, actor, root):
    put("a", b"same")
    Blob.objects.update(state=Blob.State.DELETING)
    put("b", b"same")
    assert Blob.objects.count() == 2
    assert b"".join(reading.open_file(actor, root, "b").blocks()) == b"same"


def test_bytes_without_a_row_go_after_a_day(store, put, later):
    put("known", b"known")
    writer = store.writer(None)
    writer.write(b"unknown")
    writer.commit()
    later(hours=23)
    assert cleaning.clean(SYSTEM).orphans == 0
    later(hours=25)
    report = cleaning.clean(SYSTEM)
    assert (report.orphans, report.orphan_bytes) == (1, 7)
    assert [found.size for found in store.walk()] == [5]


def test_temporary_files_of_a_killed_process_go_after_an_hour(folder_store, put):
    put("f")
    old, new = folder_store.staging / ".old.tmp", folder_store.staging / ".new.tmp"
    for path, age in ((old, 3700), (new, 60)):
        path.write_bytes(b"x")
        os.utime(path, (time.time() - age,) * 2)
    assert cleaning.clean(SYSTEM).leftovers == 1
    assert (old.exists(), new.exists()) == (False, True)


def test_parts_on_an_object_store_are_swept_but_not_those_still_awaited(bucket_store, actor, root, later):
    multipart.create(actor, root, "awaited", 2)
    bucket_store.begin_parts()
    later(hours=2)
    assert cleaning.clean(SYSTEM).leftovers == 1
    assert cleaning.clean(SYSTEM).leftovers == 0


def test_a_stream_without_a_sign_of_life_is_ended_and_seen(folder_store, actor, root, later):
    class Killed(BaseException):
        pass

    class Stream:
        def __init__(self):
            self.data = io.BytesIO(b"x" * 3_000_000)

        def read(self, size):
            if block := self.data.read(size):
                return block
            raise Killed

    with pytest.raises(Killed):
        uploads.store(actor, root, "f", Stream(), 9_000_000)
    assert Upload.objects.get().state == Upload.State.RECEIVING
    later(minutes=11)
    assert cleaning.clean(SYSTEM).uploads_lost == 1
    (attempt,) = upload_queries.unfinished(actor, root)
    assert attempt.state == "failed"
    assert "died" in attempt.error


def test_parts_that_are_never_completed_go_after_two_days(store, actor, root, later):
    begun = multipart.create(actor, root, "f", 1)
    multipart.receive_part(Actor.anonymous(), begun.doors[0].ticket, io.BytesIO(b"x"), 1)
    later(hours=47)
    assert cleaning.clean(SYSTEM).uploads_lost == 0
    later(hours=49)
    assert cleaning.clean(SYSTEM).uploads_lost == 1
    assert Upload.objects.get().state == Upload.State.FAILED
    assert store.sweep(clock.now(), set(), remove=False) == []


def test_rows_of_uploads_that_are_over_go_in_time(folder_store, actor, root, later):
    begun = multipart.create(actor, root, "f", 1)
    multipart.abort(actor, root, "f", begun.upload_id)
    later(days=31)
    cleaning.clean(SYSTEM)
    assert Upload.objects.count() == 0


def test_cleaning_stops_in_time_and_goes_on_the_next_time(folder_store, put, actor, root, later, monkeypatch):
    monkeypatch.setattr(cleaning, "BATCH", 2)
    for number in range(5):
        put(f"f{number}", bytes([number]))
    deletion.delete_root(actor, root)
    later(days=1)
    assert cleaning.clean(SYSTEM, seconds=0).blobs == 0
    assert cleaning.clean(SYSTEM).blobs == 5
    assert listing.list_folder(actor, root) == []
