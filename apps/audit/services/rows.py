"""Writing down what was done."""

import json
import math
from typing import Any

from django.db import connection

from apps.core import clock, prepared
from apps.core.actor import Actor

# A download waits for it: through the ORM it costs five times the processor time.
_INSERT = """
INSERT INTO audit_auditrow (at, actor_id, actor_name, actor_kind, via, token_id, address, act, noun, noun_id, name, workspace,
                            details)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""


def record(
    actor: Actor,
    act: str,
    *,
    noun: str = "",
    noun_id: str | int = "",
    name: str = "",
    workspace: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Add one row, in the transaction of the act: both stand or neither.

    The one service that asks nobody: it is called by services that asked. It takes no number and no lock, so people who act
    at the same moment do not wait for each other; the sealer numbers later. Texts that are too long are cut, never refused:
    an act must not fail on its own record.
    """
    row = [
        clock.now_ms(), actor.user_id, _text(actor.name, 300), actor.kind, actor.via, actor.token_id, _text(actor.address, 64),
        _text(act, 64), _text(noun, 64), _text(str(noun_id), 500), _text(name, 2000), _text(workspace, 255),
        json.dumps(_json(details or {})),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        prepared.execute(cursor, _INSERT, row)


def _text(value: str, limit: int) -> str:
    """What both databases store: no NUL, no half of a surrogate pair."""
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()[:limit]


def _json(value: Any) -> Any:
    """Plain JSON of anything: numbers that JSON lacks, dates and ids become texts."""
    if isinstance(value, dict):
        return {_text(str(key), 255): _json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_json(item) for item in value]
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return _text(str(value), 10_000)
