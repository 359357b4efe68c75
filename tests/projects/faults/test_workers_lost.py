"""F17: workers that are killed in the middle of a job."""

import os
import signal
import time

import pytest

from tests.support import processes

# Two grandchildren in sessions of their own that ignore what can be ignored.
FAMILY = """
trap '' TERM HUP INT
for n in 1 2; do setsid bash -c 'trap "" TERM HUP INT; echo grandchild $$; sleep 300' & done
sleep 0.5; echo family of $$; sleep 300
"""


def started(factory, uri):
    (pk,) = factory.submit(uri, entry_point="go.sh")
    factory.wait(pk, "RUNNING")
    processes.wait_for(lambda: len(factory.job_processes(pk)) >= 5, 20, "the family", factory.server.log)
    return pk


LONG = pytest.mark.long


@pytest.mark.parametrize(
    "victims",
    ["parent, then child", *(pytest.param(name, marks=LONG) for name in ("child", "parent", "everything"))],
)
def test_a_killed_worker_leaves_no_process_and_the_run_ends_or_is_tried_once_more(factory, victims):
    uri = factory.repository("family", {"go.sh": FAMILY})
    pk = started(factory, uri)
    (run,) = factory.rows("run_id", f"id={pk}")[0]
    main, _ = factory.workers()
    child = factory.holder(pk)
    killed = time.monotonic()
    if victims == "everything":
        factory.server.kill()
    for pid in {"child": [child], "parent": [main], "parent, then child": [main, child], "everything": []}[victims]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            assert victims == "parent, then child"
    processes.wait_for(lambda: not factory.job_processes(pk), 10 * processes.patience(), "end of the job", factory.server.log)
    if victims == "everything":
        factory.server.start()
    # Heard of again as the second attempt, and that within a minute.
    processes.wait_for(lambda: factory.rows("attempts", f"id={pk}") == [(2,)], 70, "the second attempt", factory.server.log)
    factory.wait(pk, "RUNNING")
    assert time.monotonic() - killed < 60 * processes.patience() + 10
    assert factory.rows("count(*)", f"run_id={run}") == [(1,)]
    log = factory.log(pk)
    assert "family of" in log
    assert "Attempt 2" in log
    factory.cancel(pk)
    factory.wait(pk, "KILLED", seconds=30)
    processes.wait_for(lambda: not factory.job_processes(pk, 2), 10, "end of the job", factory.server.log)
    assert factory.server.api().get("runs/get", run_id=_wire_id(factory, pk)).ok["run"]["info"]["status"] == "KILLED"
    (following,) = factory.submit(factory.repository("next", {"go.sh": "echo next"}), entry_point="go.sh")
    factory.wait(following, "FINISHED")


@LONG
def test_a_job_whose_worker_dies_twice_has_failed_with_the_reason(factory):
    uri = factory.repository("family", {"go.sh": FAMILY})
    pk = started(factory, uri)
    for attempt in (1, 2):
        processes.wait_for(lambda n=attempt: factory.job_processes(pk, n), 90, "the job", factory.server.log)
        os.kill(factory.holder(pk, attempt), signal.SIGKILL)
    factory.wait(pk, "FAILED", seconds=90)
    reason, attempts = factory.rows("reason, attempts", f"id={pk}")[0]
    assert "was lost" in reason
    assert "(2 attempts)" in reason
    assert attempts == 2
    assert factory.server.api().get("runs/get", run_id=_wire_id(factory, pk)).ok["run"]["info"]["status"] == "FAILED"
    assert not factory.job_processes(pk, 2)


def test_ending_the_platform_ends_its_jobs_and_the_next_start_goes_on(factory):
    uri = factory.repository("family", {"go.sh": FAMILY})
    pk = started(factory, uri)
    assert factory.server.stop() < 6 * processes.patience()
    assert not factory.job_processes(pk)
    factory.server.start()
    processes.wait_for(lambda: factory.rows("attempts", f"id={pk}") == [(2,)], 70, "the second attempt", factory.server.log)


def _wire_id(factory, pk):
    return factory.call(
        f"from apps.projects.models import Execution; print(json.dumps(Execution.objects.get(pk={pk}).run.run_id))"
    )
