"""Faults planted for real below the artifact folder and before the server: `artifact_doctor` names the layer and the fix."""

import os
import shutil
import socket
import subprocess
import sys

import pytest

from tests.support import processes
from tests.support.session import CHECKOUT

# Mounts that nobody else sees; without root they take a user namespace.
ALONE = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--user", "--map-root-user"]), "sh", "-ec"]
READ_ONLY = 'mount --make-rprivate /; mount --bind "$0" "$0"; mount -o remount,bind,ro "$0"; exec "$@"'
# As little room as a probe does not fit into.
TINY = 'mount --make-rprivate /; mount -t tmpfs -o size=32k tmpfs "$0"; exec "$@"'


@pytest.fixture
def folder(tmp_path):
    """A sound artifact folder."""
    made = tmp_path / "artifacts"
    (made / "staging").mkdir(parents=True)
    for number in range(256):
        (made / "blobs" / f"{number:02x}").mkdir(parents=True)
    return made


def examine(platform, folder, *before, options=(), **environment):
    """What the doctor says of that folder, on the database of the running platform; what stands `before` starts it."""
    done = subprocess.run(
        [*before, sys.executable, "manage.py", "artifact_doctor", *options],
        cwd=CHECKOUT, env={**platform.environment, "MLPLATFORM_ARTIFACT_ROOT": str(folder), **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def test_a_folder_of_somebody_else_is_the_folder_owner(platform, folder):
    before = []
    if os.getuid() == 0:
        os.chown(folder / "staging", 64999, 64999)
        less = "-dac_override,-dac_read_search"  # root itself would be let in
        before = ["setpriv", f"--inh-caps={less}", f"--bounding-set={less}"]
    (folder / "staging").chmod(0o555)
    said = examine(platform, folder, *before)
    assert f"folder owner: {folder / 'staging'} belongs to user {(folder / 'staging').stat().st_uid}" in said
    assert "chown" in said


def test_a_file_system_that_is_mounted_read_only_is_told_so(platform, folder):
    said = examine(platform, folder, *ALONE, READ_ONLY, str(folder))
    assert "disk: Read-only file system" in said
    assert "mount it again" in said


def test_a_full_disk_is_the_disk(platform, folder):
    said = examine(platform, folder, *ALONE, TINY, str(folder))
    assert "failed   Write a file" in said
    assert "Free space" in said


class Nginx:
    """The real one, with a rule, before an upstream."""

    def __init__(self, folder, upstream, rule):
        self.port = processes.free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        user = "user root;" if os.getuid() == 0 else ""
        (folder / "nginx.conf").write_text(
            f"worker_processes 1; {user} pid {folder}/pid; error_log {folder}/log; events {{}}\n"
            f"http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;"
            f" fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
            f"server {{ listen 127.0.0.1:{self.port}; {rule} location / {{ proxy_pass http://127.0.0.1:{upstream}; }} }} }}\n"
        )
        command = [shutil.which("nginx"), "-p", folder, "-c", folder / "nginx.conf", "-g", "daemon off;"]
        self.leash = processes.start_leashed(command, folder / "nginx.log")
        processes.wait_for(lambda: processes.listening(self.port), 20, "nginx", folder / "nginx.log")


@pytest.fixture
def nginx(tmp_path):
    started = []

    def start(upstream, rule=""):
        started.append(Nginx(tmp_path, upstream, rule))
        return started[0].base

    yield start
    for one in started:
        processes.stop_process(one.leash, seconds=5)


needs_nginx = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")


@pytest.mark.long
@needs_nginx
def test_an_nginx_that_nobody_told_of_large_bodies_is_the_proxy_body_limit(platform, folder, nginx):
    said = examine(platform, folder, options=["--public"], MLPLATFORM_PUBLIC_URL=nginx(platform.port))
    assert "proxy body limit: An upload over the public address was answered 413 (nginx" in said
    assert "client_max_body_size 0;" in said


@pytest.mark.long
@needs_nginx
def test_an_nginx_that_waits_too_short_is_a_time_out(platform, folder, nginx):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        rule = "client_max_body_size 0; proxy_read_timeout 1s;"
        said = examine(platform, folder, options=["--public"], MLPLATFORM_PUBLIC_URL=nginx(silent.getsockname()[1], rule))
    assert "time-out: An upload over the public address was answered 504" in said
    assert "proxy_read_timeout" in said
