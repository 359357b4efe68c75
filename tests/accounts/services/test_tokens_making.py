"""Secrets that are seen once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.accounts.models import ApiToken
from apps.accounts.queries.actors import actor_for_token
from apps.accounts.queries.tokens import list_tokens
from apps.accounts.services import lifecycle, tokens
from apps.audit.models import AuditRow
from apps.core.errors import Denied, Invalid, Missing

pytestmark = pytest.mark.django_db


def test_a_token_is_returned_once_and_stored_nowhere(as_mira, mira, acts):
    made = tokens.create_token(as_mira, mira.pk, label="laptop")
    assert made.raw.startswith("mlp_")
    assert len(made.raw) == 36
    assert made.raw not in str(list(ApiToken.objects.values())) + str(list(AuditRow.objects.values()))
    assert acts() == ["token.create"]


def test_its_beginning_tells_tokens_apart(as_mira, mira):
    made = tokens.create_token(as_mira, mira.pk)
    assert made.raw.startswith(made.token.prefix)
    assert len(made.token.prefix) == 10


def test_nobody_makes_a_token_in_another_persons_name(as_boss, as_mira, mira, boss, robot):
    for actor, owner in ((as_boss, mira), (as_mira, boss), (as_mira, robot)):
        with pytest.raises(Denied):
            tokens.create_token(actor, owner.pk)


def test_administrators_make_those_of_service_accounts(as_boss, robot):
    actor = actor_for_token(tokens.create_token(as_boss, robot.pk).raw)
    assert (actor.name, actor.kind) == ("robot", "service")


def test_a_limited_token_makes_no_token(as_mira, mira):
    limited = actor_for_token(tokens.create_token(as_mira, mira.pk, scope="write").raw)
    with pytest.raises(Denied):
        tokens.create_token(limited, mira.pk)


@pytest.mark.parametrize("wrong", [{"scope": "root"}, {"lifetime": timedelta(0)}, {"lifetime": timedelta(-1)}])
def test_nonsense_is_refused(as_mira, mira, wrong):
    with pytest.raises(Invalid):
        tokens.create_token(as_mira, mira.pk, **wrong)


def test_a_closed_account_gets_none(as_boss, robot):
    lifecycle.deactivate(as_boss, robot.pk)
    with pytest.raises(Invalid):
        tokens.create_token(as_boss, robot.pk)


def test_a_revoked_token_is_out_at_once(as_mira, mira, acts):
    made = tokens.create_token(as_mira, mira.pk)
    assert actor_for_token(made.raw)
    tokens.revoke_token(as_mira, made.token.pk)
    assert actor_for_token(made.raw) is None
    assert list_tokens(as_mira) == []
    assert acts() == ["token.create", "token.revoke"]


def test_other_peoples_tokens_are_not_there(as_mira, as_boss, boss):
    token = tokens.create_token(as_boss, boss.pk).token
    for change in (lambda: tokens.revoke_token(as_mira, token.pk), lambda: tokens.rename_token(as_mira, token.pk, "x")):
        with pytest.raises(Missing):
            change()


def test_administrators_revoke_anybodys(as_mira, as_boss, mira):
    made = tokens.create_token(as_mira, mira.pk)
    tokens.revoke_token(as_boss, made.token.pk)
    assert actor_for_token(made.raw) is None


def test_a_token_can_be_named_again(as_mira, mira):
    token = tokens.create_token(as_mira, mira.pk, label="old").token
    tokens.rename_token(as_mira, token.pk, " new ")
    assert [row.label for row in list_tokens(as_mira)] == ["new"]


def test_other_peoples_tokens_are_listed_for_administrators_only(as_mira, as_boss, mira, boss):
    tokens.create_token(as_mira, mira.pk)
    assert len(list_tokens(as_boss, mira.pk)) == 1
    with pytest.raises(Denied):
        list_tokens(as_mira, boss.pk)


def test_a_system_actor_makes_tokens_for_anybody(system, mira):
    assert actor_for_token(tokens.create_token(system, mira.pk).raw).name == "Mira"


def test_a_read_token_is_no_administrators(as_boss, boss):
    actor = actor_for_token(tokens.create_token(as_boss, boss.pk, scope="read").raw)
    assert (actor.is_admin, actor.limits) == (False, {"scope": "read"})


def test_limits_travel_with_the_actor(system, mira):
    actor = actor_for_token(tokens.create_token(system, mira.pk, limits={"run": "abc"}, scope="write").raw)
    assert actor.limits == {"run": "abc", "scope": "write"}
    assert replace(actor, workspace="x").limits == actor.limits
