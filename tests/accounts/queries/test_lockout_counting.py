"""Guessing is stopped; a job with a stale password stops nobody."""

import pytest

from apps.accounts import lockout
from apps.accounts.models import SignInFailure
from apps.accounts.queries.actors import actor_for_password
from apps.core.errors import TooMany
from tests.accounts.conftest import PASSWORD

HERE, THERE = "10.0.0.1", "10.0.0.2"
pytestmark = pytest.mark.django_db


def guess(times: int, name: str = "mira", address: str = HERE) -> None:
    for number in range(times):
        assert actor_for_password(name, f"guess {number}", address) is None


def locked(name: str = "mira", address: str = HERE, password: str = PASSWORD) -> bool:
    try:
        actor_for_password(name, password, address)
    except TooMany:
        return True
    return False


def test_eight_guesses_lock_the_name_for_the_address(mira):
    guess(8)
    assert locked()
    assert not locked(address=THERE)


def test_seven_do_not(mira):
    guess(7)
    assert not locked()


def test_other_names_of_the_address_are_not_locked(mira, boss):
    guess(8)
    assert not locked("boss")


def test_the_name_counts_in_any_case(mira):
    guess(4, "mira")
    guess(8, "MIRA")
    assert locked("Mira")


def test_names_that_nobody_has_lock_as_well(db):
    guess(8, "nobody")
    assert locked("nobody")


def test_a_job_with_a_stale_password_counts_as_one_guess(mira):
    for _ in range(200):
        assert actor_for_password("mira", "the password of last year", HERE) is None
    assert SignInFailure.objects.count() == 1
    assert not locked()


def test_who_was_right_within_the_hour_passes_a_lock(mira, lapse):
    assert actor_for_password("mira", PASSWORD, HERE)
    guess(8)
    lapse(minutes=10)
    assert not locked()


def test_success_forgets_the_guesses(mira):
    guess(7)
    assert not locked()
    guess(7)
    assert not locked()


def test_a_lock_opens_after_a_quarter_of_an_hour(mira, lapse):
    guess(8)
    lapse(minutes=14)
    assert locked()
    lapse(minutes=2)
    assert not locked()


def test_a_lock_is_seen_by_other_processes(mira):
    guess(8)
    from apps.accounts import credentials

    credentials.verdicts.clear()
    assert locked()


def test_no_guess_is_kept_in_the_clear(mira):
    guess(1)
    assert b"guess" not in bytes(SignInFailure.objects.get().guess)


def test_the_sweep_forgets_what_no_longer_counts(mira, lapse):
    guess(3)
    lapse(minutes=16)
    lockout.sweep()
    assert not SignInFailure.objects.exists()
