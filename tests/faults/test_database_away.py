"""F10, F11, F12: the database restarts, is silent, or is held by somebody else. It heals itself when the cause is gone."""

import signal
import sqlite3
import time
from pathlib import Path

import pytest

from tests.faults.experiment import Experiment, report
from tests.support import processes
from tests.support.http import HttpApi

HEALED_SECONDS = 2
ANSWER_SECONDS = 10


def resident(pids):
    """Megabytes of memory of some processes."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * 4096 / 2**20


def writes(api):
    """Whether a write is acknowledged."""
    return api.post("runs/create", {"experiment_id": "0"}).status == 200


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("sign", [signal.SIGQUIT, signal.SIGKILL], ids=["immediate stop", "postmaster killed"])
def test_a_restart_of_the_database_needs_no_restart_of_the_platform(postgres_server, own_postgres, tmp_path, sign):
    experiment, before = Experiment(postgres_server, tmp_path), postgres_server.web_workers()
    with experiment.swarm(16, 20):
        for _ in range(2):
            time.sleep(4)
            with experiment.fault(grace=HEALED_SECONDS):
                own_postgres.stop(sign)
                assert experiment.api.get("/health").status == 200
                assert experiment.api.get("/ready").status == 503
                time.sleep(2)
                own_postgres.start()
                processes.wait_for(lambda: writes(experiment.api), experiment.limit(HEALED_SECONDS), "acknowledged writes")
    findings = experiment.findings()
    assert findings == [], report(findings)
    assert postgres_server.web_workers() == before


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_silent_database_is_answered_for_in_time_and_forgotten_when_it_speaks_again(postgres_server, own_postgres, tmp_path):
    experiment = Experiment(postgres_server, tmp_path)
    impatient = HttpApi(postgres_server.base, postgres_server.token(), timeout=60)
    with experiment.swarm(16, 45, factor=2):
        time.sleep(3)
        memory = resident(postgres_server.processes())
        with experiment.fault(grace=5):
            own_postgres.freeze()
            for _ in range(3):
                began = time.monotonic()
                answer = impatient.post("runs/create", {"experiment_id": "0"})
                assert answer.status == 503
                assert answer.headers["Retry-After"]
                assert time.monotonic() - began <= experiment.limit(ANSWER_SECONDS) + 1
            grown = resident(postgres_server.processes()) - memory
            own_postgres.thaw()
            processes.wait_for(lambda: writes(experiment.api), experiment.limit(5), "acknowledged writes")
    findings = experiment.findings()
    assert findings == [], report(findings)
    assert grown <= 20


def test_a_silent_database_is_a_503_within_ten_seconds_and_no_trouble_afterwards(postgres_server, own_postgres):
    api = HttpApi(postgres_server.base, postgres_server.token(), timeout=60)
    assert writes(api)
    own_postgres.freeze()
    began = time.monotonic()
    answer = api.post("runs/create", {"experiment_id": "0"})
    waited = time.monotonic() - began
    assert api.get("/health").status == 200
    own_postgres.thaw()
    assert (answer.status, answer.error_code) == (503, "TEMPORARILY_UNAVAILABLE")
    assert waited <= ANSWER_SECONDS * processes.patience()
    processes.wait_for(lambda: writes(api), 5, "acknowledged writes")


def hold_lock(path, seconds):
    """Take SQLite's write lock from outside, for so long."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    connection.execute("BEGIN EXCLUSIVE")
    time.sleep(seconds)
    connection.execute("ROLLBACK")
    connection.close()


@pytest.mark.long
@pytest.mark.timeout(600)
def test_writes_wait_ten_seconds_for_somebody_elses_lock_and_succeed(sqlite_server, tmp_path):
    experiment = Experiment(sqlite_server, tmp_path)
    with experiment.swarm(8, 16, artifacts=False):
        time.sleep(2)
        hold_lock(sqlite_server.home / "db.sqlite3", 10)
    assert [operation.failures for operation in experiment.operations() if operation.failures] == []
    findings = experiment.findings()
    assert findings == [], report(findings)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_lock_of_a_minute_is_answered_by_503_and_does_not_stop_reading(sqlite_server, tmp_path):
    experiment = Experiment(sqlite_server, tmp_path)
    reader = HttpApi(sqlite_server.base, sqlite_server.token(), timeout=60)
    with experiment.swarm(8, 50, artifacts=False, factor=2):
        time.sleep(2)
        with experiment.fault(grace=3):
            connection = sqlite3.connect(sqlite_server.home / "db.sqlite3", isolation_level=None, timeout=10)
            connection.execute("BEGIN EXCLUSIVE")
            began = time.monotonic()
            answer = reader.post("runs/create", {"experiment_id": "0"})
            waited = time.monotonic() - began
            assert reader.get("experiments/get", experiment_id="0").status == 200
            time.sleep(max(0, 40 - waited))
            connection.execute("ROLLBACK")
            connection.close()
    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert waited <= experiment.limit(25)
    findings = experiment.findings()
    assert findings == [], report(findings)
