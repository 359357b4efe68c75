"""Archives: what is unpacked, and everything that is refused."""

import io
import os
import stat
import tarfile
import zipfile

import pytest

from apps.core.errors import Invalid
from apps.projects.archives import Limits, project_root, unpack


def zipped(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return path


def tarred(path, entries, mode="w:gz"):
    with tarfile.open(path, mode) as archive:
        for name, content, changes in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            for key, value in changes.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(content))
    return path


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2"])
def test_a_tar_comes_out_as_it_went_in(tmp_path, out, mode):
    entries = [("a", b"", {"type": tarfile.DIRTYPE, "mode": 0o755}), ("a/x.py", b"1", {}), ("run.sh", b"22", {"mode": 0o755})]
    result = unpack(tarred(tmp_path / "a.bin", entries, mode), out)
    assert (result.files, result.size) == (2, 3)
    assert (out / "a" / "x.py").read_bytes() == b"1"
    assert os.access(out / "run.sh", os.X_OK)
    assert stat.S_IMODE((out / "a" / "x.py").stat().st_mode) == 0o644


def test_a_zip_comes_out_as_it_went_in(tmp_path, out):
    script = zipfile.ZipInfo("run.sh")
    script.external_attr = 0o100755 << 16
    unpack(zipped(tmp_path / "a.zip", [("a/b/x.py", b"1"), (script, b"2"), ("ünï.txt", b"3"), ("a/", b"")]), out)
    assert (out / "a" / "b" / "x.py").read_bytes() == b"1"
    assert (out / "ünï.txt").exists()
    assert os.access(out / "run.sh", os.X_OK)


def test_long_names_in_pax_headers_are_read(tmp_path, out):
    name = "d/" * 60 + "x" * 200
    unpack(tarred(tmp_path / "a.tar", [(name, b"1", {})]), out)
    assert (out / name).exists()


def test_what_operating_systems_leave_is_left_out(tmp_path, out):
    unpack(zipped(tmp_path / "a.zip", [("__MACOSX/._x", b"1"), ("p/.DS_Store", b"2"), ("p/x", b"3")]), out)
    assert sorted(path.name for path in out.rglob("*")) == ["p", "x"]
    assert project_root(out) == out / "p"


OUTSIDE = ["../x", "a/../../x", "/etc/x", "\\..\\x", "..\\x", "C:\\x", "c:x", "a\nb", "x" * 300]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_tar_name_that_leads_outside_is_refused(tmp_path, out, name):
    with pytest.raises(Invalid, match=r"leads outside|impossible name"):
        unpack(tarred(tmp_path / "a.tar", [(name, b"1", {})]), out)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_zip_name_that_leads_outside_is_refused(tmp_path, out, name):
    with pytest.raises(Invalid, match=r"leads outside|impossible name"):
        unpack(zipped(tmp_path / "a.zip", [(name, b"1")]), out)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_are_refused(tmp_path, out, kind):
    with pytest.raises(Invalid, match="link or a device"):
        unpack(tarred(tmp_path / "a.tar", [("x", b"", {"type": kind, "linkname": "/etc/passwd"})]), out)


def test_a_link_in_a_zip_is_refused(tmp_path, out):
    link = zipfile.ZipInfo("x")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(Invalid, match="link or a device"):
        unpack(zipped(tmp_path / "a.zip", [(link, b"/etc/passwd")]), out)


@pytest.mark.parametrize("names", [("x", "x"), ("x", "x/y"), ("x/y", "x"), ("x", "./x")])
def test_a_name_that_comes_twice_is_refused(tmp_path, out, names):
    with pytest.raises(Invalid, match="twice"):
        unpack(tarred(tmp_path / "a.tar", [(name, b"1", {}) for name in names]), out)


def test_a_bomb_is_stopped_at_the_limit(tmp_path, out):
    archive = zipped(tmp_path / "a.zip", [("x", b"\0" * 50_000_000)])
    assert archive.stat().st_size < 100_000
    with pytest.raises(Invalid, match="more bytes than are allowed"):
        unpack(archive, out, Limits(total_bytes=1_000_000))
    assert (out / "x").stat().st_size <= 1_000_000


def test_a_zip_that_lies_about_its_sizes_is_stopped(tmp_path, out):
    archive = zipped(tmp_path / "a.zip", [("x", b"\0" * 5_000_000)])
    content = archive.read_bytes().replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    archive.write_bytes(content)
    with pytest.raises(Invalid):
        unpack(archive, out, Limits(total_bytes=1_000_000))


def test_many_files_together_are_stopped_at_the_limit(tmp_path, out):
    archive = tarred(tmp_path / "a.tar", [(str(n), b"1" * 1000, {}) for n in range(50)])
    with pytest.raises(Invalid, match="more bytes than are allowed"):
        unpack(archive, out, Limits(total_bytes=20_000))


def test_too_many_entries_are_refused(tmp_path, out):
    archive = zipped(tmp_path / "a.zip", [(str(n), b"") for n in range(30)])
    with pytest.raises(Invalid, match="more than 20 entries"):
        unpack(archive, out, Limits(entries=20))


def test_a_huge_tar_header_is_not_read_into_memory(tmp_path, out):
    header = tarfile.TarInfo("pax")
    header.type = tarfile.XHDTYPE
    header.size = 10**11
    (tmp_path / "a.tar").write_bytes(header.tobuf(tarfile.GNU_FORMAT) + b"\0" * 1024)
    with pytest.raises(Invalid, match="header that is too large"):
        unpack(tmp_path / "a.tar", out)


def test_a_tar_that_skips_through_a_void_is_stopped(tmp_path, out):
    info = tarfile.TarInfo("__MACOSX/x")
    info.size = 10**12
    (tmp_path / "a.tar").write_bytes(info.tobuf() + b"\0" * 4096)
    with pytest.raises(Invalid):
        unpack(tmp_path / "a.tar", out)


@pytest.mark.parametrize("content", [b"", b"plain text", b"PK\x03\x04broken", b"\x1f\x8bbroken", b"\xfd7zXZ\x00\x00\x00"])
def test_what_is_no_archive_is_refused(tmp_path, out, content):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(Invalid):
        unpack(tmp_path / "a", out)


def test_a_truncated_tar_is_refused(tmp_path, out):
    archive = tarred(tmp_path / "a.tar", [("x", os.urandom(100_000), {})])
    archive.write_bytes(archive.read_bytes()[:50_000])
    with pytest.raises(Invalid, match="damaged"):
        unpack(archive, out)
