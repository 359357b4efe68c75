"""From a request's credentials to an actor."""

from datetime import timedelta

import pytest

from apps.accounts.models import ApiToken
from apps.accounts.queries.actors import actor_for_password, actor_for_token
from apps.accounts.services import passwords, tokens
from apps.core.actor import Actor
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def raw(mira, as_mira):
    return tokens.create_token(as_mira, mira.pk).raw


def test_a_token_says_who_from_where_and_in_which_workspace(raw, mira):
    token_id = ApiToken.objects.get().pk
    expected = Actor(mira.pk, "Mira", via="token", token_id=token_id, address="10.0.0.1", workspace="risk")
    assert actor_for_token(raw, "10.0.0.1", "risk") == expected


def test_a_token_costs_one_question(raw, django_assert_num_queries):
    actor_for_token(raw)
    with django_assert_num_queries(1):
        actor_for_token(raw)


@pytest.mark.parametrize("wrong", ["", "mlp_", "x" * 500, "mlp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "\0", "ü"])
def test_an_unknown_token_is_nobody(raw, wrong):
    assert actor_for_token(wrong) is None


def test_a_token_ends_with_its_lifetime(mira, as_mira, lapse):
    raw = tokens.create_token(as_mira, mira.pk, lifetime=timedelta(days=1)).raw
    lapse(hours=23)
    assert actor_for_token(raw)
    lapse(hours=2)
    assert actor_for_token(raw) is None


def test_its_last_use_is_noted_at_most_once_a_minute(raw, django_assert_num_queries, lapse):
    actor_for_token(raw)
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    lapse(seconds=30)
    with django_assert_num_queries(1):
        actor_for_token(raw)
    lapse(seconds=40)
    actor_for_token(raw)
    assert ApiToken.objects.get().last_used_at > first


def test_an_administrators_token_is_an_administrator(as_boss, boss):
    assert actor_for_token(tokens.create_token(as_boss, boss.pk).raw).is_admin


def test_basic_takes_name_and_password(mira):
    actor = actor_for_password("mira", PASSWORD, "10.0.0.1", "risk")
    assert (actor.name, actor.via, actor.address, actor.workspace) == ("Mira", "password", "10.0.0.1", "risk")


def test_basic_takes_a_token_as_the_password(raw):
    assert actor_for_password("MIRA", raw).via == "token"


def test_basic_with_somebody_elses_token_is_nobody(raw, boss):
    assert actor_for_password("boss", raw) is None


def test_a_password_may_look_like_a_token(system, mira):
    passwords.set_password(system, mira.pk, "mlp_ is how it begins")
    assert actor_for_password("mira", "mlp_ is how it begins").via == "password"


@pytest.mark.parametrize(
    ("name", "password"), [("mira", "wrong"), ("nobody", PASSWORD), ("mira", ""), ("", PASSWORD), ("robot", "!")]
)
def test_wrong_credentials_are_nobody(mira, robot, name, password):
    assert actor_for_password(name, password) is None


def test_a_verified_pair_is_hashed_once_a_minute(mira, lapse, monkeypatch):
    hashed = []
    monkeypatch.setattr("apps.accounts.passwords.check_password", lambda *pair: hashed.append(pair) or True)
    for seconds in (0, 30, 20, 20, 10):
        lapse(seconds=seconds)
        assert actor_for_password("mira", PASSWORD)
    assert len(hashed) == 2


def test_a_remembered_pair_costs_one_question(mira, django_assert_num_queries):
    actor_for_password("mira", PASSWORD)
    with django_assert_num_queries(1):
        actor_for_password("mira", PASSWORD)


def test_a_wrong_pair_is_hashed_once_a_minute_too(mira, monkeypatch):
    hashed = []
    monkeypatch.setattr("apps.accounts.passwords.check_password", lambda *pair: bool(hashed.append(pair)))
    for _ in range(5):
        assert actor_for_password("mira", "wrong") is None
    assert len(hashed) == 1


def test_the_memory_is_bounded(monkeypatch):
    from apps.accounts import credentials

    monkeypatch.setattr(credentials, "MOST", 3)
    verdicts = credentials.Verdicts()
    for number in range(5):
        verdicts.put(bytes([number]), True)
    assert [verdicts.get(bytes([number])) is not None for number in range(5)] == [False, False, True, True, True]
