"""A file written past the page cache has the bytes that were written, whatever their portions and the file system's abilities."""

import errno
import os

import pytest

from apps.artifacts.stores import files
from apps.artifacts.stores.files import LARGE, DurableFile
from apps.artifacts.streams import BLOCK

CONTENT = os.urandom(1 << 16) * ((LARGE + 3 * BLOCK) // (1 << 16))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file"


def write(path, sizes):
    """Portions of these sizes, out of CONTENT; what they are together."""
    file, start = DurableFile(path), 0
    try:
        for size in sizes:
            file.write(CONTENT[start : start + size])
            start += size
        file.sync()
    finally:
        file.close()
    return CONTENT[:start]


@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param([], id="nothing"),
        pytest.param([1], id="a byte"),
        pytest.param([LARGE], id="just not large"),
        pytest.param([LARGE + 1], id="large by a byte, at once"),
        pytest.param([LARGE, 1], id="large by a byte"),
        pytest.param([BLOCK] * 7, id="whole blocks"),
        pytest.param([BLOCK] * 6 + [777], id="whole blocks and a rest"),
        pytest.param([777] * 8000, id="odd portions"),
        pytest.param([LARGE - 5, 4096, 3, BLOCK + 1, 2 * BLOCK - 9], id="across every border"),
    ],
)
def test_the_bytes_are_those_that_were_written(path, sizes):
    assert write(path, sizes) == path.read_bytes()


def test_a_large_file_goes_past_the_cache_and_a_small_one_does_not(path, monkeypatch):
    flags = []
    monkeypatch.setattr(DurableFile, "_set_direct", lambda self, flag: flags.append(flag))
    write(path, [LARGE])
    assert flags == []
    path.unlink()
    write(path, [LARGE, BLOCK, 1])
    assert flags == [os.O_DIRECT, 0]


def test_a_file_system_that_knows_no_direct_writes_gets_usual_ones(path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EINVAL, "no such flag here")

    monkeypatch.setattr(DurableFile, "_set_direct", refuse)
    assert write(path, [BLOCK] * 6 + [777]) == path.read_bytes()


@pytest.mark.parametrize("taken", [None, 512, 1000, BLOCK - 1], ids=lambda taken: f"{taken} bytes taken")
def test_a_direct_write_that_is_refused_or_ends_early_is_finished_through_the_cache(path, monkeypatch, taken):
    class Disk:
        """`os` with one bad write of a whole buffer."""

        def __init__(self):
            self.is_bad = True

        def __getattr__(self, name):
            return getattr(os, name)

        def write(self, descriptor, data):
            if self.is_bad and not isinstance(data, memoryview):
                self.is_bad = False
                if taken is None:
                    raise OSError(errno.EINVAL, "odd")
                fcntl_off(descriptor)
                return os.write(descriptor, bytes(data)[:taken])
            return os.write(descriptor, data)

    def fcntl_off(descriptor):
        files.fcntl.fcntl(descriptor, files.fcntl.F_SETFL, os.O_WRONLY)

    disk = Disk()
    monkeypatch.setattr(files, "os", disk)
    assert write(path, [BLOCK] * 6 + [777]) == path.read_bytes()
    assert not disk.is_bad


def test_a_full_disk_is_told(path, monkeypatch):
    real = os.write

    def full(descriptor, data):
        if not isinstance(data, memoryview):
            raise OSError(errno.ENOSPC, "full")
        return real(descriptor, data)

    monkeypatch.setattr(files.os, "write", full)
    with pytest.raises(OSError, match="full"):
        write(path, [BLOCK] * 6)


def test_an_existing_file_is_not_written_over(path):
    path.write_bytes(b"there")
    with pytest.raises(FileExistsError):
        DurableFile(path)
    assert path.read_bytes() == b"there"
