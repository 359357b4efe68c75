"""F1, F2: SIGKILL for every process while writers write; what was acknowledged is there, once."""

import random
import time

import pytest

from tests.faults.experiment import Experiment, report

START_SECONDS = 5


def crash(experiment: Experiment) -> float:
    """Kill everything, start again; the seconds until /health answered."""
    with experiment.fault():
        experiment.server.kill()
        return experiment.server.start()


def crash_series(experiment: Experiment, seconds: float, crashes: int, seed: int) -> list[float]:
    """Crashes at random moments of the writers' time, and a last one when they have finished."""
    chance = random.Random(seed)
    starts = []
    with experiment.swarm(16, seconds, seed):
        for _ in range(crashes):
            time.sleep(seconds / (crashes + 1) * chance.uniform(0.5, 1.0))
            starts.append(crash(experiment))
    starts.append(crash(experiment))
    return starts


def test_acknowledged_writes_survive_the_death_of_every_process(experiment):
    starts = crash_series(experiment, seconds=12, crashes=2, seed=1)
    findings = experiment.findings()
    assert findings == [], report(findings)
    assert max(starts) <= experiment.limit(START_SECONDS)


def test_a_batch_is_whole_or_absent_when_its_writer_dies_too(sqlite_server, tmp_path):
    experiment = Experiment(sqlite_server, tmp_path)
    for seed in range(2):
        swarm = experiment.swarm(8, 60, seed, keys=100, artifacts=False)
        time.sleep(4)
        swarm.kill()
        crash(experiment)
    findings = experiment.findings()
    assert findings == [], report(findings)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(10))
def test_ten_seeds_of_two_minutes_with_six_crashes_each(experiment, seed):
    starts = crash_series(experiment, seconds=120, crashes=6, seed=seed)
    findings = experiment.findings(1000)
    assert findings == [], report(findings)
    assert max(starts) <= experiment.limit(START_SECONDS)
