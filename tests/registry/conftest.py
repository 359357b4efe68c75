"""A model with versions here, and one of the same name elsewhere."""

from dataclasses import replace

import pytest

from apps.access.levels import Level
from apps.core.actor import Actor
from apps.registry.services import grants, registered, versions
from apps.registry.services.versions import NewVersion
from tests.support.people import TEAM
from tests.support.worlds import ELSEWHERE, LEVELS

MODEL = "fraud"


@pytest.fixture
def model(people, worlds):
    """`fraud` with three versions of the first run; people have the levels that their names say. Its name."""
    system = Actor.system("tests")
    for owner, world in ((system, worlds.here), (replace(people.outsider.actor, workspace=ELSEWHERE), worlds.there)):
        registered.create_model(owner, MODEL, description="Finds fraud")
        for _ in range(3):
            source = f"mlflow-artifacts:/{world.experiment_id}/{world.run_id}/artifacts/model"
            versions.create_version(owner, NewVersion(MODEL, source, run_id=world.run_id))
    for name, level in LEVELS.items():
        grants.put_model_grant(system, MODEL, level, user=name)
    grants.put_model_grant(system, MODEL, Level.EDIT, team=TEAM)
    return MODEL
