"""Endings from outside, secrets in use, and many at once; with real processes."""

import hashlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection

from apps.projects import bounds
from apps.projects import machine as this
from apps.projects.models import Execution, LogChunk
from apps.projects.queries import executions as queries
from apps.projects.queries import logs
from apps.projects.queries.workers import list_workers
from apps.projects.records import NewExecution, NewProject
from apps.projects.services import executions, leases, projects, secrets, work, workers
from apps.projects.services import logs as log_services
from apps.runtime import configuration, processes
from apps.runtime.limits import Limits
from tests.projects.services.conftest import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


def beside(action):
    """Start `action` in a thread with a connection of its own."""

    def run():
        try:
            action()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def printed(pk, text):
    return text.encode() in logs.read_log(SYSTEM, pk, limit=10**6).data


def test_a_running_execution_is_cancelled_within_seconds(machine, people):
    script = "trap 'echo tidying; exit 0' TERM; setsid sleep 300 & echo started; while true; do sleep 0.1; done"
    pk = machine.submit(people, {"go.sh": script}, entry_point="go.sh")
    worker = beside(lambda: work.drain(SYSTEM))
    wait_for(lambda: printed(pk, "started"))
    begin = time.monotonic()
    executions.cancel(people.editor.actor, pk)
    worker.join(15)
    assert time.monotonic() - begin < 8
    record = queries.get_execution(people.editor.actor, pk)
    assert (record.state, record.reason, record.cancelled_by) == ("KILLED", "Cancelled by editor", "editor")
    assert "tidying" in machine.log(pk)
    assert processes.marked(this.job_name(pk, 1)) == []


def test_output_is_in_the_log_within_two_seconds(machine, people):
    pk = machine.submit(people, {"go.sh": "sleep 1; echo printed at $(date +%s.%N); sleep 4"}, entry_point="go.sh")
    worker = beside(lambda: work.drain(SYSTEM))
    wait_for(lambda: printed(pk, "printed at"))
    seen = time.time()
    assert seen - float(machine.log(pk).split("printed at ")[1].splitlines()[0]) < 2
    worker.join(15)


def test_a_time_limit_ends_an_execution_with_the_reason(machine, people, monkeypatch):
    monkeypatch.setattr(bounds, "for_job", lambda limits: Limits(seconds=1))
    record, log = machine.run(people, {"go.sh": "sleep 60"}, entry_point="go.sh")
    assert (record.state, record.reason) == ("FAILED", "Time limit of 1 s reached")
    assert "Time limit of 1 s reached" in log


def test_a_memory_limit_ends_an_execution_with_the_reason(machine, people):
    program = "x = [bytearray(b'1' * 10_000_000) for _ in range(50)]\nimport time; time.sleep(30)"
    record, _ = machine.run(people, {"go.py": program}, entry_point="go.py", limits={"memory_mb": 100})
    assert (record.state, record.reason) == ("FAILED", "Memory limit of 100 MiB exceeded")


def test_secrets_reach_the_code_and_not_the_log(machine, people):
    uri = machine.repository({"go.sh": "echo $DB_PASSWORD; echo $DB_PASSWORD | md5sum; env | grep -c GIT_ || true"})
    project = projects.create_project(people.editor.actor, NewProject("p", uri))
    for name in ("DB_PASSWORD", "GIT_TOKEN"):
        secrets.put_secret(people.editor.actor, project, name, "hunter22")
    pk = executions.submit(people.editor.actor, NewExecution(project_id=project, entry_point="go.sh", experiment_id="0"))
    work.drain(SYSTEM)
    log = machine.log(pk)
    assert "hunter22" not in log
    assert "***" in log
    assert hashlib.md5(b"hunter22\n").hexdigest() in log
    assert "GIT_TOKEN" not in log
    assert all(b"hunter22" not in bytes(data) for data in LogChunk.objects.values_list("data", flat=True))


def test_a_secret_in_a_parameter_or_an_error_is_masked_in_the_reason(machine, people):
    uri = machine.repository({"go.py": "import os; raise ValueError(os.environ['DB_PASSWORD'])"})
    project = projects.create_project(people.editor.actor, NewProject("p", uri))
    secrets.put_secret(people.editor.actor, project, "DB_PASSWORD", "hunter22")
    new = NewExecution(project_id=project, entry_point="go.py", experiment_id="0", params={"p": "hunter22"})
    pk = executions.submit(people.editor.actor, new)
    work.drain(SYSTEM)
    record = queries.get_execution(people.editor.actor, pk)
    assert record.reason == "The command ended with exit code 1: ValueError: ***"
    assert record.command == "python go.py --p ***"


def test_twenty_executions_in_two_slots_all_end_in_order_and_none_twice(machine, people):
    uri = machine.repository({"go.sh": "echo ran"})
    pks = []
    for number in range(20):
        new = NewExecution(uri=uri, entry_point="go.sh", experiment_id="0", priority=number % 3)
        pks.append(executions.submit(people.editor.actor, new))

    def drain(_):
        try:
            return work.drain(SYSTEM)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        counts = list(pool.map(drain, range(5)))
    assert sum(counts) == 20
    assert sum(count > 0 for count in counts) == 2
    rows = list(Execution.objects.filter(pk__in=pks).order_by("claimed_at"))
    assert {row.state for row in rows} == {"FINISHED"}
    assert {row.attempts for row in rows} == {1}
    order = [row.priority for row in rows]
    assert order == sorted(order, reverse=True)


