"""The log between worker and reader: pieces, offsets, searching, and the artifact that it becomes."""

import pytest

from apps.core import jobs
from apps.core.errors import Missing
from apps.projects.models import Execution, LogChunk
from apps.projects.queries import logs as queries
from apps.projects.records import NewExecution, Outcome
from apps.projects.services import executions, leases, logs
from tests.projects.services.conftest import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr(jobs, "_send", lambda name, args, countdown: None)


@pytest.fixture
def taken(people):
    executions.submit(people.editor.actor, NewExecution(uri="https://example.com/p.git", experiment_id="0"))
    return leases.claim(SYSTEM, "w")


def send(taken, *pieces):
    start = Execution.objects.get(pk=taken.id).log_size
    for piece in pieces:
        assert logs.append(SYSTEM, taken.id, taken.claim, start, piece)
        start += len(piece)


def end(taken):
    leases.end(SYSTEM, taken.id, taken.claim, Outcome("FINISHED"))


def test_pieces_are_read_from_any_offset(people, taken):
    send(taken, b"hello ", b"wor", b"ld\n")
    part = queries.read_log(people.editor.actor, taken.id)
    assert (part.data, part.start, part.next, part.size, part.is_complete) == (b"hello world\n", 0, 12, 12, False)
    assert queries.read_log(people.editor.actor, taken.id, 4, 4).data == b"o wo"
    assert queries.read_log(people.editor.actor, taken.id, -3).data == b"ld\n"
    assert queries.read_log(people.editor.actor, taken.id, 12).data == b""
    assert queries.read_log(people.editor.actor, taken.id, 99).next == 12


def test_a_follower_sees_each_byte_once(people, taken):
    seen, position = b"", 0
    for number in range(20):
        send(taken, b"line %d\n" % number)
        part = queries.read_log(people.editor.actor, taken.id, position)
        seen, position = seen + part.data, part.next
    assert seen == b"".join(b"line %d\n" % number for number in range(20))


def test_a_piece_that_is_sent_twice_counts_once(people, taken):
    for _ in range(2):
        logs.append(SYSTEM, taken.id, taken.claim, 0, b"hello\n")
    assert queries.read_log(people.editor.actor, taken.id).data == b"hello\n"


def test_whoever_lost_the_claim_adds_nothing(taken):
    assert not logs.append(SYSTEM, taken.id, "other", 0, b"x")
    assert not LogChunk.objects.exists()


def test_the_log_reads_the_same_as_an_artifact(people, taken):
    send(taken, b"one\n" * 1000, b"two\n" * 1000)
    end(taken)
    before = queries.read_log(people.editor.actor, taken.id, 3990, 20)
    assert logs.archive(SYSTEM, taken.id)
    after = queries.read_log(people.editor.actor, taken.id, 3990, 20)
    assert before == after
    assert not LogChunk.objects.exists()
    size, pieces = queries.stream_log(people.editor.actor, taken.id)
    assert size == 8000
    assert b"".join(pieces) == b"one\n" * 1000 + b"two\n" * 1000


def test_a_log_is_complete_when_its_execution_has_ended(people, taken):
    send(taken, b"x\n")
    assert not queries.read_log(people.editor.actor, taken.id).is_complete
    end(taken)
    assert queries.read_log(people.editor.actor, taken.id).is_complete


def test_a_running_log_is_no_artifact_yet(taken):
    send(taken, b"x\n")
    assert not logs.archive(SYSTEM, taken.id)


def test_an_empty_log_is_done_with_too(people, taken):
    end(taken)
    assert logs.archive(SYSTEM, taken.id)
    assert queries.read_log(people.editor.actor, taken.id).is_complete


@pytest.mark.parametrize("archived", [False, True])
def test_lines_are_found_in_any_case_with_their_offsets(people, taken, archived):
    send(taken, b"first\nsecond li", b"ne\nTHIRD Line\n", b"last line")
    end(taken)
    if archived:
        logs.archive(SYSTEM, taken.id)
    found = queries.search_log(people.editor.actor, taken.id, "LINE")
    assert [(match.start, match.line) for match in found.matches] == [(6, "second line"), (18, "THIRD Line"), (29, "last line")]
    assert found.next is None


def test_a_search_goes_on_where_it_stopped(people, taken):
    send(taken, b"".join(b"hit %d\n" % number for number in range(10)))
    found = queries.search_log(people.editor.actor, taken.id, "hit", limit=4)
    rest = queries.search_log(people.editor.actor, taken.id, "hit", start=found.next)
    assert [match.line for match in found.matches + rest.matches] == [f"hit {number}" for number in range(10)]


def test_a_log_of_a_hundred_megabytes_is_read_in_pieces(people, taken, django_assert_max_num_queries):
    block = b"x" * 99 + b"\n"
    for _ in range(100):
        send(taken, block * 10_000)
    with django_assert_max_num_queries(8):
        assert queries.read_log(people.editor.actor, taken.id, 77_777_700, 200).data == block * 2
    end(taken)
    logs.archive(SYSTEM, taken.id)
    assert queries.read_log(people.editor.actor, taken.id, 77_777_700, 200).data == block * 2


def test_a_log_is_read_by_whoever_sees_the_run(people, worlds, taken):
    send(taken, b"x\n")
    assert queries.read_log(people.reader.actor, taken.id).data == b"x\n"
    there = executions.submit(worlds.there.owner, NewExecution(uri="https://h/p", experiment_id=worlds.there.experiment_id))
    with pytest.raises(Missing):
        queries.read_log(people.reader.actor, there)
