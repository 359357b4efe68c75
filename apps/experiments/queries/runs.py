"""Single runs."""

from apps.core.actor import Actor
from apps.experiments.access import access_run
from apps.experiments.records import RunRecord
from apps.experiments.sql import rows


def get_run(actor: Actor, run_id: str) -> RunRecord:
    """The run with everything that is known of it, deleted or not. Raises Missing."""
    run = access_run(actor, run_id, "run.read")
    record = rows.run_by_pk(run.id)
    rows.fill([record])
    return record