def test_a_database_that_is_away_for_a_while_does_not_end_a_job(machine, people, monkeypatch):
    pk = machine.submit(people, {"go.sh": "for n in 1 2 3 4 5 6; do echo line $n; sleep 0.5; done"}, entry_point="go.sh")
    append, failures = log_services.append, []

    def sometimes(actor, execution_id, claim, start, data):
        if Execution.objects.filter(pk=pk, state="RUNNING").exists() and len(failures) < 3:
            failures.append(start)
            raise DatabaseError("away")
        return append(actor, execution_id, claim, start, data)

    monkeypatch.setattr(log_services, "append", sometimes)
    work.drain(SYSTEM)
    assert len(failures) == 3
    record = queries.get_execution(people.editor.actor, pk)
    assert record.state == "FINISHED"
    assert [line for line in machine.log(pk).splitlines() if line.startswith("line")] == [f"line {n}" for n in range(1, 7)]


def test_a_worker_that_lost_its_lease_ends_the_job_and_says_nothing_more(machine, people):
    pk = machine.submit(people, {"go.sh": "echo started; sleep 300"}, entry_point="go.sh")
    worker = beside(lambda: work.drain(SYSTEM))
    wait_for(lambda: printed(pk, "started"))
    Execution.objects.filter(pk=pk).update(claim="somebody else", worker="other")
    worker.join(20)
    assert not worker.is_alive()
    row = machine.row(pk)
    assert (row.state, row.worker) == ("RUNNING", "other")
    assert processes.marked(this.job_name(pk, 1)) == []


def test_a_second_attempt_runs_the_same_commit_and_continues_the_log(machine, people):
    pk = machine.submit(people, {"go.sh": "echo ran"}, entry_point="go.sh")
    first = leases.claim(SYSTEM, "lost")
    leases.note(SYSTEM, pk, first.claim, commit=machine.commit)
    log_services.append(SYSTEM, pk, first.claim, 0, b"2026-01-01T00:00:00.000Z first attempt\n")
    machine.repository({"go.sh": "echo newer"})
    Execution.objects.filter(pk=pk).update(lease_until="2026-01-01T00:00:00Z")
    leases.sweep(SYSTEM)
    work.drain(SYSTEM)
    log = machine.log(pk)
    assert "first attempt" in log
    assert "=== Attempt 2: the worker of the one before was lost ===" in log
    assert "ran" in log.splitlines()
    assert "newer" not in log
    assert machine.row(pk).attempts == 2


def test_what_a_dead_worker_left_in_a_slot_is_cleared(machine, people):
    machine.run(people, {"go.sh": "true"}, entry_point="go.sh")
    left = machine.base / "runtime" / "jobs" / "x999-1"
    (left / "work").mkdir(parents=True)
    (machine.base / "runtime" / "slots" / "0").write_text("x999-1")
    work.tidy(SYSTEM)
    assert not left.exists()
    assert (machine.base / "runtime" / "slots" / "0").read_text() == ""


def test_an_execution_found_dead_in_a_slot_is_tried_again_at_once(machine, people):
    machine.run(people, {"go.sh": "true"}, entry_point="go.sh")
    pk = machine.submit(people, {"go.sh": "echo ran"}, entry_point="go.sh")
    leases.claim(SYSTEM, "tester")
    (machine.base / "runtime" / "slots" / "0").write_text(this.job_name(pk, 1))
    assert work.drain(SYSTEM) == 1
    row = machine.row(pk)
    assert (row.state, row.attempts) == ("FINISHED", 2)


def test_an_execution_of_another_worker_is_not_given_up(machine, people):
    machine.run(people, {"go.sh": "true"}, entry_point="go.sh")
    pk = machine.submit(people, {"go.sh": "echo ran"}, entry_point="go.sh")
    leases.claim(SYSTEM, "elsewhere")
    (machine.base / "runtime" / "slots" / "0").write_text(this.job_name(pk, 1))
    work.tidy(SYSTEM)
    assert machine.row(pk).state == "PREPARING"


def test_jobs_of_two_platforms_on_one_machine_have_different_names(machine, settings, tmp_path):
    mine = this.job_name(7, 1)
    assert this.attempt_of(mine) == (7, 1)
    settings.RUNTIME_DIR = str(tmp_path / "another")
    configuration.machine.cache_clear()
    assert this.job_name(7, 1) != mine
    assert this.attempt_of(mine) is None


def test_workers_are_shown_with_what_they_do(machine, people):
    workers.hear(SYSTEM, "tester", this.facts(1), just_started=True)
    pk = machine.submit(people, {"go.sh": "true"}, entry_point="go.sh")
    leases.claim(SYSTEM, "tester")
    (record,) = list_workers(people.editor.actor)
    assert (record.name, record.slots, record.is_alive, record.problem) == ("tester", 2, True, "")
    assert record.isolation in {"bwrap", "namespaces", "process"}
    assert [wall["what"] for wall in record.walls][:2] == ["User", "Rights"]
    assert record.load["cpus"] > 0
    assert record.load["busy"] == 1
    assert [execution.id for execution in record.executions] == [pk]


def test_a_worker_without_slots_takes_nothing(machine, people, settings):
    settings.EXECUTION_SLOTS = 0
    pk = machine.submit(people, {"go.sh": "true"}, entry_point="go.sh")
    assert work.drain(SYSTEM) == 0
    assert machine.row(pk).state == "QUEUED"
