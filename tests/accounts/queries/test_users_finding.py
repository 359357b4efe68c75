"""Who may look whom up."""

import pytest

from apps.accounts.queries import users as queries
from apps.accounts.services import lifecycle, users
from apps.core.actor import Actor
from apps.core.errors import Denied, Missing, Unauthenticated

pytestmark = pytest.mark.django_db


def names(page) -> list[str]:
    return [user.username for user in page.users]


def test_oneself_and_administrators_see_an_account(as_mira, as_boss, mira):
    assert queries.get(as_mira, mira.pk) == queries.get_by_name(as_boss, "mira") == queries.me(as_mira) == mira


@pytest.mark.parametrize("name", ["boss", "nobody"])
def test_others_are_refused_whether_it_exists_or_not(as_mira, boss, name):
    with pytest.raises(Denied):
        queries.get_by_name(as_mira, name)


def test_an_account_that_is_not_there_is_missing(as_boss, as_mira, mira):
    lifecycle.delete(as_boss, mira.pk)
    for ask in (
        lambda: queries.get(as_boss, mira.pk),
        lambda: queries.get_by_name(as_boss, "mira"),
        lambda: queries.me(as_mira),
    ):
        with pytest.raises(Missing):
            ask()


def test_the_list_is_for_administrators(as_mira, as_boss, mira):
    assert {user.username for user in queries.all_users(as_boss)} == {"boss", "Mira"}
    for ask in (queries.list_users, queries.all_users):
        with pytest.raises(Denied):
            ask(as_mira)
        with pytest.raises(Unauthenticated):
            ask(Actor.anonymous())


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, ["ada", "boss", "Mira", "robot"]),
        ({"text": "MIR"}, ["Mira"]),
        ({"text": "example.com"}, ["ada", "Mira"]),
        ({"kind": "service"}, ["robot"]),
        ({"state": "admin"}, ["boss"]),
        ({"state": "invited"}, ["ada"]),
        ({"state": "inactive"}, ["robot"]),
        ({"state": "active"}, ["ada", "boss", "Mira"]),
    ],
)
def test_the_list_narrows(as_boss, mira, robot, options, found):
    users.invite(as_boss, "ada", "ada@example.com")
    lifecycle.deactivate(as_boss, robot.pk)
    assert names(queries.list_users(as_boss, **options)) == found


def test_the_list_comes_in_pages_by_name(as_boss, mira, robot):
    first = queries.list_users(as_boss, limit=2)
    second = queries.list_users(as_boss, limit=2, after=first.after)
    assert (names(first), names(second), second.after) == (["boss", "Mira"], ["robot"], "")


def test_people_are_found_by_everybody_without_their_address(as_mira, mira, robot):
    assert [(person.username, person.kind) for person in queries.find_people(as_mira, "r")] == [
        ("Mira", "person"),
        ("robot", "service"),
    ]
    assert not hasattr(queries.find_people(as_mira, "mira")[0], "email")


def test_closed_accounts_are_not_proposed(as_boss, mira):
    lifecycle.deactivate(as_boss, mira.pk)
    assert queries.find_people(as_boss, "mira") == []


def test_names_of_many_are_one_question(as_boss, mira, robot, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert {person.label for person in queries.people(as_boss, {mira.pk, robot.pk, 999}).values()} == {"Mira", "robot"}


def test_who_can_help_is_known_to_everybody(as_mira, boss):
    assert [person.username for person in queries.admins(as_mira)] == ["boss"]
