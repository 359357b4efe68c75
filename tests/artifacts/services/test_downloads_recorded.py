import io
import zipfile

import pytest

from apps.artifacts.delivery import Asked
from apps.artifacts.services import downloads
from apps.audit.models import AuditRow
from apps.core.errors import Missing, Unsupported

pytestmark = pytest.mark.django_db


def rows():
    return [(row.act, row.noun_id, row.name, row.details) for row in AuditRow.objects.order_by("pk")]


def test_a_download_is_recorded_once(folder_store, put, actor, root):
    put("d/f", b"0123456789")
    for wanted in ("bytes=0-3", "bytes=4-7", "bytes=8-"):
        downloads.download(actor, root, "d/f", Asked(range=wanted))
    assert rows() == [("artifact.download", root, "d/f", {"bytes": 10})]


@pytest.mark.parametrize("asked", [Asked(head=True), Asked(if_none_match="*"), Asked(range="bytes=99-")])
def test_what_gives_no_bytes_is_not_recorded(folder_store, put, actor, root, asked):
    put("f")
    downloads.download(actor, root, "f", asked)
    assert rows() == []


def unzip(blocks):
    with zipfile.ZipFile(io.BytesIO(b"".join(blocks))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def tree(store, put):
    for path in ("a/x.txt", "a/deep/Größe.txt", "b"):
        put(path, path.encode())
    put("a/empty", b"")


def test_a_folder_comes_as_a_zip_of_its_files(tree, actor, root):
    assert unzip(downloads.download_zip(actor, root, "a")) == {
        "deep/Größe.txt": "a/deep/Größe.txt".encode(), "empty": b"", "x.txt": b"a/x.txt"
    }  # fmt: skip


def test_a_whole_root_comes_as_a_zip(tree, actor, root):
    assert sorted(unzip(downloads.download_zip(actor, root))) == ["a/deep/Größe.txt", "a/empty", "a/x.txt", "b"]


def test_one_file_comes_as_a_zip_under_its_own_name(tree, actor, root):
    assert unzip(downloads.download_zip(actor, root, "a/x.txt")) == {"x.txt": b"a/x.txt"}


def test_a_zip_is_one_row_of_the_audit(tree, actor, root):
    downloads.download_zip(actor, root, "a")
    assert rows() == [("artifact.download", root, "a/", {"bytes": 7 + 18})]


def test_a_zip_of_nothing_is_missing(folder_store, actor, root):
    with pytest.raises(Missing):
        downloads.download_zip(actor, root, "a")


def test_a_folder_has_no_addresses_to_sign(folder_store, put, actor, root):
    put("f")
    with pytest.raises(Unsupported):
        downloads.sign_download(actor, root, "f")
