"""Real threads against a real database: what constraints and retries make of people who meet at one name."""

import io
import threading
from datetime import timedelta

import pytest
from django.db import connection

from apps.artifacts.models import Artifact, Blob
from apps.artifacts.queries import listing, reading
from apps.artifacts.services import cleaning, deletion, uploads
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import DomainError, Invalid

pytestmark = pytest.mark.django_db(transaction=True)


def together(*actions):
    """Run them at once; what each returned or raised."""
    outcomes = [None] * len(actions)
    gate = threading.Barrier(len(actions))

    def run(index):
        try:
            gate.wait()
            outcomes[index] = actions[index]()
        except DomainError as error:
            outcomes[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.fixture
def send(folder_store, actor, root):
    def send(path, content=b"x"):
        return lambda: uploads.store(actor, root, path, io.BytesIO(content), len(content))

    return send


def test_first_files_of_a_new_root_at_once(send, actor, root):
    outcomes = together(*[send(f"a/b/{number}", bytes([number])) for number in range(8)])
    assert all(isinstance(outcome, uploads.Stored) for outcome in outcomes)
    assert listing.summary(actor, root).count == 8
    assert Artifact.objects.filter(blob__isnull=True).count() == 3


def test_one_path_at_once_keeps_one_row_and_whole_content(send, actor, root):
    outcomes = together(*[send("f", bytes([number]) * 1000) for number in range(8)])
    assert all(isinstance(outcome, uploads.Stored) for outcome in outcomes)
    assert len(set(b"".join(reading.open_file(actor, root, "f").blocks()))) == 1
    assert Artifact.objects.filter(path="f").count() == 1


def test_two_paths_that_swap_their_contents_do_not_deadlock(send, actor, root):
    for _ in range(5):
        outcomes = together(send("a", b"1"), send("b", b"2"), send("a", b"2"), send("b", b"1"))
        assert all(isinstance(outcome, uploads.Stored) for outcome in outcomes)


def test_a_file_and_a_folder_of_one_name_never_both_exist(send, actor, root):
    for number in range(8):
        outcomes = together(send(f"n{number}"), send(f"n{number}/f"))
        assert sum(isinstance(outcome, Invalid) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, uploads.Stored) for outcome in outcomes) == 1


def test_a_folder_does_not_vanish_under_a_file_that_arrives(send, actor, root):
    for number in range(10):
        send("d/old")()
        outcomes = together(send("d/new", bytes([number])), lambda: deletion.delete(actor, root, "d/old"))
        assert not any(isinstance(outcome, Exception) for outcome in outcomes)
        assert [entry.path for entry in listing.list_folder(actor, root, "d")] == ["new"]
        assert [entry.path for entry in listing.list_folder(actor, root)] == ["d"]
        deletion.delete(actor, root, "d")


def test_content_that_comes_again_while_it_is_collected_is_there_in_the_end(send, actor, root, monkeypatch):
    real = clock.now
    monkeypatch.setattr(cleaning, "LEFTOVERS", timedelta(days=1))  # the clock below is three hours ahead of the files'
    for number in range(10):
        monkeypatch.setattr(clock, "now", real)
        content = b"wanted again %d" % number
        send("f", content)()
        deletion.delete(actor, root, "f")
        monkeypatch.setattr(clock, "now", lambda: real() + timedelta(hours=3))
        outcomes = together(send("g", content), lambda: cleaning.clean(Actor.system("tests"), orphans=False))
        assert not any(isinstance(outcome, Exception) for outcome in outcomes)
        assert b"".join(reading.open_file(actor, root, "g").blocks()) == content
    assert Blob.objects.filter(state=Blob.State.DELETING).count() == 0


def test_two_cleaners_at_once_delete_each_blob_once(send, actor, root, monkeypatch):
    for number in range(20):
        send(f"f{number}", bytes([number]))()
    deletion.delete_root(actor, root)
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(hours=3))
    together(*[lambda: cleaning.clean(Actor.system("tests"), orphans=False)] * 2)
    assert Blob.objects.count() == 0
