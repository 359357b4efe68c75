"""Taking the audit out of the house; which is noted in it."""

from collections.abc import Callable, Iterator

from apps.audit.queries import rows
from apps.audit.queries.rows import Selection
from apps.audit.rules import require_admin
from apps.audit.services.rows import record
from apps.core.actor import Actor
from apps.core.errors import Invalid

FORMATS: dict[str, Callable[[Actor, Selection], Iterator[str]]] = {"json": rows.export_json, "csv": rows.export_csv}


def export(actor: Actor, selection: Selection, kind: str) -> Iterator[str]:
    """The selected rows as `json` (for `verify_audit --file`) or `csv`, in pieces. Administrators only; raises Invalid."""
    require_admin(actor)
    if kind not in FORMATS:
        raise Invalid(f"The audit is exported as {' or '.join(FORMATS)}.")
    record(actor, "audit.export", noun="audit", name=kind, details=selection.said())
    return FORMATS[kind](actor, selection)
