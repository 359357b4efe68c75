"""Every way in which a job can end: what is said about it, and that nothing of it is left."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from apps.runtime import cgroups, processes, supervision
from apps.runtime.cgroups import Group
from apps.runtime.limits import MIB, Limits
from tests.runtime.real.conftest import FIRST_UID

# Two grandchildren in sessions of their own that ignore what can be ignored, as a daemon would.
FAMILY = """
for n in 1 2; do
  setsid bash -c 'trap "" TERM HUP INT; echo grandchild; for i in $(seq 600); do sleep 0.1; done' &
done
sleep 0.3
"""


def is_clean(job) -> bool:
    """Whether no process with the mark of the job is left, within the ten seconds of the promise."""
    deadline = time.monotonic() + 10
    while processes.marked(job.name):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_a_command_that_works_finishes(bench):
    job = bench.job("echo out; echo err >&2; pwd; touch made")
    ending, log = bench.run(job)
    assert (ending.kind, ending.code, ending.reason) == ("finished", 0, "")
    assert log.splitlines() == ["out", "err", str(job.folders.work)]
    assert (job.folders.work / "made").exists()


def test_an_exit_code_is_a_failure_with_a_reason(bench):
    ending, _ = bench.run(bench.job("exit 3"))
    assert (ending.kind, ending.code, ending.reason) == ("failed", 3, "The command ended with exit code 3")


def test_a_command_that_is_not_there_says_so(bench):
    ending, log = bench.run(bench.job("nonesuch --x"))
    assert ending.reason == "The command ended with exit code 127 (it was not found)"
    assert "nonesuch" in log


def test_a_program_that_is_not_there_could_not_be_started(bench):
    job = bench.job("")
    ending, _ = bench.run(type(job)(job.name, ("/nowhere/python",), job.folders))
    assert ending.kind == "unstartable"
    assert "/nowhere/python" in ending.reason


def test_a_crash_is_named_by_its_signal(bench):
    ending, _ = bench.run(bench.job("kill -SEGV $$"))
    assert (ending.kind, ending.reason) == ("failed", "The command was ended by the signal SIGSEGV")


def test_what_a_finished_job_started_is_gone(bench):
    job = bench.job(FAMILY)
    ending, log = bench.run(job)
    assert ending.kind == "finished"
    assert "grandchild" in log
    assert is_clean(job)


def test_a_job_asked_to_end_may_tidy_up(bench):
    program = """
        import signal, sys, time
        signal.signal(signal.SIGTERM, lambda *_: (print("tidy"), sys.exit(5)))
        print("ready")
        time.sleep(60)
    """
    job = bench.python(textwrap.dedent(program))
    ending, log = bench.run(job, lambda usage: "Cancelled by alice" if usage.seconds > 0.6 else None)
    assert (ending.kind, ending.code, ending.reason) == ("stopped", 5, "Cancelled by alice")
    assert log.splitlines() == ["ready", "tidy"]
    assert is_clean(job)


def test_a_job_that_will_not_end_is_killed_with_all_its_children(bench):
    job = bench.job("trap '' TERM INT HUP;" + FAMILY + "sleep 600")
    begin = time.monotonic()
    ending, _ = bench.run(job, lambda usage: "Cancelled" if usage.seconds > 0.6 else None, grace=0.5)
    assert (ending.kind, ending.code) == ("stopped", 128 + signal.SIGKILL)
    assert time.monotonic() - begin < 10
    assert is_clean(job)


def test_the_time_limit_ends_a_job(bench):
    job = bench.job(FAMILY + "sleep 600", Limits(seconds=1))
    ending, _ = bench.run(job, grace=0.5)
    assert (ending.kind, ending.reason) == ("limit", "Time limit of 1 s reached")
    assert is_clean(job)


def test_the_memory_limit_counts_all_processes_together(bench):
    program = """
        import os, time
        if os.fork() and os.fork():
            pass
        data = bytearray(os.urandom(1024 * 1024) * 60)
        time.sleep(60)
    """
    job = bench.python(textwrap.dedent(program), Limits(memory=150 * MIB, seconds=60))
    ending, _ = bench.run(job)
    assert (ending.kind, ending.reason) == ("limit", "Memory limit of 150 MiB exceeded")
    assert is_clean(job)


def test_one_huge_allocation_does_not_take_the_machine(bench):
    job = bench.python("x = bytearray(20 * 1024**3)", Limits(memory=200 * MIB, seconds=60))
    ending, log = bench.run(job)
    assert not ending.is_success
    assert "MemoryError" in log or ending.kind == "limit"
    assert ending.usage.memory_peak < 3 * 1024**3


def test_a_file_may_not_outgrow_its_limit(bench):
    job = bench.job("head -c 5000000 /dev/zero > big; echo code $?", Limits(file_size=MIB))
    _, log = bench.run(job)
    assert (job.folders.work / "big").stat().st_size == MIB
    assert "code 0" not in log


def test_the_folders_of_a_job_may_not_outgrow_their_limit(bench):
    script = "for n in $(seq 40); do head -c 1000000 /dev/urandom > $TMPDIR/f$n; done; sleep 60"
    ending, _ = bench.run(bench.job(script, Limits(disk=10 * MIB, seconds=60)))
    assert (ending.kind, ending.reason) == ("limit", "Disk limit of 10 MiB exceeded")


def test_a_fork_bomb_is_contained_and_ended(bench):
    program = """
        import os, time
        started = 0
        try:
            for n in range(300):
                if os.fork() == 0:
                    time.sleep(30)
                started += 1
        except OSError as error:
            print("refused", flush=True)
        print("started", started, flush=True)
        time.sleep(2)
    """
    job = bench.python(textwrap.dedent(program), Limits(processes=40, seconds=60))
    ending, log = bench.run(job)
    assert "refused" in log or ending.reason == "Limit of 40 processes exceeded"
    assert is_clean(job)


def test_what_a_job_used_is_measured(bench):
    program = """
        import time
        data = bytearray(b"x") * 50_000_000
        begin = time.process_time()
        while time.process_time() - begin < 1.2:
            pass
    """
    ending, _ = bench.run(bench.python(textwrap.dedent(program)))
    assert ending.usage.cpu_seconds > 1.1
    assert ending.usage.seconds > 1.1
    assert 50_000_000 < ending.usage.memory_peak < 500_000_000


def test_a_tick_that_raises_kills_the_job_first(bench):
    job = bench.job(FAMILY + "sleep 600")

    def tick(usage):
        if usage.seconds > 0.6:
            raise RuntimeError("the lease is lost")

    with pytest.raises(RuntimeError):
        bench.run(job, tick)
    assert is_clean(job)


def test_a_job_whose_shepherd_is_killed_ends_and_says_so(bench):
    job = bench.job(FAMILY + "sleep 600")

    def kill_the_shepherd():
        time.sleep(1)
        for pid in processes.descendants(os.getpid()):
            if "launcher.py" in Path(f"/proc/{pid}/cmdline").read_text() and os.getppid() and _parent(pid) == os.getpid():
                os.kill(pid, signal.SIGKILL)

    thread = threading.Thread(target=kill_the_shepherd)
    thread.start()
    ending, _ = bench.run(job)
    thread.join()
    assert (ending.kind, ending.reason) == ("failed", "The process that watches the job was killed")
    assert is_clean(job)


WORKER = """
import sys
from pathlib import Path
from apps.runtime.isolation import Job
from apps.runtime.folders import JobFolders
from apps.runtime.logs import LogWriter
from apps.runtime.supervision import supervise
from tests.runtime.real.conftest import isolation_of
level, name, path, script = sys.argv[1:]
job = Job(name, ("/bin/bash", "-c", script), JobFolders(Path(path)))
with LogWriter(Path(path) / "log") as log:
    supervise(job, isolation_of(level), log)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_that_dies_takes_its_job_with_it(bench, number):
    job = bench.job("")
    script = "trap '' TERM INT HUP;" + FAMILY + "sleep 600"
    worker = subprocess.Popen([sys.executable, "-c", WORKER, bench.isolation.level, job.name, str(job.folders.path), script])
    deadline = time.monotonic() + 20
    while len(processes.marked(job.name)) < 4:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    worker.send_signal(number)
    worker.wait()
    assert is_clean(job)
    assert "grandchild" in (job.folders.path / "log").read_text()
    supervision.reap(job.name, bench.isolation)
    assert not any((place / job.name).exists() for place in cgroup_places(bench))


