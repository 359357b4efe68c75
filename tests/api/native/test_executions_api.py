"""Executions in our own API: submitted, listed, followed, ended, repeated; what goes wrong is said."""

import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.api.native import executions as views
from apps.core import jobs, stopping
from apps.projects.models import Execution, Project
from apps.projects.records import Outcome
from apps.projects.services import leases, logs
from tests.support.worlds import SYSTEM

pytestmark = pytest.mark.django_db
V = "/api/v1/executions/"
URI = "https://example.com/p.git"
OFFER = {
    "entry_points": [
        {"name": "main", "command": "x {alpha}", "parameters": [{"name": "alpha", "type": "float", "default": "0.5"}]}
    ]
}


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr(jobs, "_send", lambda name, args, countdown: None)


@pytest.fixture
def editor(api, people):
    return api(people.editor)


@pytest.fixture
def submitted(editor):
    return editor.post(V, {"uri": URI, "params": {"alpha": 0.1}}).json["id"]


def work(text=b"", state=""):
    """What a worker does with the next of the queue: take it, print, end it."""
    taken = leases.claim(SYSTEM, "w")
    assert logs.append(SYSTEM, taken.id, taken.claim, 0, text)
    if state:
        leases.end(SYSTEM, taken.id, taken.claim, Outcome(state, "said why", 1))
    return taken


def test_a_submission_has_its_run_at_once(editor):
    made = editor.post(
        V, {"uri": f"{URI}#sub", "params": {"alpha": 0.1, "name": "x"}, "experiment_name": "new", "run_name": "first"}
    )
    assert made.status == 201
    told = made.json
    assert (told["state"], told["position"], told["params"], told["subdirectory"]) == (
        "QUEUED", 1, {"alpha": "0.1", "name": "x"}, "sub",
    )  # fmt: skip
    run = editor.get("runs/get", run_id=told["run_id"]).ok["run"]
    assert (run["info"]["run_name"], run["info"]["status"]) == ("first", "SCHEDULED")
    assert editor.get(V, run_id=told["run_id"]).ok["items"][0]["id"] == told["id"]


BAD = [
    ({}, "Say what to run"),
    ({"uri": URI, "project_id": 1}, "Say what to run"),
    ({"uri": "ftp://x/y"}, "not the address"),
    ({"uri": URI, "params": []}, "object"),
    ({"uri": URI, "params": {"a": {"b": 1}}}, "text or a number"),
    ({"uri": URI, "priority": 101}, "priority"),
    ({"uri": URI, "limits": {"gpus": 1}}, "Unknown limit"),
    ({"uri": URI, "experiment_id": "777777"}, "experiment"),
    ({"uri": URI, "parent_run_id": "x"}, "run"),
    ({"project_id": 777777}, "No project"),
    ({"archive_id": 777777}, "archive"),
]


def test_a_bad_submission_is_refused_with_words_and_queues_nothing(editor):
    for body, words in BAD:
        answer = editor.post(V, body)
        assert answer.status in {400, 404}, body
        assert words.lower() in answer.json["message"].lower(), body
    assert not Execution.objects.exists()


def test_all_bad_parameters_of_a_known_entry_point_are_named(editor):
    project = editor.post("/api/v1/projects/", {"name": "p", "uri": URI}).json["id"]
    Project.objects.update(inspection="READY", offer=OFFER)
    answer = editor.post(V, {"project_id": project, "params": {"alpha": "much"}})
    assert (answer.status, answer.json["message"]) == (400, "Parameter 'alpha': 'much' is not a number")


def test_executions_are_listed_by_state_project_and_person_page_by_page(editor, people, api):
    project = editor.post("/api/v1/projects/", {"name": "p", "uri": URI}).json["id"]
    made = [editor.post(V, body).json["id"] for body in ({"uri": URI}, {"project_id": project}, {"uri": URI})]
    editor.post(f"{V}{made[2]}/cancel/").ok
    first = editor.get(V, limit=2).ok
    rest = editor.get(V, limit=2, page_token=first["next_page_token"]).ok
    assert [item["id"] for item in first["items"] + rest["items"]] == made[::-1]
    assert rest["next_page_token"] == ""
    ids = lambda **query: [item["id"] for item in editor.get(V, **query).ok["items"]]  # noqa: E731
    assert (ids(project=project), ids(state=["KILLED", "FAILED"]), ids(person="manager")) == ([made[1]], [made[2]], [])
    assert api(people.manager).get(V, mine="true").ok["items"] == []
    assert [answer.status for answer in (editor.get(V, state="LOST"), editor.get(V, page_token="x"), editor.get(V, limit=0))] == [
        400
    ] * 3


def test_a_queue_is_in_the_order_in_which_it_is_taken(editor, submitted):
    second = editor.post(V, {"uri": URI}).json["id"]
    assert editor.patch(f"{V}{second}/", {"priority": 5}).ok["position"] == 1
    assert [item["id"] for item in editor.get(f"{V}queue/").ok["items"]] == [second, submitted]
    assert editor.patch(f"{V}{second}/", {"priority": 500}).status == 400


def test_a_cancelled_execution_says_by_whom_and_cannot_be_cancelled_again(editor, submitted):
    ended = editor.post(f"{V}{submitted}/cancel/").ok
    assert (ended["state"], ended["reason"], ended["position"]) == ("KILLED", "Cancelled by editor", None)
    assert (editor.post(f"{V}{submitted}/cancel/").status, editor.patch(f"{V}{submitted}/", {"priority": 1}).status) == (409, 409)


