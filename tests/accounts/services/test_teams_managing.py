"""Teams, who leads them, and since when somebody is in."""

import pytest

from apps.accounts.models import Membership, Team
from apps.accounts.queries import teams as queries
from apps.accounts.queries.actors import actor_for_user
from apps.accounts.services import lifecycle, teams, users
from apps.core.errors import AlreadyExists, Denied, Invalid, Missing

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew(system) -> Team:
    return teams.create_team(system, "Crew", "the first one")


@pytest.fixture
def as_lead(system, crew):
    lead = users.create_user(system, "lena")
    teams.add_member(system, crew.pk, lead.pk, "lead")
    return actor_for_user(lead, "session")


def members(team: Team) -> dict[str, str]:
    return dict(Membership.objects.filter(team=team).values_list("user__username", "role"))


def test_administrators_make_rename_and_delete_teams(as_boss, acts):
    team = teams.create_team(as_boss, "Risk")
    teams.update_team(as_boss, team.pk, name="Risk and fraud", description="both")
    teams.delete_team(as_boss, team.pk)
    assert acts() == ["team.create", "team.update", "team.delete"]
    assert not Team.objects.exists()


def test_a_name_is_taken_in_any_case(as_boss, crew):
    with pytest.raises(AlreadyExists):
        teams.create_team(as_boss, "CREW")
    other = teams.create_team(as_boss, "Other")
    with pytest.raises(AlreadyExists):
        teams.update_team(as_boss, other.pk, name="crew", description="")


def test_leads_add_and_remove_members(as_lead, crew, mira, acts):
    teams.add_member(as_lead, crew.pk, mira.pk)
    assert members(crew) == {"lena": "lead", "Mira": "member"}
    teams.add_member(as_lead, crew.pk, mira.pk, "lead")
    teams.remove_member(as_lead, crew.pk, mira.pk)
    assert members(crew) == {"lena": "lead"}
    assert acts() == ["team.add_member", "team.set_role", "team.remove_member"]


def test_leads_neither_rename_nor_delete(as_lead, crew):
    with pytest.raises(Denied):
        teams.update_team(as_lead, crew.pk, name="x", description="")
    with pytest.raises(Denied):
        teams.delete_team(as_lead, crew.pk)


def test_members_change_nothing_but_may_leave(system, as_mira, mira, crew, boss):
    teams.add_member(system, crew.pk, mira.pk)
    with pytest.raises(Denied):
        teams.add_member(as_mira, crew.pk, boss.pk)
    with pytest.raises(Denied):
        teams.add_member(as_mira, crew.pk, mira.pk, "lead")
    teams.remove_member(as_mira, crew.pk, mira.pk)
    assert members(crew) == {}


def test_to_people_outside_a_team_is_not_there(as_mira, mira, crew):
    for ask in (lambda: queries.get(as_mira, crew.pk), lambda: teams.add_member(as_mira, crew.pk, mira.pk)):
        with pytest.raises(Missing):
            ask()
    assert queries.list_teams(as_mira) == []


def test_but_everybody_may_name_it_to_grant_something(as_mira, crew):
    assert [team.name for team in queries.find_teams(as_mira, "CR")] == ["Crew"]


def test_a_new_role_keeps_the_day_of_joining_and_a_return_does_not(system, crew, mira, lapse):
    teams.add_member(system, crew.pk, mira.pk)
    joined = Membership.objects.get().joined_at
    lapse(hours=1)
    teams.add_member(system, crew.pk, mira.pk, "lead")
    assert Membership.objects.get().joined_at == joined
    teams.remove_member(system, crew.pk, mira.pk)
    teams.add_member(system, crew.pk, mira.pk)
    assert Membership.objects.get().joined_at > joined


def test_adding_twice_is_noted_once(as_boss, crew, mira, acts):
    teams.add_member(as_boss, crew.pk, mira.pk)
    teams.add_member(as_boss, crew.pk, mira.pk)
    assert acts() == ["team.add_member"]


def test_closed_accounts_and_unknown_roles_are_refused(as_boss, crew, mira):
    with pytest.raises(Invalid):
        teams.add_member(as_boss, crew.pk, mira.pk, "king")
    lifecycle.deactivate(as_boss, mira.pk)
    with pytest.raises(Invalid):
        teams.add_member(as_boss, crew.pk, mira.pk)


def test_what_is_not_there_is_missing(as_boss, crew, mira):
    for ask in (
        lambda: teams.add_member(as_boss, 999, mira.pk),
        lambda: teams.add_member(as_boss, crew.pk, 999),
        lambda: teams.remove_member(as_boss, crew.pk, mira.pk),
        lambda: teams.delete_team(as_boss, 999),
    ):
        with pytest.raises(Missing):
            ask()


@pytest.mark.parametrize("people", [2, 12])
def test_a_team_costs_the_same_questions_for_any_size(system, crew, django_assert_num_queries, people):
    for number in range(people):
        teams.add_member(system, crew.pk, users.create_user(system, f"u{number}").pk)
    with django_assert_num_queries(2):
        team = queries.get(system, crew.pk)
        assert len([member.user.label for member in team.memberships.all()]) == people


def test_who_can_be_added_is_not_in_yet(system, crew, mira, boss):
    teams.add_member(system, crew.pk, mira.pk)
    assert [person.username for person in queries.addable(system, crew.pk)] == ["boss"]