def test_what_a_lost_job_left_is_found_by_its_mark(bench):
    """The worst case: worker and shepherd both killed where no namespace holds the job."""
    job = bench.job("")
    mark = {"PATH": os.environ["PATH"], processes.MARK: job.name}
    stray = subprocess.Popen(["setsid", "sleep", "300"], env=mark)
    group = Group(bench.isolation.groups, job.name, job.limits)
    for folder in group.folders:
        (folder / "cgroup.procs").write_text(str(stray.pid))
    assert supervision.reap(job.name, bench.isolation) >= 1
    assert stray.wait(5) == -signal.SIGKILL
    assert not any((place / job.name).exists() for place in cgroup_places(bench))


def test_groups_of_dead_workers_are_removed(bench):
    Group(bench.isolation.groups, f"{bench.base.name}-left", Limits())
    cgroups.remove_empty(bench.isolation.groups)
    assert not any((place / f"{bench.base.name}-left").exists() for place in cgroup_places(bench))


def test_a_job_does_not_run_as_root(bench):
    _, log = bench.run(bench.job("id -u; id -g; id -G", slot=3))
    user = FIRST_UID + 3 if os.getuid() == 0 else os.getuid()
    assert log.split() == [str(user)] * 3 if os.getuid() == 0 else str(user) in log


def cgroup_places(bench) -> list[Path]:
    return [place for place in (bench.isolation.groups.memory, bench.isolation.groups.processes) if place]


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
