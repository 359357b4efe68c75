"""F21: a backup while everybody writes. What was acknowledged before it began is in it, with its files, and nothing by half."""

import time

import pytest

from tests.faults import checker
from tests.faults.experiment import Experiment, report
from tests.faults.journal import Operation
from tests.support.http import HttpApi
from tests.support.server import LiveServer

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@pytest.fixture
def second(tmp_path):
    """An empty place."""
    server = LiveServer(tmp_path / "second")
    yield server
    server.kill()


def until(operations: list[Operation], moment: float) -> list[Operation]:
    """The journal cut at a moment: what was acknowledged before has to be there, what came later may be; later runs are out."""
    before = {op.id for op in operations if op.acknowledged and op.sent_at + op.ms / 1000 < moment}
    known = {op.run for op in operations if op.endpoint == "runs/create" and op.id in before}
    kept = [op for op in operations if op.run in known]
    for op in kept:
        op.acknowledged, op.final, op.failures = op.id in before, "", []
    return kept


def test_a_backup_taken_beside_writers_holds_what_was_acknowledged_before_it(experiment: Experiment, second, tmp_path):
    server = experiment.server
    with experiment.swarm(8, 16 * experiment.patience):
        time.sleep(6 * experiment.patience)
        moment = time.time()
        said = server.manage("backup", str(tmp_path / "backup.tar"))
    assert "warning" not in said
    findings = experiment.findings()
    assert findings == [], report(findings)
    operations = until(experiment.operations(), moment)
    assert sum(op.acknowledged for op in operations) > 100
    assert not all(op.acknowledged for op in operations)
    token = server.token()
    server.kill()
    second.manage("restore", str(tmp_path / "backup.tar"))
    second.start()
    findings = checker.check(operations, HttpApi(second.base, token), experiment.experiment)
    assert findings == [], report(findings)
