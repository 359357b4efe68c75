"""What a job can and cannot reach."""

import os
import socket
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from apps.core.errors import Unavailable
from apps.runtime import detection, folders, processes
from apps.runtime.isolation import mounts
from apps.runtime.limits import Limits
from apps.runtime.logs import LogWriter
from apps.runtime.supervision import supervise


def test_nothing_of_the_workers_environment_comes_in(bench, monkeypatch):
    monkeypatch.setenv("MLPLATFORM_SECRET_KEY", "topsecret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@h/d")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    _, log = bench.run(bench.job("env", environment={"MLFLOW_RUN_ID": "abc"}))
    names = {line.split("=")[0] for line in log.splitlines()}
    assert "topsecret" not in log
    assert "DATABASE_URL" not in names
    assert {"PATH", "HOME", "USER", "MLFLOW_RUN_ID", "HTTPS_PROXY", "PYTHONUNBUFFERED"} <= names


def test_secrets_stand_in_no_command_line_and_no_environment_but_the_jobs(bench):
    """The plan goes through a descriptor; what is between the worker and the job is open to everybody who can see processes."""
    seen = []

    def look(_):
        for pid in processes.descendants(os.getpid()):
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"launcher" in command or b"bwrap" in command:
                seen.append(command + Path(f"/proc/{pid}/environ").read_bytes())

    ending, _ = bench.run(bench.job("sleep 1", environment={"S": "planted-value"}), look)
    assert ending.is_success
    assert seen
    assert not any(b"planted-value" in text for text in seen)


def test_only_its_own_processes_are_seen(bench):
    _, log = bench.run(bench.job("ls -d /proc/[0-9]* | wc -l"))
    if bench.isolation.has_own_tree:
        assert int(log) < 8
    else:
        assert int(log) > 8


def test_files_of_the_platform_are_out_of_sight(bench, tmp_path):
    (tmp_path / "secret").write_text("x")
    (tmp_path / "secret").chmod(0o600)
    ending, log = bench.run(bench.job(f"cat {tmp_path}/secret"))
    if bench.isolation.has_own_tree:
        assert "No such file" in log
    elif os.getuid() == 0:
        assert "Permission denied" in log
    assert not ending.is_success or os.getuid() != 0


def test_a_job_does_not_see_the_folders_of_another(bench):
    other = bench.job("")
    (other.folders.work / "data").write_text("x")
    (other.folders.work).chmod(0o700)
    ending, _ = bench.run(bench.job(f"cat {other.folders.work}/data"))
    assert not ending.is_success or not bench.isolation.has_own_tree


def test_the_system_cannot_be_written(bench):
    if not bench.isolation.has_own_tree and os.getuid() != 0:
        return
    _, log = bench.run(bench.job("for d in / /usr /etc /opt /bin; do touch $d/x 2>/dev/null && echo wrote $d; done; true"))
    assert log == ""


def test_what_is_given_to_read_is_read_only(bench, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "x").write_text("content")
    data.chmod(0o777)
    job = bench.job(f"cat {data}/x; echo more > {data}/y", readable=(data,))
    _, log = bench.run(job)
    assert log.startswith("content")
    if bench.isolation.has_own_tree:
        assert "Read-only file system" in log
        assert not (data / "y").exists()


def test_what_is_given_to_write_is_written(bench, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o777)
    bench.run(bench.job(f"echo more > {data}/y", writable=(data,)))
    assert (data / "y").read_text() == "more\n"


def test_the_temporary_folder_is_the_jobs_own(bench):
    job = bench.job("echo x > $TMPDIR/mine; ls $TMPDIR; df /dev/shm >/dev/null && echo shm")
    _, log = bench.run(job)
    assert (job.folders.tmp / "mine").exists()
    assert "shm" in log


def test_rights_cannot_be_gained(bench):
    _, log = bench.run(bench.job("grep -E 'NoNewPrivs|CapEff|CapPrm' /proc/self/status"))
    values = dict(line.split(":\t") for line in log.splitlines())
    assert values["NoNewPrivs"].strip() == "1"
    assert int(values["CapEff"], 16) == int(values["CapPrm"], 16) == 0


def test_a_job_without_network_reaches_nothing(bench):
    if not bench.isolation.has_own_tree:
        return
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        script = f"exec 3<>/dev/tcp/127.0.0.1/{port} && echo reached"
        _, closed = bench.run(bench.job(script, network=False))
        _, opened = bench.run(bench.job(script))
    assert "reached" not in closed
    assert "reached" in opened


def test_standard_input_is_empty(bench):
    _, log = bench.run(bench.job("cat; echo end"))
    assert log == "end"


def test_secrets_are_masked_on_their_way_into_the_log(bench):
    _, log = bench.run(
        bench.job("echo $TOKEN; printf 'hun'; sleep 0.7; echo ter22", environment={"TOKEN": "hunter22"}), secrets=["hunter22"]
    )
    assert log.split() == ["***", "***"]


def test_processors_can_be_limited(bench):
    program = "import os; print(len(os.sched_getaffinity(0)))"
    _, log = bench.run(bench.python(program, Limits(cpus=1)))
    assert log == "1"


def test_a_tree_of_odd_files_is_removed(bench):
    job = bench.job("mkdir -p a/b; touch a/b/c; ln -s /etc a/link; chmod 000 a/b a; mkfifo pipe")
    bench.run(job)
    folders.remove(job.folders.path)
    assert not job.folders.path.exists()
    assert os.path.exists("/etc/passwd")


def test_a_hundred_megabytes_of_output_pass(bench):
    program = """
        line = "x" * 99 + "\\n"
        import sys
        for n in range(1_000_000):
            sys.stdout.write(line)
        print("the end")
    """
    job = bench.python(textwrap.dedent(program))
    with LogWriter(job.folders.path / "log") as log:
        ending = supervise(job, bench.isolation, log)
    assert ending.is_success
    assert (job.folders.path / "log").stat().st_size > 120_000_000
    with (job.folders.path / "log").open("rb") as file:
        file.seek(-20, 2)
        assert file.read().endswith(b"the end\n")


def test_the_best_level_that_works_is_found(tmp_path):
    found = detection.detect(tmp_path, "auto", 64200)
    assert found.level in {"bwrap", "namespaces", "process"}
    assert next(wall.what for wall in found.describe()) == "User"
    assert list(tmp_path.iterdir()) == []


def test_a_level_that_does_not_work_is_an_error_not_a_lesser_level(tmp_path, monkeypatch):
    monkeypatch.setattr(detection, "try_out", lambda isolation, base: "Operation not permitted")
    with pytest.raises(Unavailable, match="namespaces: Operation not permitted"):
        detection.detect(tmp_path, "namespaces", 64200)


def test_why_a_better_level_is_not_used_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(detection, "try_out", lambda isolation, base: "" if isolation.level == "process" else "refused")
    assert "namespaces: refused" in detection.detect(tmp_path, "auto", 64200).passed_over


def test_the_platforms_home_is_hidden_also_inside_the_system(bench):
    job = bench.job("")
    hidden = mounts(replace(job), hidden=(type(job.folders.path)("/opt/mlplatform"),))
    assert {"kind": "tmpfs", "target": "/opt/mlplatform", "mode": "755", "size": 1024 * 1024} in hidden
