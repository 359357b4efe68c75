"""F4: the power fails. What was acknowledged is on the disk as it was at that moment, in the database and among the artifacts."""

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.experiment import Experiment, report
from tests.support import processes
from tests.support.server import LiveServer

MAY_MOUNT = os.geteuid() == 0 and shutil.which("mkfs.ext4") and Path("/dev/loop-control").exists()
pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not MAY_MOUNT, reason="a disk of one's own needs root, mkfs.ext4 and loop devices"),
]


class Disk:
    """A file with a file system in it, mounted; what is not synced reaches the file minutes later."""

    def __init__(self, folder: Path):
        self.image, self.copy, self.mounted = folder / "disk", folder / "disk.cut", folder / "mounted"
        self.mounted.mkdir()
        with open(self.image, "wb") as file:
            file.truncate(512 * 2**20)
        subprocess.run(["mkfs.ext4", "-q", "-F", self.image], check=True)
        self.mount(self.image)

    def mount(self, image: Path) -> None:
        """Mount an image; a journal of the file system is replayed, as after a power cut."""
        subprocess.run(["mount", "-o", "loop,commit=300", image, self.mounted], check=True)

    def unmount(self) -> None:
        """Wait for the last process to let go of it."""
        processes.wait_for(
            lambda: subprocess.run(["umount", self.mounted], capture_output=True, check=False).returncode == 0, 30, "unmounting"
        )

    def cut(self, server: LiveServer) -> None:
        """Stop time, keep what the disk holds, end everything, and come back with that disk."""
        for pid in server.processes():
            os.kill(pid, signal.SIGSTOP)
        subprocess.run(["cp", "--sparse=always", self.image, self.copy], check=True)
        server.kill()
        self.unmount()
        self.mount(self.copy)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk(tmp_path)
    yield made
    made.unmount()


def test_acknowledged_writes_are_on_the_disk_when_the_power_fails(disk, tmp_path):
    server = LiveServer(disk.mounted / "home")
    server.start()
    try:
        experiment = Experiment(server, tmp_path)
        with experiment.swarm(8, 15):
            time.sleep(8)
            with experiment.fault():
                disk.cut(server)
                server.start()
        findings = experiment.findings()
    finally:
        server.kill()
    assert findings == [], report(findings)
    assert damage(disk.mounted / "home" / "db.sqlite3") == []


def damage(database: Path) -> list[str]:
    """What SQLite finds wrong with its own file. SQLite 3.40 takes columns of a table without rowid for NULL that are not, where
    the key does not come first: those are counted instead."""
    with closing(sqlite3.connect(database)) as connection:
        found = [text for (text,) in connection.execute("PRAGMA integrity_check") if text != "ok"]
        return [text for text in found if not text.startswith("NULL value in ") or _holds_null(connection, text.split()[-1])]


def _holds_null(connection: sqlite3.Connection, column: str) -> bool:
    table, name = column.split(".")
    return bool(connection.execute(f'SELECT count(*) FROM "{table}" WHERE "{name}" IS NULL').fetchone()[0])
