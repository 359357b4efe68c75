"""Fetching with the real git: refs and commits, private repositories, and what a hostile repository cannot do."""

import os
import shutil
import stat
import sys
import time
from pathlib import Path

import pytest

from apps.core.errors import Invalid, Unavailable
from apps.projects.git import PRIVATE, Access, Bounds, fetch, plain_words, resolve
from apps.projects.sources import Address, check_address
from tests.projects.real.repositories import commit, git, https_server, repository


@pytest.fixture
def origin(tmp_path):
    folder = tmp_path / "origin"
    first = repository(folder, {"MLproject": "name: one", "sub/x": "1"})
    git(folder, "tag", "v1")
    git(folder, "tag", "--annotate", "--message=m", "v1a")
    git(folder, "checkout", "--quiet", "-b", "feature/x")
    side = commit(folder, {"MLproject": "name: side"})
    git(folder, "checkout", "--quiet", "main")
    last = commit(folder, {"MLproject": "name: two"})
    return folder, {"first": first, "side": side, "last": last}


def local(folder):
    return check_address(str(folder), [folder.parent])


def test_what_git_says_is_given_on_without_its_advice():
    advice = "fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access"
    assert (
        plain_words(f"fatal: '/r' is no git repository\n{advice} rights\nand the repository exists.")
        == "'/r' is no git repository"
    )
    assert plain_words("") == "no reason given"


def test_a_password_that_git_asks_for_is_told_as_a_secret_of_the_project():
    words = "could not read Username for 'https://h': terminal prompts disabled"
    assert plain_words(f"fatal: {words}") == f"{words}. {PRIVATE}"


@pytest.mark.parametrize(
    ("ref", "which", "branch"),
    [
        ("", "last", "main"),
        ("main", "last", "main"),
        ("feature/x", "side", "feature/x"),
        ("v1", "first", ""),
        ("v1a", "first", ""),
    ],
)
def test_a_ref_is_checked_out_and_its_commit_recorded(tmp_path, origin, ref, which, branch):
    folder, commits = origin
    found = fetch(local(folder), ref, tmp_path / "out")
    assert (found.commit, found.branch) == (commits[which], branch)
    assert git(tmp_path / "out", "rev-parse", "HEAD") == commits[which]
    assert resolve(local(folder), ref).commit == commits[which]


@pytest.mark.parametrize("length", [40, 10])
def test_a_recorded_commit_is_found_again(tmp_path, origin, length):
    folder, commits = origin
    found = fetch(local(folder), commits["first"][:length], tmp_path / "out")
    assert found.commit == commits["first"]
    assert (tmp_path / "out" / "MLproject").read_text() == "name: one"


def test_a_bare_repository_is_fetched(tmp_path, origin):
    folder, commits = origin
    git(tmp_path, "clone", "--quiet", "--bare", str(folder), "bare.git")
    address = local(tmp_path / "bare.git")
    assert address.is_repository
    assert fetch(address, "", tmp_path / "out").commit == commits["last"]


@pytest.mark.parametrize("ref", ["nothing", "0" * 40, "abcdef1"])
def test_an_unknown_ref_is_refused(tmp_path, origin, ref):
    with pytest.raises(Invalid):
        fetch(local(origin[0]), ref, tmp_path / "out")


def test_an_empty_repository_says_so(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    git(folder, "init", "--quiet")
    with pytest.raises(Invalid, match="empty"):
        fetch(local(folder), "", tmp_path / "out")


def test_a_repository_of_another_user_is_fetched(tmp_path, origin):
    folder, commits = origin
    if os.getuid() == 0:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, 65534, 65534)
    assert fetch(local(folder), "", tmp_path / "out").commit == commits["last"]


def test_submodules_stay_empty(tmp_path, origin):
    folder, _ = origin
    secret = tmp_path / "secret"
    repository(secret, {"x": "secret"})
    git(folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(secret), "module")
    git(folder, "commit", "--quiet", "--message=m")
    fetch(local(folder), "", tmp_path / "out")
    assert list((tmp_path / "out" / "module").iterdir()) == []


def test_hooks_and_filters_of_the_repository_do_not_run(tmp_path, origin):
    folder, _ = origin
    commit(folder, {".gitattributes": "* filter=evil", ".lfsconfig": "[lfs]\n\turl = https://evil"})
    for name in ("post-checkout", "pre-upload", "post-update"):
        hook = folder / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/hooked\n")
        hook.chmod(0o755)
    git(folder, "config", "core.fsmonitor", f"touch {tmp_path}/hooked")
    git(folder, "config", "uploadpack.packObjectsHook", f"touch {tmp_path}/hooked; git")
    git(folder, "config", "filter.evil.smudge", f"touch {tmp_path}/hooked")
    fetch(local(folder), "", tmp_path / "out")
    assert not (tmp_path / "hooked").exists()


def test_the_configuration_of_the_workers_user_is_not_read(tmp_path, origin, monkeypatch):
    folder, commits = origin
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".gitconfig").write_text('[url "file:///nowhere"]\n\tinsteadOf = file://\n[core]\n\tbroken')
    assert fetch(local(folder), "", tmp_path / "out").commit == commits["last"]


