"""Sharing experiments."""

from apps.access.levels import Level
from apps.access.queries.workspaces import GrantRecord, grant_records
from apps.access.services import grants
from apps.audit.services.rows import record
from apps.core.actor import Actor
from apps.core.transactions import atomic
from apps.experiments.access import ExperimentAccess, access_experiment
from apps.experiments.models import Experiment, ExperimentGrant


@atomic
def create_experiment_grant(actor: Actor, experiment_id: str, level: Level, *, user: str = "", team: str = "") -> int:
    """A grant that must not exist yet; its number. Raises AlreadyExists, Missing, Denied."""
    experiment = access_experiment(actor, experiment_id, "experiment.share")
    grantee = grants.resolve_grantee(actor, user=user, team=team)
    number = grants.create_grant(actor, ExperimentGrant, {"experiment_id": experiment.id}, grantee, level)
    _audit(actor, experiment, user, team, level)
    return number


@atomic
def put_experiment_grant(actor: Actor, experiment_id: str, level: Level, *, user: str = "", team: str = "") -> None:
    """Create or change a grant. Raises Missing, Denied."""
    experiment = access_experiment(actor, experiment_id, "experiment.share")
    grantee = grants.resolve_grantee(actor, user=user, team=team)
    grants.put_grant(actor, ExperimentGrant, {"experiment_id": experiment.id}, grantee, level)
    _audit(actor, experiment, user, team, level)


@atomic
def update_experiment_grant(actor: Actor, experiment_id: str, level: Level, *, user: str = "", team: str = "") -> None:
    """Change a grant that exists. Raises Missing, Denied."""
    experiment = access_experiment(actor, experiment_id, "experiment.share")
    grantee = grants.resolve_grantee(actor, user=user, team=team)
    grants.update_grant(actor, ExperimentGrant, {"experiment_id": experiment.id}, grantee, level)
    _audit(actor, experiment, user, team, level)


@atomic
def delete_experiment_grant(actor: Actor, experiment_id: str, *, user: str = "", team: str = "") -> None:
    """Take a grant away. Raises Missing, Denied."""
    experiment = access_experiment(actor, experiment_id, "experiment.share")
    grantee = grants.resolve_grantee(actor, user=user, team=team)
    grants.delete_grant(actor, ExperimentGrant, {"experiment_id": experiment.id}, grantee)
    _audit(actor, experiment, user, team, None)


@atomic
def set_experiment_grants(
    actor: Actor, experiment_id: str, wanted: list[tuple[dict[str, str], Level]], *, replace: bool
) -> list[GrantRecord]:
    """Give these grantees these levels; with `replace` everybody else loses theirs. Who has which now. Raises Missing, Denied."""
    experiment = access_experiment(actor, experiment_id, "experiment.share")
    kept: list[int] = []
    for names, level in wanted:
        grantee = grants.resolve_grantee(actor, **names)
        grants.put_grant(actor, ExperimentGrant, {"experiment_id": experiment.id}, grantee, level)
        kept += ExperimentGrant.objects.filter(experiment_id=experiment.id, **grantee).values_list("pk", flat=True)
        _audit(actor, experiment, names.get("user", ""), names.get("team", ""), level)
    if replace:
        lost = ExperimentGrant.objects.filter(experiment_id=experiment.id).exclude(pk__in=kept).select_related("user", "team")
        for row in lost:
            _audit(actor, experiment, row.user.username if row.user else "", row.team.name if row.team else "", None)
        lost.delete()
    return grant_records(actor, ExperimentGrant.objects.filter(experiment_id=experiment.id))


@atomic
def set_everyone_level(actor: Actor, experiment_id: str, level: Level | None) -> None:
    """What every signed-in person may do in it without a grant; None leaves it to the server's default. Raises Missing,
    Denied."""
    experiment = access_experiment(actor, experiment_id, "experiment.share")
    Experiment.objects.filter(pk=experiment.id).update(everyone_level=level)
    _audit(actor, experiment, "", "everyone", level)


def _audit(actor: Actor, experiment: ExperimentAccess, user: str, team: str, level: Level | None) -> None:
    details = {"user": user, "team": team, "level": level.name if level is not None else None}
    record(actor, "experiment.share", noun="experiment", noun_id=str(experiment.id), name=experiment.name, details=details)
