"""How requests change state: each change is a compare-and-swap, so that of two at once one wins and the other is told."""

from typing import Any

from apps.access.queries.workspaces import require_known
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Conflict
from apps.registry.access import ModelAccess
from apps.registry.lateness import gone
from apps.registry.lines import line_of
from apps.registry.models import TransitionRequest
from apps.registry.models.requests import CANCELLED, FINAL, PENDING
from apps.registry.services.announcing import tell_ended
from apps.registry.services.history import note


def set_state(actor: Actor, request: TransitionRequest, state: str, **changes: Any) -> None:
    """From the state that `request` says to `state`; the object follows. Raises Conflict, saying the state it has by now."""
    require_known(actor)
    now = now_ms()
    if state in FINAL:
        changes |= {"closed_at": now, "closed_by_id": actor.user_id}
    row = TransitionRequest.objects.filter(pk=request.pk, state=request.state)
    if row.update(state=state, updated_at=now, **changes) != 1:
        raise gone(request.pk)
    request.state = state
    for name, value in changes.items():
        setattr(request, name, value)


def require_pending(actor: Actor, request: TransitionRequest) -> None:
    """It can still be voted on, cancelled, executed. Raises Conflict, saying the state it has."""
    require_known(actor)
    if request.state not in PENDING:
        raise Conflict(f"Request {request.pk} is {request.state}")


def cancel_pending(actor: Actor, model: ModelAccess, version_id: int | None, reason: str) -> None:
    """End the requests of a version, or of a whole model for None, that goes away."""
    require_known(actor)
    rows = TransitionRequest.objects.filter(model_id=model.id, state__in=PENDING).select_related("version")
    if version_id is not None:
        rows = rows.filter(version_id=version_id)
    for request in rows.exclude(state="executing").order_by("pk"):
        set_state(actor, request, CANCELLED, reason=reason)
        note(actor, "request.close", model, line_of("cancelled", request, system_comment=reason))
        tell_ended(actor, model, request)
