"""`manage.py run` as a person meets it: quick, one at a time, gone when told to, whole again after kill -9."""

import os
import socket
import statistics
import subprocess
import sys
import time
from http.client import HTTPConnection

import pytest
from django.conf import settings

from tests.support import processes
from tests.support.server import ADMIN_PASSWORD, LiveServer

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A platform of this module's own, with its worker; tests leave it running."""
    made = LiveServer(tmp_path_factory.mktemp("run") / "home", worker=True, bare=True)
    made.start()
    yield made
    made.kill()


def run(server, *options, **environment):
    """Another `manage.py run` against the same home, which is expected to end by itself."""
    command = [sys.executable, "manage.py", "run", "--home", str(server.home), *options]
    environment = {**server.environment, **environment}
    return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=60)


def test_the_first_start_tells_how_to_use_it(server):
    told = server.log.read_text()
    assert f"MLPlatform is ready at {server.base}/" in told
    assert f"export MLFLOW_TRACKING_URI={server.base}" in told
    assert "MLFLOW_TRACKING_TOKEN" in told
    assert "migrating the database" in told


def test_the_given_password_of_the_administrator_is_not_printed(server):
    assert "administrator 'admin' created" in server.log.read_text()
    assert ADMIN_PASSWORD not in server.log.read_text()


def test_the_answer_to_a_small_request_does_not_wait_for_an_acknowledgement(server):
    """Without TCP_NODELAY each answer on a kept connection takes 40 ms more."""
    connection = HTTPConnection("127.0.0.1", server.port)
    times = []
    for _ in range(30):
        began = time.perf_counter()
        connection.request("GET", "/version")
        connection.getresponse().read()
        times.append(time.perf_counter() - began)
    assert statistics.median(times) < 0.03


def test_a_chunked_json_body_arrives(server):
    connection = HTTPConnection("127.0.0.1", server.port)
    headers = {"Authorization": f"Bearer {server.token()}", "Content-Type": "application/json"}
    connection.request("POST", "/api/2.0/mlflow/experiments/create", iter([b'{"na', b'me": "in chunks"}']), headers)
    assert connection.getresponse().status == 200


def test_a_body_over_the_limit_is_answered_and_the_connection_goes_on(server):
    connection = HTTPConnection("127.0.0.1", server.port)
    headers = {"Authorization": f"Bearer {server.token()}", "Content-Type": "application/json"}
    for body in (b"x" * (17 * 2**20), iter([b"x" * 2**20] * 17)):
        connection.request("POST", "/api/2.0/mlflow/experiments/create", body, headers)
        answer = connection.getresponse()
        assert (answer.status, b"larger than 16 MB" in answer.read()) == (400, True)


def test_the_broker_is_part_of_it(server):
    connection = HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/ready")
    assert b'"broker":"ok"' in connection.getresponse().read()


def test_what_the_clock_sends_is_done_by_the_worker(server):
    """The audit is sealed every ten seconds; the creation of the administrator is in it."""
    processes.wait_for(lambda: "0 sealed" not in server.manage("verify_audit"), 40, "a sealed row", server.log)


def test_numbers_of_all_web_processes_are_summed(server):
    for _ in range(8):
        HTTPConnection("127.0.0.1", server.port).request("GET", "/version")
    connection = HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    assert text.count("# TYPE mlplatform_request_seconds histogram") == 1
    assert "pid=" not in text


def test_a_second_run_on_the_same_home_is_refused_in_one_line(server):
    done = run(server, "--port", str(processes.free_port()))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith(f"The platform already runs on {server.home} (process ")
    assert server.is_healthy()


def test_a_port_that_is_taken_is_refused_in_one_line(server, tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "run", "--home", str(tmp_path), "--port", str(server.port)],
        cwd=settings.BASE_DIR, env=server.environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    why = f"Cannot listen at 127.0.0.1 port {server.port}: Address already in use"
    assert (done.returncode, done.stderr) == (1, f"{why}; choose another --host or --port\n")


def test_ctrl_c_ends_every_process_within_five_seconds_and_the_second_start_takes_less_than_five(server):
    assert server.stop() < 5
    assert server.start() < 5


def test_a_dead_worker_is_replaced(server):
    def working():
        return [pid for pid in server.processes() if b"--worker" in command_line(pid)]

    processes.wait_for(working, 20, "the worker", server.log)
    before = set(working())
    processes.kill_all(lambda: [pid for pid in working() if pid in before])
    processes.wait_for(lambda: set(working()) - before, 20, "another worker", server.log)
    assert server.is_healthy()


def test_after_kill_9_of_the_supervisor_nothing_is_left_in_two_seconds_and_a_start_works_at_once(server):
    supervisor = processes.children(server._leash)[0]
    os.kill(supervisor, 9)
    processes.wait_for(lambda: not server.processes(), 2, "end of every process", server.log)
    assert server.start() < 8


def test_after_kill_9_of_everything_stale_files_do_not_hinder_a_start(server):
    server.kill()
    path = server.home / "valkey.sock"
    if not path.exists():  # the broker may have had the time to end in order
        with socket.socket(socket.AF_UNIX) as left_behind:
            left_behind.bind(str(path))
    assert server.start() < 8


def test_a_broker_whose_file_is_unreadable_starts_empty(server):
    server.stop()
    for file in (server.home / "valkey/appendonlydir").glob("*.manifest"):
        file.write_text("nonsense\n")
    server.start()
    assert list((server.home / "valkey").glob("appendonlydir.unreadable-*"))


def test_without_a_worker_there_is_none(tmp_path):
    deep = tmp_path / ("deep" * 30)
    deep.mkdir()
    small = LiveServer(deep / "home")
    try:
        small.start()
        assert not any(b"--worker" in command_line(pid) or b"--beat" in command_line(pid) for pid in small.processes())
        with socket.create_connection(("127.0.0.1", small.port)):
            assert not (small.home / "valkey.sock").exists(), "a home this deep needs a shorter path for the socket"
        assert small.stop() < 5
    finally:
        small.kill()


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""