def test_the_workers_variables_do_not_reach_git(tmp_path, origin, monkeypatch):
    folder, commits = origin
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.hooksPath")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(tmp_path))
    assert fetch(local(folder), "", tmp_path / "out").commit == commits["last"]


def test_a_repository_that_is_too_large_is_stopped(tmp_path, origin, monkeypatch):
    folder, _ = origin
    commit(folder, {"big": os.urandom(3_000_000).hex()})
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(f'#!/bin/sh\n{_real_git()} "$@"\ncode=$?\ncase "$*" in *fetch*) sleep 20;; esac\nexit $code\n')
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    with pytest.raises(Invalid, match="larger than"):
        fetch(local(folder), "", tmp_path / "out", bounds=Bounds(size=1_000_000))


def test_a_git_that_does_not_come_back_is_ended_with_its_children(tmp_path, origin, monkeypatch):
    folder, _ = origin
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(f"#!/bin/sh\nsleep 77 & echo $! > {tmp_path}/child\nwait\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    begin = time.monotonic()
    with pytest.raises(Unavailable, match="did not finish within 1 s"):
        fetch(local(folder), "", tmp_path / "out", bounds=Bounds(seconds=1))
    assert time.monotonic() - begin < 5
    child = int((tmp_path / "child").read_text())
    assert _is_gone(child)


def test_a_private_repository_opens_with_its_token(tmp_path, origin, monkeypatch):
    folder, commits = origin
    with https_server(folder.parent, tmp_path, token="s3cret-token") as (address, seen):
        monkeypatch.setenv("GIT_SSL_CAINFO", str(tmp_path / "cert.pem"))
        remote = check_address(f"{address}/origin", [])
        with pytest.raises(Invalid) as refusal:
            fetch(remote, "", tmp_path / "none")
        assert "s3cret-token" not in refusal.value.message
        assert fetch(remote, "", tmp_path / "out", Access(token="s3cret-token")).commit == commits["last"]
        assert fetch(remote, commits["first"], tmp_path / "old", Access(token="s3cret-token")).commit == commits["first"]
    assert "s3cret-token" not in (tmp_path / "out" / ".git" / "config").read_text()
    assert seen[0] == ""


def test_a_token_does_not_follow_a_redirection(tmp_path, origin, monkeypatch):
    folder, _ = origin
    with https_server(folder.parent, tmp_path, token="s3cret-token") as (address, seen):
        monkeypatch.setenv("GIT_SSL_CAINFO", str(tmp_path / "cert.pem"))
        with pytest.raises(Invalid):
            fetch(check_address(f"{address}/elsewhere/origin", []), "", tmp_path / "out", Access(token="s3cret-token"))
        assert len(seen) == 1


def test_an_unknown_certificate_is_refused(tmp_path, origin):
    with https_server(origin[0].parent, tmp_path) as (address, _), pytest.raises(Invalid, match="certificate"):
        fetch(check_address(f"{address}/origin", []), "", tmp_path / "out")


FAKE_SSH = f"""#!{sys.executable}
import os, pathlib, subprocess, sys
here = pathlib.Path(__file__).parent
options = dict(arg.split("=", 1) for arg in sys.argv if "=" in arg)
key = options["IdentityFile"]
text = "" if key == "none" else open(key).read() + oct(os.stat(key).st_mode & 0o777)
(here / "seen").write_text(" ".join(sys.argv[1:]) + "\\n" + text)
command = sys.argv[-1].replace("'/origin'", repr(str(here.parent / "origin")))
sys.exit(subprocess.call(command, shell=True))
"""


def test_ssh_uses_the_stored_key_and_nothing_of_the_worker(tmp_path, origin, monkeypatch):
    """A stand-in for ssh that runs the command here: what is asked of ssh is what we answer for."""
    fake = tmp_path / "bin" / "ssh"
    fake.parent.mkdir()
    fake.write_text(FAKE_SSH)
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("SSH_AUTH_SOCK", "/nowhere")
    found = fetch(check_address("git@example.com:origin", []), "", tmp_path / "out", Access(ssh_key="-----KEY-----\r\nabc\r\n"))
    assert found.commit == origin[1]["last"]
    arguments, key = (fake.parent / "seen").read_text().split("\n", 1)
    assert "-F /dev/null" in arguments
    for option in ("BatchMode=yes", "IdentitiesOnly=yes", "ProxyCommand=none", "StrictHostKeyChecking=accept-new"):
        assert option in arguments
    assert key == "-----KEY-----\nabc\n0o600"


def test_a_protocol_that_was_not_asked_for_is_not_spoken(tmp_path, origin):
    with pytest.raises(Invalid, match="not allowed"):
        fetch(Address("ext::sh -c true", "https"), "", tmp_path / "out")
    with pytest.raises(Invalid, match="not allowed"):
        fetch(Address(str(origin[0]), "https"), "", tmp_path / "out")


def test_nothing_is_left_in_the_temporary_folder(tmp_path, origin, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    fetch(local(origin[0]), "", tmp_path / "out", Access(token="t", ssh_key="k"))
    assert list((tmp_path / "temporary").iterdir()) == []
    assert stat.S_ISDIR((tmp_path / "out").stat().st_mode)


def _real_git() -> str:
    return shutil.which("git") or "git"


def _is_gone(pid: int) -> bool:
    for _ in range(50):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.1)
    return False
