"""F22, the long form: `gc` is killed again and again, beside writers and people who restore, with files that are gone already."""

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.faults.experiment import Experiment, report
from tests.support import processes, session

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
RUNS, KILLS = 90, 6
# Bytes are kept for an hour after their last name went; here the hour has passed.
AN_HOUR_LATER = """
from datetime import timedelta
from apps.artifacts.models import Blob
from django.db.models import F
Blob.objects.update(touched_at=F("touched_at") - timedelta(hours=2))
"""


class Things:
    """Runs of our own with a metric, a param and a file of which there is no second one."""

    def __init__(self, experiment: Experiment):
        self.api, self.server = experiment.server.api(), experiment.server
        self.home = self.api.post("experiments/create", {"name": "for the trash"}).ok["experiment_id"]
        self.runs = [self._new(number) for number in range(RUNS)]

    def _new(self, number: int) -> str:
        made = self.api.post("runs/create", {"experiment_id": self.home, "run_name": f"run {number}"}).ok
        run_id = made["run"]["info"]["run_id"]
        metrics = [{"key": "m", "value": step, "timestamp": 1, "step": step} for step in range(20)]
        batch = {"run_id": run_id, "metrics": metrics, "params": [{"key": "p", "value": run_id}]}
        assert self.api.post("runs/log-batch", batch).status == 200
        assert self.api.put(self.path(run_id), self.data(run_id)).status == 200
        return run_id

    def path(self, run_id: str) -> str:
        return f"/api/2.0/mlflow-artifacts/artifacts/{self.home}/{run_id}/artifacts/deep/file.bin"

    @staticmethod
    def data(run_id: str) -> bytes:
        return run_id.encode() * 100

    def is_whole(self, run_id: str) -> bool:
        found = self.api.get("runs/get", run_id=run_id).ok["run"]["data"]
        history = self.api.get("metrics/get-history", run_id=run_id, metric_key="m").ok["metrics"]
        sent = self.api.get(self.path(run_id)).body == self.data(run_id)
        return sent and len(history) == 20 and found["params"] == [{"key": "p", "value": run_id}]

    def is_gone(self, run_id: str) -> bool:
        return self.api.get("runs/get", run_id=run_id).status == self.api.get(self.path(run_id)).status == 404

    def files(self) -> dict[bytes, Path]:
        """The bytes in the store, by content."""
        return {path.read_bytes(): path for path in (self.server.home / "artifacts" / "blobs").glob("*/*")}


def killed_gc(things: Things, seconds: float) -> None:
    """`gc`, and SIGKILL after so long, unless it was faster."""
    command = [sys.executable, "manage.py", "gc", "--older-than", "0s"]
    process = subprocess.Popen(
        command, cwd=session.CHECKOUT, env=things.server.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


def test_the_trash_goes_whole_and_nothing_else_however_often_gc_is_killed(experiment: Experiment):
    things, dice = Things(experiment), random.Random(5)
    deleted = things.runs[: RUNS // 3]
    for run_id in deleted:
        assert things.api.post("runs/delete", {"run_id": run_id}).status == 200
    for run_id in deleted[:3]:
        things.files()[things.data(run_id)].unlink()
    asked, restored = deleted[-8:], []

    def restore() -> None:
        for run_id in asked:
            if things.api.post("runs/restore", {"run_id": run_id}).status == 200:
                restored.append(run_id)

    person = threading.Thread(target=restore)
    with experiment.swarm(6, 20 * experiment.patience):
        things.server.manage("shell", "-c", AN_HOUR_LATER)
        for kill in range(KILLS):
            if kill == 1:
                person.start()
            killed_gc(things, dice.uniform(0.8, 3) * processes.patience())
        person.join()
        things.server.manage("gc", "--older-than", "0s")
    things.server.manage("shell", "-c", AN_HOUR_LATER)
    said = things.server.manage("gc", "--older-than", "0s")
    findings = experiment.findings()
    assert findings == [], report(findings)
    assert [run_id for run_id in (*things.runs[len(deleted) :], *restored) if not things.is_whole(run_id)] == []
    purged = [run_id for run_id in deleted if run_id not in restored]
    assert [run_id for run_id in purged if not things.is_gone(run_id)] == []
    left = things.files()
    assert [run_id for run_id in purged if things.data(run_id) in left] == []
    assert "removed 0 runs" in said
