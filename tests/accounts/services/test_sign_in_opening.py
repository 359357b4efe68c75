"""The door for people: one sentence for every reason not to open."""

import pytest

from apps.accounts.services import lifecycle, sign_in
from apps.audit.models import AuditRow
from apps.core.actor import Actor
from apps.core.errors import TooMany, Unauthenticated
from tests.accounts.conftest import PASSWORD

HERE = Actor.anonymous("10.0.0.9")
pytestmark = pytest.mark.django_db


def test_name_and_password_open_in_any_case_of_the_name(mira, acts):
    assert sign_in.sign_in(HERE, "mIRa", PASSWORD) == mira
    assert acts() == ["sign_in.open"]


def test_the_audit_says_from_where(mira):
    sign_in.sign_in(HERE, "mira", PASSWORD)
    assert AuditRow.objects.values_list("actor_id", "address", "via").last() == (mira.pk, "10.0.0.9", "session")


WRONG = [("mira", "wrong"), ("nobody", PASSWORD), ("mira", ""), ("", PASSWORD), ("robot", "x")]


@pytest.mark.parametrize(("name", "password"), WRONG)
def test_every_refusal_reads_the_same(mira, robot, name, password):
    with pytest.raises(Unauthenticated, match=f"^{sign_in.WRONG}$"):
        sign_in.sign_in(HERE, name, password)


def test_a_closed_account_reads_the_same(mira, as_boss):
    lifecycle.deactivate(as_boss, mira.pk)
    with pytest.raises(Unauthenticated, match=f"^{sign_in.WRONG}$"):
        sign_in.sign_in(HERE, "mira", PASSWORD)


def test_the_eighth_wrong_password_locks_even_for_the_right_one(mira, acts):
    for number in range(8):
        with pytest.raises(Unauthenticated):
            sign_in.sign_in(HERE, "mira", f"guess {number}")
    with pytest.raises(TooMany) as locked:
        sign_in.sign_in(HERE, "mira", PASSWORD)
    assert 14 * 60 < locked.value.retry_after <= 15 * 60 + 1
    assert acts() == ["sign_in.lock"]


def test_leaving_is_noted(as_mira, acts):
    sign_in.sign_out(as_mira)
    assert acts() == ["sign_in.close"]
