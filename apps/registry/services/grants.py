"""Sharing registered models."""

from apps.access.levels import Level
from apps.access.services import grants
from apps.audit.services.rows import record
from apps.core.actor import Actor
from apps.core.transactions import atomic
from apps.registry.access import ModelAccess, access_model
from apps.registry.models import ModelGrant
from apps.registry.models.registered import NO_STAGES


@atomic
def create_model_grant(actor: Actor, name: str, level: Level, *, user: str = "", team: str = "") -> None:
    """A grant that must not exist yet. Raises AlreadyExists, Missing, Denied."""
    model = access_model(actor, name, "model.share")
    grantee = grants.resolve_grantee(actor, user=user, team=team)
    grants.create_grant(actor, ModelGrant, {"model_id": model.id}, grantee, level)
    _audit(actor, model, user, team, level)


@atomic
def put_model_grant(actor: Actor, name: str, level: Level, *, user: str = "", team: str = "", stages: int = NO_STAGES) -> None:
    """Create or change a grant, with its right to stages. Raises Missing, Denied."""
    model = access_model(actor, name, "model.share")
    grantee = grants.resolve_grantee(actor, user=user, team=team)
    grants.put_grant(actor, ModelGrant, {"model_id": model.id}, grantee, level)
    ModelGrant.objects.filter(model_id=model.id, **grantee).update(stages=stages)
    _audit(actor, model, user, team, level)


@atomic
def update_model_grant(actor: Actor, name: str, level: Level, *, user: str = "", team: str = "") -> None:
    """Change a grant that exists. Raises Missing, Denied."""
    model = access_model(actor, name, "model.share")
    grantee = grants.resolve_grantee(actor, user=user, team=team)
    grants.update_grant(actor, ModelGrant, {"model_id": model.id}, grantee, level)
    _audit(actor, model, user, team, level)


@atomic
def delete_model_grant(actor: Actor, name: str, *, user: str = "", team: str = "") -> None:
    """Take a grant away. Raises Missing, Denied."""
    model = access_model(actor, name, "model.share")
    grantee = grants.resolve_grantee(actor, user=user, team=team)
    grants.delete_grant(actor, ModelGrant, {"model_id": model.id}, grantee)
    _audit(actor, model, user, team, None)


def _audit(actor: Actor, model: ModelAccess, user: str, team: str, level: Level | None) -> None:
    details = {"user": user, "team": team, "level": level.name if level is not None else None}
    record(actor, "model.share", noun="model", noun_id=model.id, name=model.name, workspace=model.workspace, details=details)
