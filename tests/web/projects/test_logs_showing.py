"""The log through the people's door: pieces by offset, hits, line numbers, the file."""

import pytest

from apps.projects.services import leases, logs
from tests.web.projects.conftest import SYSTEM, submit, take

pytestmark = pytest.mark.django_db
LINES = b"".join(b"2026-11-25T03:00:00.000Z line %d\n" % number for number in range(100))


@pytest.fixture
def log(people, web, project):
    """Asks of the log of an execution that has written a hundred lines: (answer) for (address, query)."""
    pk = submit(people, project)
    claimed = take(pk)
    logs.append(SYSTEM, pk, claimed.claim, 0, LINES)
    client = web(people.reader)

    def ask(to="", **query):
        return client.get(f"/executions/{pk}/log/{to}", query)

    ask.end = lambda: leases.end(SYSTEM, pk, claimed.claim, leases.Outcome("FINISHED"))
    return ask


def test_a_piece_says_where_it_lies(log):
    answer = log(start=10, limit=20)
    assert answer.content == LINES[10:30]
    assert (answer["X-Log-Start"], answer["X-Log-Size"], answer["X-Log-Complete"]) == ("10", str(len(LINES)), "0")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"


def test_the_end_is_asked_for_without_its_place(log):
    answer = log(start=-30)
    assert (answer.content, answer["X-Log-Start"]) == (LINES[-30:], str(len(LINES) - 30))


def test_the_end_of_an_ended_log_is_the_last(log):
    log.end()
    assert log(start=len(LINES)).headers["X-Log-Complete"] == "1"
    assert log(start=0, limit=5).headers["X-Log-Complete"] == "0"


def test_nonsense_is_the_beginning(log):
    assert log(start="x", limit=3).content == LINES[:3]


def test_hits_come_with_the_lines_before_them(log):
    found = log("search/", q="LINE 42").json()
    assert found == {"hits": [{"start": LINES.index(b"2026", LINES.index(b"line 41")), "lines": 42}], "next": None, "lines": 100}


def test_nothing_is_found_for_nothing(log):
    assert log("search/", q=" ").json()["hits"] == []


def test_lines_are_counted_between_offsets(log):
    assert log("lines/", start=0, end=LINES.index(b"line 42")).json() == {"lines": 42}


def test_the_whole_is_saved_as_a_file(log):
    answer = log("file/")
    assert b"".join(answer.streaming_content) == LINES
    assert "attachment" in answer["Content-Disposition"]
