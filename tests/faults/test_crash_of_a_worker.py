"""F3: SIGKILL for one web process among several; the others go on, and soon there are as many as before."""

import os
import random
import signal
import time

from tests.faults.experiment import Experiment, report
from tests.support import processes

FULL_STRENGTH_SECONDS = 3


def test_other_web_processes_go_on_when_one_is_killed(sqlite_server, tmp_path):
    experiment = Experiment(sqlite_server, tmp_path)
    processes.wait_for(lambda: len(sqlite_server.web_workers()) > 1, 10, "several web processes")
    strength = len(sqlite_server.web_workers())
    with experiment.swarm(16, 10, keys=100):
        for _ in range(3):
            time.sleep(1.5)
            with experiment.fault():
                os.kill(random.choice(sqlite_server.web_workers()), signal.SIGKILL)
                time.sleep(0.1)
                processes.wait_for(
                    lambda: len(sqlite_server.web_workers()) == strength, experiment.limit(FULL_STRENGTH_SECONDS), "full strength"
                )
    findings = experiment.findings()
    assert findings == [], report(findings)
    cut = [failure for operation in experiment.operations() for failure in operation.failures]
    assert len(cut) <= 3 * 16, cut
