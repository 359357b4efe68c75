"""Writing down what happened to a model: a line of its activity and a row of the audit, in the transaction of the act."""

from typing import Any

from apps.access.queries.workspaces import require_known
from apps.audit.services.rows import record
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.registry.access import ModelAccess
from apps.registry.lines import Line
from apps.registry.models import Activity


def note(actor: Actor, act: str, model: ModelAccess, line: Line) -> int:
    """Add both. Returns the number of the activity."""
    require_known(actor)
    activity = Activity.objects.create(
        model_id=model.id,
        name=model.name,
        version=line.number,
        request_id=line.request_id,
        kind=line.kind,
        from_stage=line.from_stage,
        to_stage=line.to_stage,
        alias=line.alias,
        actor_id=actor.user_id,
        actor_name=actor.name[:300],
        via=actor.via,
        comment=line.comment,
        system_comment=line.system_comment,
        policy_versions=", ".join(line.policies)[:500],
        at=line.at or now_ms(),
    )
    said: dict[str, Any] = {
        "activity": activity.pk, "kind": line.kind, "version": line.number, "request": line.request_id,
        "from": line.from_stage, "to": line.to_stage, "alias": line.alias, "comment": line.comment,
        "system": line.system_comment, "policies": line.policies,
    }  # fmt: skip
    audit(actor, act, model, line.number, {key: value for key, value in said.items() if value} | line.details)
    return activity.pk


def audit(actor: Actor, act: str, model: ModelAccess, number: int | None, details: dict[str, Any]) -> None:
    """The audit's row alone: for acts that the activity does not tell."""
    require_known(actor)
    noun, noun_id = ("model_version", f"{model.id}/{number}") if number is not None else ("model", str(model.id))
    record(actor, act, noun=noun, noun_id=noun_id, name=model.name, workspace=model.workspace, details=details)
