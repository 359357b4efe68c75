"""The set-up with real processes, on a small checkout without packages."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
WHERE = '''"""Says where."""
import sys


def main(arguments):
    print(sys.prefix)
    return 0
'''


@pytest.fixture
def checkout(tmp_path):
    """manage.py and the set-up, with empty lock files and a command that says which Python runs it."""
    (tmp_path / "mlplatform/commands").mkdir(parents=True)
    (tmp_path / "requirements").mkdir()
    for name in ("manage.py", "mlplatform/__init__.py", "mlplatform/bootstrap.py", "mlplatform/commands/__init__.py"):
        shutil.copy(CHECKOUT / name, tmp_path / name)
    (tmp_path / "mlplatform/commands/where.py").write_text(WHERE)
    (tmp_path / "requirements/base.txt").write_text("")
    return tmp_path


def start(checkout):
    base = getattr(sys, "_base_executable", sys.executable)
    return subprocess.Popen([base, "manage.py", "where"], cwd=checkout, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_first_starts_at_once_set_up_once_and_both_arrive(checkout):
    answers = [process.communicate(timeout=120) for process in [start(checkout), start(checkout)]]
    assert [out.strip() for out, _ in answers] == [str(checkout / ".venv")] * 2
    told = "".join(error for _, error in answers)
    assert told.count("set-up: virtual environment") == 1
    assert told.count("set-up: Python packages") == 1

    began = time.monotonic()
    _, error = start(checkout).communicate(timeout=60)
    assert error == "", "a second start has nothing to say"
    assert time.monotonic() - began < 3


def test_an_environment_that_was_left_half_made_is_made_again(checkout):
    (checkout / ".venv/lib").mkdir(parents=True)
    (checkout / ".venv/pyvenv.cfg").write_text("version = 3.11.0\n")
    out, error = start(checkout).communicate(timeout=120)
    assert out.strip() == str(checkout / ".venv"), error
