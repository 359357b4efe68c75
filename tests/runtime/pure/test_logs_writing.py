"""The log file: times, unfinished lines, masks, limits."""

import re

import pytest

from apps.core import clock
from apps.runtime import logs
from apps.runtime.logs import LogWriter

STAMP = re.compile(rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ")


@pytest.fixture
def seconds(monkeypatch):
    now = {"now": 100.0}
    monkeypatch.setattr(clock, "monotonic", lambda: now["now"])
    return now


def content(path):
    """Lines without their times; every line has one."""
    lines = path.read_bytes().split(b"\n")
    assert lines.pop() == b""
    assert all(STAMP.match(line) for line in lines), lines
    assert len(STAMP.match(lines[0]).group()) == logs.STAMP_LENGTH
    return [line[logs.STAMP_LENGTH :].decode() for line in lines]


def test_each_line_has_its_time(tmp_path):
    with LogWriter(tmp_path / "log") as log:
        log.feed(b"one\ntw")
        log.feed(b"o\n\nthree")
        log.note("end")
    assert content(tmp_path / "log") == ["one", "two", "", "three", "=== end ==="]


def test_an_unfinished_line_is_shown_after_a_moment_and_goes_on(tmp_path, seconds):
    log = LogWriter(tmp_path / "log")
    log.feed(b"10%")
    log.settle()
    assert (tmp_path / "log").read_bytes() == b""
    seconds["now"] += 1
    log.settle()
    assert (tmp_path / "log").read_bytes().endswith(b"Z 10%")
    log.feed(b"\r20%\nnext\n")
    log.close()
    assert content(tmp_path / "log") == ["10%\r20%", "next"]


def test_secrets_are_masked_also_in_our_own_lines(tmp_path):
    with LogWriter(tmp_path / "log", ["hunter22"]) as log:
        log.feed(b"a hunt")
        log.feed(b"er22 b\n")
        log.note("fetching hunter22")
    assert content(tmp_path / "log") == ["a *** b", "=== fetching *** ==="]


def test_a_line_without_end_is_broken(tmp_path):
    with LogWriter(tmp_path / "log") as log:
        log.feed(b"x" * 200_000)
    assert [len(line) for line in content(tmp_path / "log")] == [65536, 65536, 65536, 3392]


def test_past_the_limit_the_beginning_and_the_end_are_kept(tmp_path):
    with LogWriter(tmp_path / "log", limit=100_000) as log:
        for number in range(50_000):
            log.feed(b"line %d\n" % number)
        log.feed(b"the reason\n")
    lines = content(tmp_path / "log")
    assert lines[0] == "line 0"
    assert lines[-1] == "the reason"
    assert sum("left out: the log is limited to 98 KiB" in line for line in lines) == 1
    assert (tmp_path / "log").stat().st_size < 100_000 + logs.KEPT_TAIL + 200


def test_a_log_within_its_limit_is_whole(tmp_path):
    with LogWriter(tmp_path / "log", limit=10_000) as log:
        log.feed(b"x\n" * 300)
    assert content(tmp_path / "log") == ["x"] * 300


def test_another_log_can_get_the_same(tmp_path):
    with LogWriter(tmp_path / "execution", ["secret-1"]) as outer:
        outer.feed(b"before\n")
        with LogWriter(tmp_path / "build", ["secret-2"], also=outer) as inner:
            inner.feed(b"secret-1 secret-2\n")
            inner.note("built")
    assert content(tmp_path / "execution") == ["before", "*** ***", "=== built ==="]
    assert content(tmp_path / "build") == ["secret-1 ***", "=== built ==="]


def test_a_log_is_continued(tmp_path):
    for text in (b"one\n", b"two\n"):
        with LogWriter(tmp_path / "log") as log:
            log.feed(text)
    assert content(tmp_path / "log") == ["one", "two"]
