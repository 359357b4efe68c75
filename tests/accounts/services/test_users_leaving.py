"""Closing, opening, deleting; and that somebody always remains who can."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from apps.accounts.models import Membership, Session, User
from apps.accounts.queries.actors import actor_for_password, actor_for_token, actor_for_user
from apps.accounts.services import lifecycle, teams, tokens, users
from apps.core import clock
from apps.core.errors import Conflict, Denied, DomainError, Invalid, Missing
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def open_session(user: User) -> None:
    Session.objects.create(digest=f"{user.pk:064}", data="", expires_at=clock.now().replace(year=2999), user=user)


def test_a_closed_account_is_out_at_once_by_every_way(as_boss, mira, as_mira, acts):
    raw = tokens.create_token(as_mira, mira.pk).raw
    open_session(mira)
    assert actor_for_password("mira", PASSWORD)
    lifecycle.deactivate(as_boss, mira.pk)
    assert actor_for_token(raw) is None
    assert actor_for_password("mira", PASSWORD) is None
    assert not Session.objects.exists()
    assert acts() == ["token.create", "user.deactivate"]


def test_an_account_opened_again_has_its_password_but_no_old_token(as_boss, mira, as_mira):
    raw = tokens.create_token(as_mira, mira.pk).raw
    lifecycle.deactivate(as_boss, mira.pk)
    lifecycle.reactivate(as_boss, mira.pk)
    assert actor_for_password("mira", PASSWORD)
    assert actor_for_token(raw) is None


def test_closing_twice_is_noted_once(as_boss, mira, acts):
    lifecycle.deactivate(as_boss, mira.pk)
    lifecycle.deactivate(as_boss, mira.pk)
    assert acts() == ["user.deactivate"]


def test_the_last_administrator_stays(as_boss, boss):
    for leave in (lifecycle.deactivate, lifecycle.delete, lambda actor, user_id: lifecycle.set_admin(actor, user_id, False)):
        with pytest.raises(Conflict, match="last administrator"):
            leave(as_boss, boss.pk)
    boss.refresh_from_db()
    assert boss.is_active
    assert boss.is_admin


def test_a_closed_administrator_does_not_count(as_boss, boss, mira):
    lifecycle.set_admin(as_boss, mira.pk, True)
    lifecycle.deactivate(as_boss, mira.pk)
    with pytest.raises(Conflict):
        lifecycle.set_admin(as_boss, boss.pk, False)


def test_one_of_two_administrators_may_go(as_boss, boss, mira, acts):
    lifecycle.set_admin(as_boss, mira.pk, True)
    lifecycle.set_admin(as_boss, boss.pk, False)
    assert acts() == ["user.set_admin", "user.set_admin"]


@pytest.mark.django_db(transaction=True)
def test_administrators_who_remove_each_other_at_once_leave_one(system):
    admins = [users.create_user(system, f"admin{number}", is_admin=True) for number in range(4)]

    def demote(number: int) -> None:
        try:
            lifecycle.set_admin(actor_for_user(admins[number], "session"), admins[number].pk, False)
        except DomainError:
            pass
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(demote, range(4)))
    assert User.objects.filter(is_superuser=True).count() == 1


def test_a_service_account_is_never_administrator(as_boss, robot):
    with pytest.raises(Invalid):
        lifecycle.set_admin(as_boss, robot.pk, True)


def test_only_administrators_close_open_promote_and_delete(as_mira, mira, boss):
    for change in (lifecycle.deactivate, lifecycle.reactivate, lifecycle.delete, lambda a, u: lifecycle.set_admin(a, u, True)):
        with pytest.raises(Denied):
            change(as_mira, mira.pk)


def test_a_deleted_account_frees_its_name_and_leaves_nothing_to_the_next(as_boss, mira, as_mira, system):
    raw = tokens.create_token(as_mira, mira.pk).raw
    team = teams.create_team(system, "crew")
    teams.add_member(system, team.pk, mira.pk)
    lifecycle.delete(as_boss, mira.pk)
    assert actor_for_token(raw) is None
    assert not Membership.objects.exists()
    heir = users.create_user(as_boss, "Mira", password=PASSWORD)
    assert heir.pk != mira.pk


def test_a_deleted_account_keeps_what_it_was_called(as_boss, mira):
    lifecycle.delete(as_boss, mira.pk)
    mira.refresh_from_db()
    assert (mira.label, mira.email, mira.is_active) == ("Mira (deleted)", "", False)


def test_a_deleted_account_does_not_come_back(as_boss, mira):
    lifecycle.delete(as_boss, mira.pk)
    for change in (lifecycle.reactivate, lifecycle.deactivate, lifecycle.delete):
        with pytest.raises(Missing):
            change(as_boss, mira.pk)


def test_nobody_deletes_themselves(as_boss, boss, mira):
    lifecycle.set_admin(as_boss, mira.pk, True)
    with pytest.raises(Conflict):
        lifecycle.delete(as_boss, boss.pk)
