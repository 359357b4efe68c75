"""Many uploads at once, on a running server."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support import processes

MB = 1024 * 1024


def test_uploads_of_one_path_at_once_end_as_one_of_them(target):
    bodies = [bytes([number]) * (200_000 + number) for number in range(12)]
    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(lambda body: target.put("f", body).status, bodies))
    assert statuses == [200] * 12
    assert target.sha("f") in {hashlib.sha256(body).hexdigest() for body in bodies}
    assert target.names() == ["f"]
    assert target.temporary() == []


def test_uploads_of_the_same_content_at_once_all_succeed(target):
    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(lambda number: target.put(f"d{number}/f", b"the same in each").status, range(24)))
    assert statuses == [200] * 24
    assert len(target.names()) == 24


def test_files_and_folders_of_one_name_at_once_leave_one_kind(target):
    paths = ["n", "n/a", "n/b/c"] * 6
    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(lambda path: target.put(path, path.encode()).status, paths))
    assert set(statuses) == {200, 400}
    assert target.names() == ["n"]


def test_uploads_beside_deletions_of_their_folder_succeed(target):
    def write(number):
        return target.put(f"d/e/{number}", b"x").status

    def delete(_):
        return target.api.delete(target.url("d")).status

    with ThreadPoolExecutor(12) as pool:
        written, deleted = pool.map(write, range(60)), pool.map(delete, range(20))
        assert set(written) | set(deleted) == {200}
    assert target.put("d/e/last", b"x").status == 200


class Pattern:
    """A body of so many MB that is nowhere in memory."""

    def __init__(self, megabytes):
        self.left, self.hash = megabytes, hashlib.sha256()

    def __len__(self):
        return self.left * MB

    def __iter__(self):
        block = os.urandom(MB)
        while self.left:
            self.left -= 1
            self.hash.update(block)
            yield block


@pytest.mark.alone
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_two_hundred_megabytes_pass_through_flat_memory(target, chunked):
    target.put("warm", b"x" * MB)
    workers = target.server.web_workers()
    before = {pid: peak(pid) for pid in workers}
    body = Pattern(200)
    raw = target.connect("big", "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}")
    for block in body:
        raw.sendall(b"%x\r\n%b\r\n" % (len(block), block) if chunked else block)
    raw.sendall(b"0\r\n\r\n" if chunked else b"")
    assert raw.recv(12).endswith(b"200")
    raw.close()
    digest = hashlib.sha256()
    answer = target.api.pool.urlopen("GET", target.url("big"), headers=target.api.headers, preload_content=False)
    for block in answer.stream(MB):
        digest.update(block)
    assert digest.hexdigest() == body.hash.hexdigest()
    assert max(peak(pid) - before[pid] for pid in workers if processes.alive(pid)) < 40 * 1024


def peak(pid):
    """The most memory that the process ever had, in kB."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
