"""A token made for less than its owner may does not share, whatever level its owner has."""

import pytest

from apps.access import policy
from apps.access.levels import Level
from apps.core.actor import Actor
from apps.core.errors import Denied


@pytest.mark.parametrize("limits", [{"scope": "read"}, {"scope": "write"}, {"run": "a" * 32}])
@pytest.mark.parametrize("act", ["experiment.share", "workspace.share"])
def test_a_limited_token_shares_nothing(limits, act):
    with pytest.raises(Denied):
        policy.check(Actor(1, "ada", via="token", limits=limits), act, Level.MANAGE, "not found")


def test_a_token_that_writes_still_writes():
    policy.check(Actor(1, "ada", via="token", limits={"scope": "write"}), "run.log", Level.EDIT, "not found")


def test_a_token_for_all_shares():
    policy.check(Actor(1, "ada", via="token"), "experiment.share", Level.MANAGE, "not found")
