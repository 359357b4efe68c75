"""All bytes go to another store while people read and write; nothing is lost, wherever it stops."""

import os
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.artifacts import stores
from apps.artifacts.models import Blob
from apps.artifacts.queries import reading, uses
from apps.artifacts.services import charging, cleaning, deletion, moving
from apps.core.actor import Actor
from apps.core.errors import Denied, Invalid, Missing

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
WAYS = ["folder to folder", "folder to bucket", "bucket to folder"]


@pytest.fixture(params=WAYS)
def places(request, settings, tmp_path):
    """(from, to); the platform is set to the first."""
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    old, new = (
        str(tmp_path / word) if kind == "folder" else f"{request.getfixturevalue('bucket_store').name}-{word}"
        for word, kind in zip(("old", "new"), request.param.split(" to "), strict=True)
    )
    settings.ARTIFACT_ROOT = old
    return old, new


def read(actor, root, path):
    return b"".join(reading.open_file(actor, root, path).blocks())


def move(to, **options):
    return moving.move_artifacts(SYSTEM, to, **options)


def bare(place):
    return stores.at(place) if stores.is_bucket(place) else stores.plain_folder(place)


def test_everything_is_readable_at_every_step_and_lies_in_the_new_place_at_the_end(places, settings, put, actor, root):
    old, new = places
    contents = {f"d/{number}": os.urandom(3000 + number) for number in range(3)} | {"empty": b""}
    for path, content in contents.items():
        put(path, content)

    def assert_readable():
        assert {path: read(actor, root, path) for path in contents} == contents

    moved = move(new, tell=lambda moved: assert_readable())
    assert (moved.files, moved.warnings) == (4, [])
    contents["between"] = b"sent before the restart"
    put("between", contents["between"])
    assert_readable()
    settings.ARTIFACT_ROOT = new
    contents["after"] = b"sent after it"
    put("after", contents["after"])
    assert_readable()
    assert (move(new).files, move(new).files) == (1, 0)
    assert_readable()
    there = {found.key for found in bare(new).walk()}
    assert there == set(Blob.objects.values_list("storage_key", flat=True))
    for found in list(bare(old).walk()):
        bare(old).delete(found.key)
    assert_readable()
    assert charging.recount(SYSTEM) == 0
    assert uses.stored(SYSTEM)[stores.current().name].size == sum(map(len, contents.values()))


def test_a_dry_run_copies_nothing(places, put):
    old, new = places
    put("f", b"content")
    moved = move(new, dry_run=True)
    assert (moved.files, moved.size) == (1, 7)
    assert list(bare(new).walk()) == []
    assert {blob.store for blob in Blob.objects.all()} == {stores.at(old).name}
    assert not stores.former_folder()


def test_what_was_killed_in_the_middle_goes_on_where_it_stopped(places, put, actor, root):
    for number in range(4):
        put(str(number), os.urandom(100))

    def kill(moved):
        if moved.files == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(places[1], tell=kill)
    assert all(len(read(actor, root, str(number))) == 100 for number in range(4))
    moved = move(places[1])
    assert (moved.files, moved.already) == (2, 2)


def test_bytes_that_are_not_those_that_were_stored_are_told_and_left(places, put, actor, root):
    put("rotten", b"content")
    put("sound", b"other content")
    blob = Blob.objects.get(size=7)
    writer = bare(places[0]).writer(7, blob.storage_key)
    writer.write(b"c0ntent")
    writer.commit()
    moved = move(places[1])
    assert moved.files == 1
    assert "not those that were stored" in moved.warnings[0]
    assert read(actor, root, "sound") == b"other content"
    assert bare(places[0]).size(blob.storage_key) == 7


def test_a_file_that_is_lost_is_told_and_stops_nothing(places, put):
    put("lost", b"content")
    put("there", b"other content")
    bare(places[0]).delete(Blob.objects.get(size=7).storage_key)
    moved = move(places[1])
    assert (moved.files, len(moved.warnings)) == (1, 1)


def test_what_is_deleted_while_it_is_copied_is_not_left_behind(places, put, actor, root, monkeypatch):
    old, new = places
    put("f", b"content")
    real = moving._copy

    def copying(blob, *args):
        real(blob, *args)
        deletion.delete(actor, root, "f")
        cleaning.delete_now(SYSTEM, blob.pk)

    monkeypatch.setattr(moving, "_copy", copying)
    assert move(new).files == 0
    assert (list(bare(old).walk()), list(bare(new).walk())) == ([], [])
    with pytest.raises(Missing):
        read(actor, root, "f")


def test_only_the_platform_and_administrators_move(folder_store, actor, tmp_path):
    with pytest.raises(Denied):
        moving.move_artifacts(actor, str(tmp_path / "new"))


def test_the_command_says_what_it_did_and_what_comes_next(settings, folder_store, put, tmp_path):
    settings.HOME = tmp_path
    put("f", b"content")
    said = StringIO()
    call_command("move_artifacts", to=str(tmp_path / "new"), dry_run=True, stdout=said)
    call_command("move_artifacts", to=str(tmp_path / "new"), stdout=said)
    settings.ARTIFACT_ROOT = str(tmp_path / "new")
    call_command("move_artifacts", to=str(tmp_path / "new"), stdout=said)
    first, second, then, third, last = said.getvalue().strip().splitlines()
    assert first == "would copy 1 files of 7 bytes; 0 are there already"
    assert second == "copied 1 files of 7 bytes; 0 are there already"
    assert then.startswith("next: set MLPLATFORM_ARTIFACT_ROOT=")
    assert third == "copied 0 files of 0 bytes; 1 are there already"
    assert "can be removed" in last


def test_a_move_that_did_not_end_is_ended_first(settings, tmp_path, put, bucket_store):
    settings.HOME = tmp_path
    bucket = settings.ARTIFACT_ROOT
    settings.ARTIFACT_ROOT = str(tmp_path / "old")
    put("f", b"content")
    settings.ARTIFACT_ROOT = bucket
    stores.remember_folder(str(tmp_path / "old"))
    with pytest.raises(Invalid, match="first"):
        move(str(tmp_path / "new"))
    with pytest.raises(CommandError, match="first"):
        call_command("move_artifacts", to=str(tmp_path / "new"))