def test_a_retry_is_the_same_code_with_what_is_said_differently(editor, submitted):
    taken = work(state="FAILED")
    Execution.objects.update(commit="c" * 40)
    again = editor.post(f"{V}{submitted}/retry/").json
    other = editor.post(f"{V}{submitted}/retry/", {"params": {"alpha": "2"}, "priority": 3}).json
    assert (again["origin_id"], again["params"], again["ref"]) == (taken.id, {"alpha": "0.1"}, "c" * 40)
    assert (other["params"], other["priority"], other["state"]) == ({"alpha": "2"}, 3, "QUEUED")
    assert editor.post(f"{V}{submitted}/retry/", {"params": 7}).status == 400


def test_a_run_is_run_again_by_its_id(editor, submitted):
    run_id = editor.get(f"{V}{submitted}/").ok["run_id"]
    again = editor.post(f"{V}rerun/", {"run_id": run_id, "run_name": "again"})
    assert (again.status, again.json["origin_id"], again.json["run_name"]) == (201, submitted, "again")
    plain = editor.post("runs/create", {"experiment_id": "0"}).ok["run"]["info"]["run_id"]
    assert "does not come from a project" in editor.post(f"{V}rerun/", {"run_id": plain}).json["message"]


def test_a_log_is_read_in_pieces_that_do_not_cut_characters(editor, submitted):
    work("häuser\n".encode())
    log = f"{V}{submitted}/log/"
    first = editor.get(log, limit=2).ok
    assert (first["text"], first["next"], first["is_complete"]) == ("h", 1, False)
    assert editor.get(log, start=first["next"]).ok["text"] == "äuser\n"
    assert editor.get(log, start=-4).ok["text"] == "ser\n"
    assert [editor.get(log, **query).status for query in ({"start": "x"}, {"limit": 0}, {"follow": "maybe"})] == [400] * 3


def test_a_log_is_searched(editor, submitted):
    work(b"one\nTwo\nthree\n", "FINISHED")
    found = editor.get(f"{V}{submitted}/log/", search="two").ok
    assert (found["matches"], found["next"]) == ([{"start": 4, "line": "Two"}], None)


def test_a_log_is_downloaded_whole_or_in_part(editor, submitted):
    work(b"0123456789", "FINISHED")
    whole = editor.get(f"{V}{submitted}/log/", download="true")
    assert (whole.status, whole.body, whole.headers["Content-Length"]) == (200, b"0123456789", "10")
    assert "attachment" in whole.headers["Content-Disposition"]
    part = editor.request("GET", f"{V}{submitted}/log/", headers={"Range": "bytes=3-5"}, download="true")
    assert (part.status, part.body, part.headers["Content-Range"]) == (206, b"345", "bytes 3-5/10")
    assert editor.request("GET", f"{V}{submitted}/log/", headers={"Range": "bytes=30-"}, download="true").status == 416


def test_a_followed_log_goes_on_until_the_execution_ends(editor, submitted, monkeypatch):
    taken = work(b"first\n")

    def meanwhile(_seconds):
        """What a worker does while the follower waits; nobody asks the process to end."""
        if Execution.objects.get(pk=taken.id).log_size < 10:
            logs.append(SYSTEM, taken.id, taken.claim, 6, b"second\n")
        else:
            leases.end(SYSTEM, taken.id, taken.claim, Outcome("FINISHED"))
        return False

    monkeypatch.setattr(stopping, "pause", meanwhile)
    followed = editor.get(f"{V}{submitted}/log/", follow="true")
    assert followed.body == b"first\nsecond\n"
    assert followed.headers["Content-Type"].startswith("text/plain")
    assert editor.get(f"{V}{submitted}/log/", follow="true", start=6).body == b"second\n"


def test_only_so_many_logs_are_followed_at_once_and_each_gives_its_place_back(editor, submitted, monkeypatch):
    work(b"x", "FINISHED")
    monkeypatch.setattr(views, "FOLLOWERS", threading.BoundedSemaphore(1))
    for _ in range(3):
        assert editor.client.get(f"{V}{submitted}/log/?follow=true", headers=editor.headers).getvalue() == b"x"
    views.FOLLOWERS.acquire()
    full = editor.get(f"{V}{submitted}/log/", follow="true")
    assert (full.status, full.headers["Retry-After"]) == (429, "5")


def test_why_an_execution_failed_can_be_read(editor, submitted):
    work(b"", "FAILED")
    told = editor.get(f"{V}{submitted}/").ok
    assert (told["state"], told["reason"], told["exit_code"], told["worker"]) == ("FAILED", "said why", 1, "w")


def test_workers_and_environments_are_listed(editor):
    assert editor.get("/api/v1/workers/").ok == {"items": []}
    assert editor.get("/api/v1/environments/").ok == {"items": []}
    assert editor.get("/api/v1/environments/x/").status == 404


def test_a_list_costs_the_same_for_two_and_for_twelve(editor):
    costs = []
    for more in (2, 10):
        for _ in range(more):
            editor.post(V, {"uri": URI})
        with CaptureQueriesContext(connection) as queries:
            editor.get(V).ok
        costs.append(len(queries))
    assert costs[0] == costs[1]
