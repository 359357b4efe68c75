import hashlib
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.artifacts.delivery import Asked, content_type, deliver, disposition
from apps.artifacts.queries.reading import Opened

DATA = b"0123456789"
ETAG = f'"{hashlib.sha256(DATA).hexdigest()}"'
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"


class Memory:
    def open(self, key, start=0, end=None):
        return io.BytesIO(DATA[start:end])


def opened(name="a/f.txt", data=DATA):
    return Opened(name, len(data), hashlib.sha256(data).hexdigest(), datetime.fromtimestamp(1_700_000_000, UTC), 1, "k", Memory())


def ask(**asked):
    answer = deliver(opened(), Asked(**asked))
    return answer.status, b"".join(answer.blocks), answer.headers


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", "text/plain"), ("a.json", "text/plain"), ("a.py", "text/plain"), ("a.yaml", "text/plain"),
        ("a.csv", "text/plain"), ("a.xml", "text/plain"), ("a.hocon", "text/plain"), ("MLmodel", "text/plain"),
        ("MLproject", "text/plain"), ("log", "text/plain"), ("a.html", "text/html"), ("a.png", "image/png"),
        ("a.svg", "image/svg+xml"), ("a.pdf", "application/pdf"), ("a.tar.gz", "application/x-tar"),
        ("model.pkl", "application/octet-stream"), ("a.weird", "application/octet-stream"),
        ("noextension", "application/octet-stream"), (".txt", "application/octet-stream"), ("a.TXT", "text/plain"),
    ],
)  # fmt: skip
def test_the_type_comes_from_the_name(name, expected):
    assert content_type(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", 'attachment; filename="a.txt"'),
        ('a"b\\.txt', r'attachment; filename="a\"b\\.txt"'),
        ("Größe 1.txt", "attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe%201.txt"),
    ],
)
def test_the_name_is_written_so_that_browsers_read_it(name, expected):
    assert disposition(name) == expected


def test_a_whole_file_has_everything_a_client_needs():
    status, body, headers = ask()
    assert (status, body) == (200, DATA)
    assert headers["Content-Type"] == "text/plain"
    assert headers["Content-Disposition"] == 'attachment; filename="f.txt"'
    assert headers["Content-Length"] == "10"
    assert headers["ETag"] == ETAG
    assert headers["Last-Modified"] == DATE
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox;")


@pytest.mark.parametrize(
    ("wanted", "body", "content_range"),
    [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=4-", b"456789", "bytes 4-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
    ],
)
def test_a_range_is_answered_with_that_part(wanted, body, content_range):
    status, got, headers = ask(range=wanted)
    assert (status, got, headers["Content-Range"], headers["Content-Length"]) == (206, body, content_range, str(len(body)))


@pytest.mark.parametrize("wanted", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_a_range_outside_of_the_file_is_416(wanted):
    status, body, headers = ask(range=wanted)
    assert (status, body, headers["Content-Range"]) == (416, b"", "bytes */10")


@pytest.mark.parametrize("wanted", ["bytes=0-1,4-5", "items=0-1", "bytes=-", "bytes=x-", "bytes=5-2", "bytes=0-9", "bytes=-99"])
def test_what_is_no_range_or_is_all_of_it_is_the_whole_file(wanted):
    assert ask(range=wanted)[:2] == (200, DATA)


@pytest.mark.parametrize(
    ("if_range", "status"), [(ETAG, 206), ('"other"', 200), (DATE, 206), ("Tue, 14 Nov 2023 22:13:21 GMT", 200), ("x", 200)]
)
def test_a_part_of_other_content_is_never_sent(if_range, status):
    assert ask(range="bytes=0-3", if_range=if_range)[0] == status


@pytest.mark.parametrize("tag", [ETAG, f"W/{ETAG}", f'"x", {ETAG}', "*"])
def test_a_file_that_the_client_has_is_not_sent_again(tag):
    status, body, headers = ask(if_none_match=tag)
    assert (status, body, headers["ETag"]) == (304, b"", ETAG)
    assert "Content-Type" not in headers


def test_head_has_the_headers_and_no_body():
    status, body, headers = ask(head=True)
    assert (status, body, headers["Content-Length"]) == (200, b"", "10")


def test_what_is_shown_on_a_page_comes_in_a_sandbox_that_only_we_may_frame():
    headers = deliver(opened("x.svg"), Asked(), inline="image/svg+xml").headers
    assert headers["Content-Disposition"].startswith("inline")
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["Content-Security-Policy"].endswith("frame-ancestors 'self'")
    assert headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_page_shown_inline_may_run_scripts_but_never_as_us():
    policy = deliver(opened("x.html"), Asked(), inline="text/html").headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none'")
    assert "allow-same-origin" not in policy


@given(st.text(max_size=30))
def test_no_range_header_breaks_anything(wanted):
    status, body, _ = ask(range=f"bytes={wanted}")
    assert status in {200, 206, 416}
    assert body in DATA


@given(st.text(max_size=40))
def test_no_name_breaks_out_of_its_header(name):
    assert not set("\r\n") & set(disposition(name.replace("\r", "").replace("\n", "")))
