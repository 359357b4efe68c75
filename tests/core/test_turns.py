"""Writers of one SQLite database take turns in the order in which they came, across processes, and nobody waits for ever."""

import fcntl
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from apps.core import turns
from apps.core.errors import Unavailable

HOLDER = """
import fcntl, sys, time
file = open(sys.argv[1], "a")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def database(monkeypatch, tmp_path):
    """A path that stands for a database file."""
    path = str(tmp_path / "db.sqlite3")
    monkeypatch.setattr(turns, "connection", SimpleNamespace(vendor="sqlite", settings_dict={"NAME": path}))
    return path


def in_threads(number, work):
    """Run `work(i)` in threads that start one after the other."""
    threads = [threading.Thread(target=work, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
        time.sleep(0.01)
    for thread in threads:
        thread.join()


def test_threads_get_their_turn_in_the_order_in_which_they_came(database):
    order, inside = [], []

    def work(index):
        with turns.turn():
            inside.append(index)
            assert inside == [index]
            time.sleep(0.02)
            order.append(index)
            inside.clear()

    in_threads(6, work)
    assert order == list(range(6))


def test_a_failure_inside_gives_the_turn_on(database):
    with pytest.raises(ValueError, match="x"), turns.turn():
        raise ValueError("x")
    with turns.turn():
        pass


def test_a_process_that_dies_inside_gives_the_turn_on(database):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, f"{database}-turn"], stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    killer = threading.Timer(0.3, holder.kill)
    killer.start()
    began = time.monotonic()
    with turns.turn():
        waited = time.monotonic() - began
    holder.wait()
    assert 0.1 < waited < 5


def test_patience_ends_with_a_refusal_that_says_to_send_again(database, monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", 0.2)
    with open(f"{database}-turn", "w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(Unavailable), turns.turn():
            pass
    with turns.turn():
        pass


def test_other_databases_need_no_turns(monkeypatch):
    monkeypatch.setattr(turns, "connection", SimpleNamespace(vendor="postgresql", settings_dict={"NAME": "/x"}))
    with turns.turn(), turns.turn():
        pass
