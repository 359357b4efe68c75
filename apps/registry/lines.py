"""Lines of a model's history."""

from dataclasses import dataclass, field
from typing import Any

from apps.registry import acts
from apps.registry.models import TransitionRequest


@dataclass(slots=True)
class Line:
    """What a line says besides who did it. `policies` are labels of policy versions; `details` go to the audit only."""

    kind: str
    number: int | None = None
    request_id: int | None = None
    from_stage: str = ""
    to_stage: str = ""
    alias: str = ""
    comment: str = ""
    system_comment: str = ""
    policies: list[str] = field(default_factory=list)
    at: int = 0  # ms; 0: now
    details: dict[str, Any] = field(default_factory=dict)


def line_of(kind: str, request: TransitionRequest, *, comment: str = "", system_comment: str = "") -> Line:
    """A line of history about a request (its version selected along)."""
    number = request.version.number if request.version else None
    return Line(
        kind,
        number,
        request.pk,
        request.from_stage,
        stage_of(request),
        alias_of(request),
        comment=comment,
        system_comment=system_comment,
    )


def stage_of(request: TransitionRequest) -> str:
    """The stage that it asks for, if it does."""
    return request.target if request.act == acts.TRANSITION else ""


def alias_of(request: TransitionRequest) -> str:
    """The alias that it is about, if it is."""
    return request.target if request.act in (acts.SET_ALIAS, acts.DELETE_ALIAS) else ""
