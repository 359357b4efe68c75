"""F18: the broker is killed, forgets everything, stays away. The table is the truth."""

import os
import signal
import time

import pytest
import redis

from tests.support import processes


def broker_client(factory):
    path = factory.call("from django.conf import settings; print(json.dumps(str(settings.EMBEDDED_SOCKET)))")
    return redis.Redis(unix_socket_path=path)


def test_what_waits_is_run_after_the_broker_forgot_it(factory):
    uri = factory.repository("p", {"go.sh": "sleep 3"})
    pks = factory.submit(uri, entry_point="go.sh", priorities=[0] * 8)
    client = broker_client(factory)
    for _ in range(10):
        client.flushall()
        time.sleep(0.2)
    processes.wait_for(lambda: {state for (state,) in factory.rows("state")} == {"FINISHED"}, 90, "all", factory.server.log)
    assert factory.rows("attempts") == [(1,)] * len(pks)


@pytest.mark.long
def test_a_submission_is_kept_at_once_while_the_broker_is_away(factory):
    uri = factory.repository("p", {"go.sh": "echo started"})
    os.kill(factory.broker(), signal.SIGSTOP)
    program = """
import time
begin = time.monotonic()
pk = executions.submit(admin, NewExecution(uri={uri!r}, experiment_id="0", entry_point="go.sh"))
print(json.dumps([pk, time.monotonic() - begin]))
"""
    try:
        pk, seconds = factory.call(program.format(uri=uri))
    finally:
        os.kill(factory.broker(), signal.SIGCONT)
    assert seconds < 2 * processes.patience() + 5  # a broker that accepts and is silent costs its timeout
    factory.wait(pk, "FINISHED", seconds=60)


def test_a_killed_broker_loses_no_execution_and_runs_none_twice(factory):
    uri = factory.repository("p", {"go.sh": "sleep 2"})
    pks = factory.submit(uri, entry_point="go.sh", priorities=[0] * 6)
    processes.wait_for(lambda: ("RUNNING",) in factory.rows("state"), 60, "the first", factory.server.log)
    os.kill(factory.broker(), signal.SIGKILL)
    more = factory.submit(uri, entry_point="go.sh", priorities=[0] * 2)
    processes.wait_for(lambda: {state for (state,) in factory.rows("state")} == {"FINISHED"}, 120, "all", factory.server.log)
    assert factory.rows("attempts") == [(1,)] * len([*pks, *more])
    assert factory.rows("count(DISTINCT run_id)") == [(8,)]
