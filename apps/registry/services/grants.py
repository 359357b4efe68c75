"""Sharing registered models."""

from apps.access.levels import Level
from apps.access.services import grants
from apps.audit.services.rows import record
from apps.core.actor import Actor
from apps.core.transactions import atomic
from apps.registry.access import ModelAccess, access_model, access_model_by_id
from apps.registry.granting import GrantsOfModel, grants_of
from apps.registry.models import ModelGrant
from apps.registry.models.registered import NO_STAGES


@atomic
def create_model_grant(actor: Actor, name: str, level: Level, *, user: str = "", team: str = "") -> int:
    """A grant that must not exist yet; its number. Raises AlreadyExists, Missing, Denied."""
    model = access_model(actor, name, "model.share")
    grantee = grants.resolve_grantee(actor, user=user, team=team)
    number = grants.create_grant(actor, ModelGrant, {"model_id": model.id}, grantee, level)
    _audit(actor, model, user, team, level)
    return number


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
def set_model_grants(
    actor: Actor, model_id: int, wanted: list[tuple[dict[str, str], Level, int]], *, replace: bool
) -> GrantsOfModel:
    """Give these grantees these levels and rights to stages; with `replace` others lose theirs. Raises Missing, Denied."""
    model = access_model_by_id(actor, model_id, "model.share", lock=True)
    kept: list[int] = []
    for names, level, stages in wanted:
        grantee = grants.resolve_grantee(actor, **names)
        grants.put_grant(actor, ModelGrant, {"model_id": model.id}, grantee, level)
        ModelGrant.objects.filter(model_id=model.id, **grantee).update(stages=stages)
        kept += ModelGrant.objects.filter(model_id=model.id, **grantee).values_list("pk", flat=True)
        _audit(actor, model, names.get("user", ""), names.get("team", ""), level)
    if replace:
        lost = ModelGrant.objects.filter(model_id=model.id).exclude(pk__in=kept).select_related("user", "team")
        for row in lost:
            _audit(actor, model, row.user.username if row.user else "", row.team.name if row.team else "", None)
        lost.delete()
    return grants_of(model.id)


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
