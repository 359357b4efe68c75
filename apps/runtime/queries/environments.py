"""Environments as pages show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.access.queries.workspaces import require_known
from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.runtime.models import EnvironmentBuild


@dataclass(frozen=True, slots=True)
class EnvironmentRecord:
    """An environment of one machine. `size` in bytes, `seconds` that its build took."""

    key: str
    host: str
    state: str
    spec: dict[str, Any]
    python: str
    kind: str
    packages: list[str]
    size: int
    seconds: float
    reason: str
    built_at: datetime | None
    last_used_at: datetime


def list_environments(actor: Actor) -> list[EnvironmentRecord]:
    """All that are known, the last used first, at most 500."""
    require_known(actor)
    return [_record(row) for row in EnvironmentBuild.objects.defer("log").order_by("-last_used_at")[:500]]


def get_environment(actor: Actor, key: str) -> EnvironmentRecord:
    """The environment of that key, on the machine that used it last. Raises Missing."""
    require_known(actor)
    return _record(_row(key))


def build_log(actor: Actor, key: str) -> str:
    """The end of the log of its last build. Raises Missing."""
    require_known(actor)
    return _row(key).log


def _row(key: str) -> EnvironmentBuild:
    row = EnvironmentBuild.objects.filter(key=key).order_by("-last_used_at").first()
    if row is None:
        raise Missing(f"Environment {key} not found")
    return row


def _record(row: EnvironmentBuild) -> EnvironmentRecord:
    return EnvironmentRecord(
        row.key,
        row.host,
        row.state,
        row.spec,
        row.python,
        row.kind,
        row.packages,
        row.size,
        row.seconds,
        row.reason,
        row.built_at,
        row.last_used_at,
    )
