"""The one definition answers "may I" and "which" alike, for every combination of grants."""

import itertools

import pytest

from apps.access import policy
from apps.access.levels import Level
from apps.access.models import WorkspaceGrant
from apps.core.errors import Missing
from apps.experiments.access import EXPERIMENT, access_experiment
from apps.experiments.models import Experiment, ExperimentGrant
from apps.experiments.services.experiments import create_experiment

pytestmark = pytest.mark.django_db
CHOICES = (None, Level.NO_PERMISSIONS, Level.READ, Level.MANAGE)


def expected(own, team, own_there, team_there, everyone) -> int:
    """The rule in words: the first that there is."""
    return next(level for level in (own, team, own_there, team_there, everyone, Level.READ) if level is not None)


def test_every_combination_of_grants_gives_the_first_that_there_is(people):
    number = create_experiment(people.admin.actor, "x")
    person, crew = people.teammate.user.pk, people.teammate.user.memberships.get().team_id
    for levels in itertools.product(CHOICES, repeat=5):
        own, team, own_there, team_there, everyone = levels
        ExperimentGrant.objects.filter(experiment_id=number).delete()
        WorkspaceGrant.objects.all().delete()
        Experiment.objects.filter(pk=number).update(everyone_level=everyone)
        grants = [ExperimentGrant(experiment_id=number, user_id=person, level=own)] if own is not None else []
        grants += [ExperimentGrant(experiment_id=number, team_id=crew, level=team)] if team is not None else []
        ExperimentGrant.objects.bulk_create(grants)
        there = [WorkspaceGrant(workspace_id=1, user_id=person, level=own_there)] if own_there is not None else []
        there += [WorkspaceGrant(workspace_id=1, team_id=crew, level=team_there)] if team_there is not None else []
        WorkspaceGrant.objects.bulk_create(there)
        level = policy.annotate(Experiment.objects.filter(pk=number), people.teammate.actor, EXPERIMENT).get().level
        assert (levels, level) == (levels, expected(*levels))
        seen = policy.visible(Experiment.objects.filter(pk=number), people.teammate.actor, EXPERIMENT).exists()
        assert seen == (level >= Level.READ)
        if not seen:
            with pytest.raises(Missing):
                access_experiment(people.teammate.actor, number, "experiment.read")


def test_what_another_workspace_holds_is_hidden_without_a_grant_there(people, worlds):
    with pytest.raises(Missing):
        access_experiment(people.manager.actor, worlds.there.experiment_id, "experiment.read")
