"""Who may not delete a run is told who may."""

import pytest

pytestmark = pytest.mark.django_db


def test_a_person_who_only_edits_is_told_who_deletes(people, worlds, web):
    address = f"/runs/{worlds.here.run_id}/"
    for person, words, offered in (("editor", b"manager can do it, or give you that", False), ("manager", b"", True)):
        content = web(people[person]).get(address).content
        assert words in content
        assert (f"{address}delete/".encode() in content) is offered
    assert b"can do it, or give you that" not in web(people.reader).get(address).content


def test_in_an_experiment_that_nobody_made_an_administrator_deletes(people, api, web):
    run_id = api(people.stranger).post("runs/create", {}).ok["run"]["info"]["run_id"]
    assert b"An administrator can do it" in web(people.stranger).get(f"/runs/{run_id}/").content
    assert api(people.stranger).post("runs/delete", {"run_id": run_id}).status == 403
