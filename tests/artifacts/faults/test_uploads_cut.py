"""Uploads that end too early (F15): never seen, never in the way of the older file, nothing left in staging."""

import hashlib
import os
import time

import pytest

from tests.artifacts.faults.conftest import answer_of, reset
from tests.support import processes

MB = 1024 * 1024


def fin(raw):
    raw.close()


@pytest.mark.parametrize("leave", [fin, reset], ids=["FIN", "RST"])
@pytest.mark.parametrize("sent", [0, 10, 3 * MB])
def test_a_client_that_leaves_before_the_announced_end_leaves_nothing(target, leave, sent):
    raw = target.connect("cut", f"Content-Length: {8 * MB}")
    raw.sendall(b"x" * sent)
    time.sleep(0.1)
    leave(raw)
    processes.wait_for(lambda: not target.temporary(), 20, "empty staging")
    assert target.names() == []
    assert target.api.get(target.url("cut")).status == 404


@pytest.mark.parametrize("leave", [fin, reset], ids=["FIN", "RST"])
@pytest.mark.parametrize(
    "sent", [b"", b"5\r\nab", b"400000\r\n" + b"x" * 0x400000 + b"\r\n"], ids=["nothing", "half a chunk", "whole chunks"]
)
def test_a_client_that_leaves_before_the_last_chunk_leaves_nothing(target, leave, sent):
    raw = target.connect("cut", "Transfer-Encoding: chunked")
    raw.sendall(sent)
    time.sleep(0.1)
    leave(raw)
    processes.wait_for(lambda: not target.temporary(), 20, "empty staging")
    assert target.names() == []


@pytest.mark.parametrize("leave", [fin, reset], ids=["FIN", "RST"])
def test_the_older_file_stays_when_a_newer_one_is_cut(target, leave):
    target.put("f", b"old")
    raw = target.connect("f", f"Content-Length: {4 * MB}")
    raw.sendall(b"x" * 3 * MB)
    time.sleep(0.1)
    leave(raw)
    processes.wait_for(lambda: not target.temporary(), 20, "empty staging")
    assert target.sha("f") == hashlib.sha256(b"old").hexdigest()


def test_chunks_that_are_none_are_refused_and_can_be_sent_again(target):
    raw = target.connect("f", "Transfer-Encoding: chunked")
    raw.sendall(b"zzz\r\nabc\r\n0\r\n\r\n")
    assert answer_of(raw) in {None, 400, 503}
    assert target.names() == []


@pytest.mark.parametrize("chunks", [[], [b"x"], [b"x" * 70_000] * 40], ids=["empty", "one", "many"])
def test_chunks_that_end_as_they_should_make_a_file(target, chunks):
    raw = target.connect("f", "Transfer-Encoding: chunked")
    for chunk in chunks:
        raw.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
    raw.sendall(b"0\r\n\r\n")
    assert answer_of(raw) == 200
    assert target.sha("f") == hashlib.sha256(b"".join(chunks)).hexdigest()


def test_a_slow_client_is_waited_for(target):
    raw = target.connect("f", "Content-Length: 5")
    for byte in b"hello":
        raw.sendall(bytes([byte]))
        time.sleep(0.2)
    assert answer_of(raw) == 200
    assert target.sha("f") == hashlib.sha256(b"hello").hexdigest()


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize(("path", "token", "status"), [("a%5Cb", None, 400), ("f", "nobody", 401)])
def test_a_client_whose_large_upload_is_refused_hears_why_on_a_connection_that_goes_on(target, path, token, status, chunked):
    raw = target.connect(path, "Transfer-Encoding: chunked" if chunked else f"Content-Length: {8 * MB}", token=token)
    raw.sendall(b"%x\r\n%b\r\n0\r\n\r\n" % (8 * MB, b"x" * 8 * MB) if chunked else b"x" * 8 * MB)
    assert raw.recv(65536).startswith(b"HTTP/1.1 %d" % status)
    raw.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert b"HTTP/1.1 200" in b"".join(iter(lambda: raw.recv(65536), b""))
    raw.close()


@pytest.mark.alone
def test_a_server_killed_in_the_middle_of_a_copy_keeps_the_older_file_and_cleans_up(target):
    server = target.server
    target.put("f", b"old")
    raw = target.connect("f", f"Content-Length: {400 * MB}")
    raw.sendall(b"x" * 150 * MB)
    server.kill()
    raw.close()
    left = target.temporary()
    assert [path.suffix for path in left] == [".tmp"]
    server.start()
    assert target.sha("f") == hashlib.sha256(b"old").hexdigest()
    assert target.names() == ["f"]
    for path in left:
        os.utime(path, (time.time() - 3700,) * 2)
    server.manage("shell", "-c", CLEAN)
    assert target.temporary() == []


CLEAN = "from apps.artifacts.services import cleaning; from apps.core.actor import Actor; cleaning.clean(Actor.system('tests'))"


@pytest.mark.alone
def test_what_was_acknowledged_before_a_kill_is_there_after_it(target):
    sums = {}
    for number in range(30):
        data = os.urandom(1000 + number * 50_000)
        assert target.put(f"d/{number}", data).status == 200
        sums[f"d/{number}"] = hashlib.sha256(data).hexdigest()
    target.server.kill()
    target.server.start()
    assert {path: target.sha(path) for path in sums} == sums
