"""Accounts are made by administrators, once per name."""

import pytest

from apps.accounts.models import User
from apps.accounts.services import users
from apps.audit.models import AuditRow
from apps.core.actor import Actor
from apps.core.errors import AlreadyExists, Denied, Invalid, Unauthenticated
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def test_an_administrator_makes_an_account(as_boss, acts):
    user = users.create_user(as_boss, "ada", password=PASSWORD, email="ada@example.com", display_name="Ada L.")
    assert (user.username, user.email, user.label, user.is_admin, user.kind) == (
        "ada",
        "ada@example.com",
        "Ada L.",
        False,
        "person",
    )
    assert user.check_password(PASSWORD)
    assert acts() == ["user.create"]


@pytest.mark.parametrize("make", [users.create_user, users.create_service_account])
def test_nobody_else_does(as_mira, make):
    with pytest.raises(Denied):
        make(as_mira, "ada")
    with pytest.raises(Unauthenticated):
        make(Actor.anonymous(), "ada")


def test_a_name_is_taken_in_any_case(as_boss, mira):
    with pytest.raises(AlreadyExists, match="already exists"):
        users.create_user(as_boss, "mIRA", password=PASSWORD)


def test_a_name_that_is_taken_leaves_no_trace(as_boss, mira, acts):
    with pytest.raises(AlreadyExists):
        users.create_user(as_boss, "mira", password=PASSWORD)
    assert acts() == []


@pytest.mark.parametrize("password", ["short", "password1234", "ada-lovelace1", ""])
def test_weak_passwords_are_refused_with_a_reason(as_boss, password):
    with pytest.raises(Invalid, match=r"\w+"):
        users.create_user(as_boss, "ada-lovelace", password=password)
    assert not User.objects.filter(key="ada-lovelace").exists()


def test_whoever_runs_the_platform_chooses_any_password(system):
    assert users.create_user(system, "ada", password="short").check_password("short")


def test_an_empty_password_is_refused_even_then(system):
    with pytest.raises(Invalid):
        users.create_user(system, "ada", password="")


def test_a_service_account_has_no_password_and_is_no_administrator(as_boss):
    robot = users.create_service_account(as_boss, "ci", description="nightly trainings")
    assert (robot.kind, robot.has_usable_password(), robot.is_admin) == ("service", False, False)


def test_the_audit_knows_no_password(as_boss):
    users.create_user(as_boss, "ada", password=PASSWORD)
    assert PASSWORD not in str(list(AuditRow.objects.values()))


def test_a_profile_changes_by_its_owner(as_mira, mira, acts):
    users.update_profile(as_mira, mira.pk, display_name="Mira S.", email="m@example.com")
    mira.refresh_from_db()
    assert (mira.display_name, mira.email) == ("Mira S.", "m@example.com")
    assert acts() == ["user.update"]


def test_a_profile_that_stays_as_it_is_says_nothing(as_mira, mira, acts):
    users.update_profile(as_mira, mira.pk, email="mira@example.com")
    assert acts() == []


def test_a_stranger_changes_no_profile(as_mira, boss):
    with pytest.raises(Denied):
        users.update_profile(as_mira, boss.pk, display_name="x")


def test_preferences_are_kept_one_by_one(as_mira, mira):
    users.set_preference(as_mira, "theme", "dark")
    users.set_preference(as_mira, "nav", "slim")
    mira.refresh_from_db()
    assert (mira.theme, mira.nav) == ("dark", "slim")


@pytest.mark.parametrize(("name", "value"), [("theme", "pink"), ("admin", "true")])
def test_other_preferences_are_refused(as_mira, name, value):
    with pytest.raises(Invalid):
        users.set_preference(as_mira, name, value)
