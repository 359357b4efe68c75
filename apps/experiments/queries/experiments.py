"""Experiments that one may see."""

from django.db import models

from apps.access import policy
from apps.access.queries.team_grants import TeamGrant, one_team_grant, team_grants
from apps.access.queries.workspaces import GrantRecord, access_workspace, grant_records, require_admin, require_known
from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.experiments.access import EXPERIMENT, access_experiment
from apps.experiments.models import Experiment, ExperimentGrant, ExperimentTag
from apps.experiments.records import ExperimentRecord, Tag


def get_experiment(actor: Actor, experiment_id: str | int) -> ExperimentRecord:
    """The experiment of that id, deleted or not. Raises Invalid, Missing."""
    experiment = access_experiment(actor, experiment_id, "experiment.read")
    return _records(_visible(actor).filter(pk=experiment.id))[0]


def get_experiment_by_name(actor: Actor, name: str) -> ExperimentRecord:
    """The experiment of that name in the actor's workspace, deleted or not. Raises Missing."""
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    found = _records(_visible(actor).filter(workspace_id=workspace.id, name=name))
    if not found:
        raise Missing(f"Could not find experiment with name '{name}'")
    return found[0]


def list_experiment_grants(actor: Actor, experiment_id: str | int) -> list[GrantRecord]:
    """Who has which level on it; needs the right to share it. Raises Missing, Denied."""
    experiment = access_experiment(actor, experiment_id, "experiment.share")
    return grant_records(actor, ExperimentGrant.objects.filter(experiment_id=experiment.id))


def get_everyone_level(actor: Actor, experiment_id: str | int) -> int | None:
    """What everybody may do in it without a grant; None: the server's default. Raises Missing, Denied."""
    experiment = access_experiment(actor, experiment_id, "experiment.share")
    return Experiment.objects.values_list("everyone_level", flat=True).get(pk=experiment.id)


def _visible(actor: Actor) -> models.QuerySet[Experiment]:
    return policy.visible(Experiment.objects.all(), actor, EXPERIMENT)


def _records(rows: models.QuerySet[Experiment]) -> list[ExperimentRecord]:
    """Rows annotated with `level`, in their order, as records: two statements whatever their number."""
    columns = (
        "id",
        "name",
        "workspace__name",
        "artifact_location",
        "lifecycle",
        "created_at",
        "updated_at",
        "owner__username",
        "level",
    )
    found = [ExperimentRecord(*values) for values in rows.values_list(*columns)]
    by_id = {record.id: record for record in found}
    tags = ExperimentTag.objects.filter(experiment_id__in=by_id).order_by("key").values_list("experiment_id", "key", "value")
    for experiment_id, key, value in tags:
        by_id[experiment_id].tags.append(Tag(key, value))
    for record in found:
        record.owner = record.owner or ""
    return found


def list_user_experiment_grants(actor: Actor, user_id: int) -> list[tuple[int, int]]:
    """(experiment id, level) of a person's own grants; for oneself and administrators. Raises Denied."""
    require_known(actor)
    if actor.user_id != user_id:
        require_admin(actor, "user.read")
    rows = ExperimentGrant.objects.filter(user_id=user_id).order_by("experiment_id")
    return list(rows.values_list("experiment_id", "level"))


def list_team_experiment_grants(actor: Actor, team_ids: list[int]) -> list[TeamGrant]:
    """What the teams have on experiments of the actor's workspace, as far as the actor is in them."""
    rows = ExperimentGrant.objects.filter(experiment__workspace__name=actor.workspace)
    return team_grants(actor, rows, "experiment_id", team_ids)


def get_team_experiment_grant(actor: Actor, grant_id: int) -> TeamGrant:
    """One of them, for whoever may share the experiment. Raises Missing, Denied."""
    grant = one_team_grant(actor, ExperimentGrant.objects.all(), "experiment_id", grant_id)
    access_experiment(actor, grant.target, "experiment.share")
    return grant
