"""The trash on its page: who sees what, back, gone, emptied."""

import pytest

from apps.experiments.models import Run
from apps.experiments.services import legal
from tests.support.worlds import SYSTEM

pytestmark = pytest.mark.django_db


def told(answer):
    return [str(message) for message in answer.context["messages"]]


def test_a_manager_is_offered_to_restore_and_to_remove_and_a_reader_is_not(web, people, worlds):
    page = web(people.manager).get("/trash/").content.decode()
    assert f"run:{worlds.here.deleted_run_id}" in page
    assert "Empty trash" in page
    page = web(people.reader).get("/trash/").content.decode()
    assert "old churn" in page
    assert "Restore" not in page
    assert "Empty trash" not in page


def test_an_empty_trash_says_what_comes_there(web, people):
    assert "The trash is empty" in web(people.stranger).get("/trash/").content.decode()


def test_a_search_that_finds_nothing_says_so(web, people, worlds):
    assert "Nothing in the trash is like that" in web(people.manager).get("/trash/?q=zzz&kind=run&age=7").content.decode()


def test_a_restored_run_can_be_thrown_away_again(web, people, worlds):
    client = web(people.manager)
    answer = client.post("/trash/restore/", {"ref": f"run:{worlds.here.deleted_run_id}", "kind": "run"})
    assert (answer.status_code, answer["Location"]) == (302, "/trash/?kind=run")
    page = client.get("/trash/")
    assert told(page) == ["The run is back."]
    assert f"/runs/{worlds.here.deleted_run_id}/delete/" in page.content.decode()


def test_what_is_removed_is_gone(web, people, worlds):
    client = web(people.manager)
    refs = [f"run:{worlds.here.deleted_run_id}", f"experiment:{worlds.here.deleted_experiment_id}"]
    client.post("/trash/remove/", {"ref": refs})
    assert told(client.get("/trash/")) == ["2 things are gone for good."]
    assert not Run.objects.filter(run_id=worlds.here.deleted_run_id).exists()


def test_what_is_held_says_why_it_stays(web, people, worlds):
    legal.hold_run(SYSTEM, worlds.here.deleted_run_id, "inquiry 12/26")
    client = web(people.manager)
    assert "Stays: a legal hold (inquiry 12/26" in client.get("/trash/").content.decode()
    answer = client.post("/trash/remove/", {"ref": f"run:{worlds.here.deleted_run_id}"})
    assert answer.status_code == 403
    assert "inquiry 12/26" in answer.content.decode()


def test_emptying_says_first_what_would_go(web, people, worlds):
    legal.hold_run(SYSTEM, worlds.here.deleted_run_id, "inquiry 12/26")
    client = web(people.manager)
    page = client.get("/trash/empty/")
    assert page.context["total"].counts == {"experiment": 1}
    assert "1 thing is held and stays." in page.content.decode()
    client.post("/trash/empty/", {})
    assert told(client.get("/trash/"))[0] == "1 thing is gone for good."
    assert Run.objects.filter(run_id=worlds.here.deleted_run_id).exists()


def test_nothing_chosen_and_nonsense_are_refused(web, people, worlds):
    client = web(people.manager)
    assert client.post("/trash/restore/", {}).status_code == 400
    assert client.post("/trash/remove/", {"ref": "nonsense"}).status_code == 400
    assert client.get("/trash/?page=nonsense").status_code == 400


def test_many_of_which_one_is_refused_are_done_beside_it(web, people, worlds):
    client = web(people.manager)
    client.post("/trash/restore/", {"ref": [f"run:{worlds.here.deleted_run_id}", f"run:{'0' * 32}"]})
    assert told(client.get("/trash/")) == ["Run with id=" + "0" * 32 + " not found", "The run is back."]
