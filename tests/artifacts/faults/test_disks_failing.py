"""Disks that are full, and power that goes away (F13, F4). They mount file systems, which takes root."""

import contextlib
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.artifacts.faults.conftest import Target
from tests.support import processes
from tests.support.server import LiveServer

pytestmark = [pytest.mark.alone, pytest.mark.long]
MB = 1024 * 1024


@contextlib.contextmanager
def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """A file system at the folder, as long as this lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", *options, str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def tiny(tmp_path):
    """A platform whose artifacts lie on 8 MB."""
    with mounted(tmp_path / "artifacts", "-t", "tmpfs", "-o", "size=8m", "tmpfs") as folder:
        server = LiveServer(tmp_path / "home", MLPLATFORM_ARTIFACT_ROOT=str(folder))
        server.start()
        yield Target(server)
        server.kill()


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_full_disk_is_said_and_keeps_everything_that_was_there(tiny, chunked):
    tiny.put("f", b"old")
    filler = tiny.folder / "filler"
    filler.write_bytes(b"x" * 6 * MB)
    raw = tiny.connect("f", "Transfer-Encoding: chunked" if chunked else f"Content-Length: {4 * MB}")
    with contextlib.suppress(OSError):
        raw.sendall(b"%x\r\n%b\r\n0\r\n\r\n" % (4 * MB, b"y" * 4 * MB) if chunked else b"y" * 4 * MB)
    answer = b""
    while b"}" not in answer and (piece := raw.recv(65536)):
        answer += piece
    assert answer.startswith(b"HTTP/1.1 507")
    assert b"RESOURCE_EXHAUSTED" in answer
    raw.close()
    assert tiny.sha("f") == hashlib.sha256(b"old").hexdigest()
    assert tiny.temporary() == []
    assert tiny.put("g", b"z" * 4 * MB).status == 507
    assert tiny.api.get(tiny.url("g")).status == 404
    assert tiny.names() == ["f"]


def test_metrics_are_taken_while_the_artifact_disk_is_full_and_artifacts_again_when_it_is_not(tiny):
    filler = tiny.folder / "filler"
    filler.write_bytes(b"x" * (8 * MB - 300 * 1024))
    assert tiny.put("f", b"y" * MB).status == 507
    run_id = tiny.root.split("/")[1]
    assert tiny.api.post("runs/log-metric", {"run_id": run_id, "key": "a", "value": 1, "timestamp": 1}).status == 200
    filler.unlink()
    assert tiny.put("f", b"y" * MB).status == 200
    assert tiny.names() == ["f"]


@pytest.fixture
def image(tmp_path):
    """A disk in a file that writes back as late as it may."""
    path = tmp_path / "disk.img"
    with path.open("wb") as file:
        file.truncate(400 * MB)
    subprocess.run(["mkfs.ext4", "-q", str(path)], check=True)
    return path


def test_what_was_acknowledged_before_a_power_cut_is_there_after_it(image, tmp_path):
    sums = {}
    with mounted(tmp_path / "disk", "-o", "loop,commit=600", str(image)) as disk:
        server = LiveServer(disk / "home")
        server.start()
        target = Target(server)

        def send(number):
            data = os.urandom(1000 + number * 3000)
            assert target.put(f"d{number % 7}/{number}", data).status == 200
            sums[f"d{number % 7}/{number}"] = hashlib.sha256(data).hexdigest()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(send, range(120)))
        shutil.copyfile(image, tmp_path / "cut.img")  # the disk as it is at this moment, without what is only in memory
        server.kill()
        processes.wait_for(lambda: not server.processes(), 20, "end of the platform")
    with mounted(tmp_path / "after", "-o", "loop", str(tmp_path / "cut.img")) as disk:
        server = LiveServer(disk / "home")
        server.start()
        target.server, target.api = server, server.api()
        try:
            assert {path: target.sha(path) for path in sums} == sums
        finally:
            server.kill()
