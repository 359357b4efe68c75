import pytest

from apps.artifacts.models import Blob
from apps.artifacts.queries import reading
from apps.artifacts.services import cleaning
from apps.core.actor import Actor
from apps.core.errors import Denied, Missing

pytestmark = pytest.mark.django_db
DATA = bytes(range(256)) * 10_000  # 2.5 blocks


def test_a_range_is_read_exactly(store, put, actor, root):
    put("f", DATA)
    opened = reading.open_file(actor, root, "f")
    for start, end in ((0, 1), (5, 5), (0, None), (1_000_000, 2_100_000), (2_559_999, None), (2_559_990, 9_999_999)):
        assert b"".join(opened.blocks(start, end)) == DATA[start:end]


def test_the_beginning_is_read_for_previews(folder_store, put, actor, root):
    put("f", DATA)
    assert reading.open_file(actor, root, "f").read(300) == DATA[:300]


@pytest.mark.parametrize("path", ["nothing", "d", "d/f/g"])
def test_what_is_no_file_is_missing(folder_store, put, actor, root, path):
    put("d/f")
    with pytest.raises(Missing, match="No such artifact"):
        reading.open_file(actor, root, path)


def test_bytes_that_the_store_lost_are_missing_before_the_first_block(store, put, actor, root):
    put("f", DATA)
    store.delete(Blob.objects.get().storage_key)
    with pytest.raises(Missing, match="missing in the store"):
        reading.open_file(actor, root, "f").blocks()


def spoil(folder_store, change):
    path = folder_store.local_path(Blob.objects.get().storage_key)
    path.write_bytes(change(path.read_bytes()))


def test_a_changed_byte_keeps_the_last_block_back(folder_store, put, actor, root):
    put("f", DATA)
    spoil(folder_store, lambda data: b"X" + data[1:])
    got = []
    with pytest.raises(reading.Damaged):
        got.extend(reading.open_file(actor, root, "f").blocks())
    assert 0 < len(b"".join(got)) < len(DATA)


def test_a_small_damaged_file_is_refused_as_a_whole(folder_store, put, actor, root):
    put("f", b"small")
    spoil(folder_store, lambda data: b"smell")
    with pytest.raises(reading.Damaged):
        reading.open_file(actor, root, "f").blocks()


def test_a_shortened_file_is_refused(folder_store, put, actor, root):
    put("f", DATA)
    spoil(folder_store, lambda data: data[:-1])
    with pytest.raises(reading.Damaged, match="too early"):
        list(reading.open_file(actor, root, "f").blocks())


def test_damage_is_marked_once_by_the_platform_alone(folder_store, put, actor):
    put("f")
    blob = Blob.objects.get()
    assert [cleaning.mark_damaged(Actor.system("tests"), blob.pk) for _ in range(2)] == [True, False]
    with pytest.raises(Denied):
        cleaning.mark_damaged(actor, blob.pk)


def test_a_file_sent_again_heals_a_damaged_one(folder_store, put, actor, root):
    put("f", b"small")
    spoil(folder_store, lambda data: b"smell")
    cleaning.mark_damaged(Actor.system("tests"), Blob.objects.get().pk)
    put("f", b"small")
    assert b"".join(reading.open_file(actor, root, "f").blocks()) == b"small"
