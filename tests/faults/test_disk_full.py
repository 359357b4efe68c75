"""F14: the disk under the database is full. Writes are told to come back, reads go on, and nothing of it needs a restart."""

import os
import subprocess
import time

import pytest

from tests.faults.experiment import Experiment, report
from tests.faults.test_power_cut import MAY_MOUNT, Disk, damage
from tests.support import processes
from tests.support.postgres import Postgres
from tests.support.server import LiveServer

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not MAY_MOUNT, reason="a disk of one's own needs root, mkfs.ext4 and loop devices"),
]


@pytest.fixture
def disk(tmp_path):
    made = Disk(tmp_path)
    yield made
    made.unmount()


@pytest.fixture(params=["sqlite", "postgres"])
def server(request, disk, tmp_path):
    """A platform whose database lies on the disk; its home, with the artifacts, does so with SQLite alone."""
    if request.param == "sqlite":
        running = LiveServer(disk.mounted / "home")
        running.start()
        yield running
        running.kill()
        return
    postgres = Postgres(disk.mounted / "pg").create()
    running = LiveServer(tmp_path / "home", postgres.new_database("platform"))
    running.start()
    yield running
    running.kill()
    postgres.stop()


def fill(disk):
    """Take what is free, to the last block."""
    filler = disk.mounted / "filler"
    found = os.statvfs(disk.mounted)
    subprocess.run(["fallocate", "--length", str(found.f_bfree * found.f_frsize), filler], check=False, capture_output=True)
    with open(filler, "ab") as file:
        try:
            while True:
                os.write(file.fileno(), b"x" * 4096)
        except OSError:
            return filler


def test_a_full_disk_refuses_writes_for_as_long_as_it_is_full(server, disk, tmp_path):
    experiment = Experiment(server, tmp_path)
    api = server.api()
    run_id = api.post("runs/create", {"experiment_id": "0"}).ok["run"]["info"]["run_id"]

    def write():
        return api.post("runs/log-metric", {"run_id": run_id, "key": "m", "value": 1, "timestamp": time.time_ns(), "step": 1})

    with experiment.swarm(6, 25 * experiment.patience, artifacts=False):
        time.sleep(3 * experiment.patience)
        with experiment.fault(grace=5):
            filler = fill(disk)
            # PostgreSQL still has room in segments of its log: a refusal may be followed by a success.
            answers = []
            processes.wait_for(lambda: answers.append(write()) or answers[-1].status != 200, 60, "a refusal")
            refused = answers[-1]
            reads = [api.get("runs/get", run_id=run_id).status for _ in range(20)]
            filler.unlink()
            processes.wait_for(lambda: write().status == 200, 30, "health")
    assert (refused.status, bool(refused.headers.get("Retry-After"))) == (503, True)
    if server.environment.get("DATABASE_URL") is None:
        assert reads == [200] * 20
        assert damage(disk.mounted / "home" / "db.sqlite3") == []
    findings = experiment.findings()
    assert findings == [], report(findings)
