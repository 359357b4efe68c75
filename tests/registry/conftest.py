"""A model with versions here, and one of the same name elsewhere; people who approve."""

from dataclasses import dataclass, replace

import pytest

from apps.access.levels import Level
from apps.accounts.queries.actors import actor_for_user
from apps.accounts.services import teams, tokens, users
from apps.core.actor import Actor
from apps.registry.services import grants, policies, registered, versions
from apps.registry.services.policies import NewPolicy
from apps.registry.services.versions import NewVersion
from tests.support.people import PASSWORD, TEAM, Person
from tests.support.worlds import ELSEWHERE, LEVELS

MODEL = "fraud"
SYSTEM = Actor.system("tests")


@pytest.fixture
def model(people, worlds):
    """`fraud` with three versions of the first run; people have the levels that their names say. Its name."""
    for owner, world in ((SYSTEM, worlds.here), (replace(people.outsider.actor, workspace=ELSEWHERE), worlds.there)):
        registered.create_model(owner, MODEL, description="Finds fraud")
        for _ in range(3):
            source = f"mlflow-artifacts:/{world.experiment_id}/{world.run_id}/artifacts/model"
            versions.create_version(owner, NewVersion(MODEL, source, run_id=world.run_id))
    for name, level in LEVELS.items():
        grants.put_model_grant(SYSTEM, MODEL, level, user=name)
    grants.put_model_grant(SYSTEM, MODEL, Level.EDIT, team=TEAM)
    return MODEL


@dataclass(frozen=True)
class Approvers:
    """Three people who may read and whose approval counts: two of the team `risk`, one of `leads`; and one who is in both."""

    tom: Person
    lena: Person
    priya: Person
    both: Person
    risk: int
    leads: int


def person(name):
    """An account with a token."""
    row = users.create_user(SYSTEM, name, password=PASSWORD, email=f"{name}@example.com")
    return Person(name, actor_for_user(row, "token"), tokens.create_token(SYSTEM, row.pk).raw, row)


@pytest.fixture
def approvers(db):
    """Teams `risk` and `leads` with their people."""
    made = {name: person(name) for name in ("tom", "lena", "priya", "both")}
    risk, leads = teams.create_team(SYSTEM, "risk").pk, teams.create_team(SYSTEM, "leads").pk
    for team, names in ((risk, ("tom", "lena", "both")), (leads, ("priya", "both"))):
        for name in names:
            teams.add_member(SYSTEM, team, made[name].user.pk)
    return Approvers(**made, risk=risk, leads=leads)


@pytest.fixture
def protect(approvers, model):
    """`protect(rules=[...], gates=[...])`: a policy for Production of `fraud`; by default two of `risk`. Its id."""

    def make(*, scope="model", subject=MODEL, target="Production", target_kind="stage", **terms):
        terms.setdefault("rules", [{"number": 2, "teams": ["risk"]}])
        about = subject if scope in ("model", "pattern") else ""
        return policies.create_policy(SYSTEM, NewPolicy(scope, target, target_kind, about, terms))

    return make
