"""The people and worlds of all other tests are what they are said to be."""

import pytest

from apps.experiments.queries.experiments import get_experiment


def test_everybody_but_nobody_is_known(people):
    assert [person.name for person in people if not person.actor.is_known] == ["anonymous"]
    assert people.admin.actor.is_admin
    assert people.service.actor.kind == "service"


def test_a_token_is_its_person(people, api):
    assert api(people.editor).post("experiments/create", {"name": "mine"}).status == 200
    assert api(people.anonymous).post("experiments/create", {"name": "mine"}).status == 401


def test_levels_are_as_the_names_say(people, worlds):
    levels = {
        name: get_experiment(people[name].actor, worlds.here.experiment_id).level
        for name in ("reader", "editor", "teammate", "manager")
    }
    assert levels == {"reader": 10, "editor": 30, "teammate": 30, "manager": 40}


def test_the_worlds_have_the_same_names_and_no_common_thing(worlds):
    assert worlds.here.experiment == worlds.there.experiment
    assert worlds.here.experiment_id != worlds.there.experiment_id
    assert not set(worlds.here.run_ids) & set(worlds.there.run_ids)


def test_only_the_outsider_is_at_home_there(people, worlds, api):
    seen = {p.name: api(p, workspace="elsewhere").get("runs/get", run_id=worlds.there.run_id).status for p in people}
    assert {name for name, status in seen.items() if status == 200} == {"outsider", "admin"}


@pytest.mark.django_db(transaction=True)
def test_what_migrations_created_is_there_in_transactional_tests(people, worlds):
    assert get_experiment(people.admin.actor, "0").name == "Default"


@pytest.mark.django_db(transaction=True)
def test_what_migrations_created_is_there_again_after_a_flush(people):
    assert get_experiment(people.admin.actor, "0").name == "Default"
