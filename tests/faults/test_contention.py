"""F6, F7, F8, F9: many at once on the same thing."""

import threading
from collections import Counter

import pytest

from tests.faults import checker
from tests.faults.experiment import Experiment, report
from tests.support.http import HttpApi


def together(number, work):
    """Call `work(i)` in that many threads that start at the same moment; the answers."""
    gate, answers = threading.Barrier(number), [None] * number

    def one(index):
        gate.wait()
        answers[index] = work(index)

    threads = [threading.Thread(target=one, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_of_64_values_for_one_param_exactly_one_is_taken(calm_server):
    api = calm_server.api()
    run = api.post("runs/create", {"experiment_id": "0"}).ok["run"]["info"]["run_id"]
    clients = [HttpApi(calm_server.base, calm_server.token(), timeout=60) for _ in range(64)]
    for round_ in range(5):
        key = f"p{round_}"
        answers = together(
            64, lambda i, key=key: clients[i].post("runs/log-parameter", {"run_id": run, "key": key, "value": str(i)})
        )
        assert Counter(answer.status for answer in answers) == {200: 1, 400: 63}
        assert {answer.error_code for answer in answers if answer.status == 400} == {"INVALID_PARAMETER_VALUE"}
        winner = next(str(i) for i, answer in enumerate(answers) if answer.status == 200)
        params = checker.pairs(api.get("runs/get", run_id=run).ok["run"]["data"]["params"])
        assert params[key] == winner


def test_of_32_experiments_of_one_name_exactly_one_is_made(calm_server):
    clients = [HttpApi(calm_server.base, calm_server.token(), timeout=60) for _ in range(32)]
    answers = together(32, lambda i: clients[i].post("experiments/create", {"name": "the one"}))
    assert Counter(answer.status for answer in answers) == {200: 1, 400: 31}
    assert {answer.error_code for answer in answers if answer.status == 400} == {"RESOURCE_ALREADY_EXISTS"}


def test_64_clients_on_sqlite_get_no_error_and_no_long_wait(calm_sqlite_server, tmp_path):
    """All begin at once, then each logs up to ten times a second, which is more than trainings do."""
    experiment = Experiment(calm_sqlite_server, tmp_path)
    with experiment.swarm(64, 12, twice=0, abandoned=0, artifacts=False, keys=40, pause=0.1, synced=False):
        pass
    operations = experiment.operations()
    assert [operation.failures for operation in operations if operation.failures] == []
    findings = experiment.findings()
    assert findings == [], report(findings)
    assert checker.percentile(operations, "runs/log-metric", 0.99) <= experiment.limit(500)
    assert checker.percentile(operations, "runs/log-batch", 0.99) <= experiment.limit(1000)
    assert checker.percentile(operations, "runs/create", 0.99) <= experiment.limit(1000)
    assert max(operation.ms for operation in operations) <= experiment.limit(5000)


def test_batches_that_lock_the_same_keys_in_any_order_never_fail(calm_postgres_server, tmp_path):
    experiment = Experiment(calm_postgres_server, tmp_path)
    run = experiment.api.post("runs/create", {"experiment_id": experiment.experiment}).ok["run"]["info"]["run_id"]
    with experiment.swarm(12, 8, shared_run=run, keys=40, wide=600, twice=0, abandoned=0):
        pass
    assert [operation.failures for operation in experiment.operations() if operation.failures] == []
    findings = experiment.findings()
    assert findings == [], report(findings)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("writers", [64, 256])
def test_many_clients_on_postgresql_are_served_or_told_to_come_again(postgres_server, own_postgres, tmp_path, writers):
    experiment = Experiment(postgres_server, tmp_path)
    with experiment.fault(), experiment.swarm(writers, 60, twice=0, abandoned=0, artifacts=False, factor=2):
        connections = own_postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = 'platform'")[0][0]
    operations = experiment.operations()
    findings = experiment.findings(1000)
    assert findings == [], report(findings)
    assert connections <= 2 * 32
    assert max(operation.ms for operation in operations) <= experiment.limit(10_000)
    if writers == 64:
        assert [operation.failures for operation in operations if operation.failures] == []
        assert checker.percentile(operations, "runs/log-metric", 0.99) <= experiment.limit(500)
