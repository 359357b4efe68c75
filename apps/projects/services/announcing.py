"""Telling whoever asked for an execution that it has ended. In the transaction of the end."""

from apps.access.queries.workspaces import require_known
from apps.core import pages
from apps.core.actor import Actor
from apps.notices.records import Message
from apps.notices.services.inbox import notify
from apps.projects.models import Execution
from apps.projects.records import FAILED, FINISHED, KILLED

_WORDS = {FINISHED: "has finished", FAILED: "has failed", KILLED: "was stopped"}


def tell_ended(actor: Actor, row: Execution, state: str, reason: str) -> None:
    """The person who submitted it learns the state and the reason; not if they ended it themselves."""
    require_known(actor)
    if row.requested_by_id is None:
        return
    what = f"{row.entry_point} of {row.project_name}" if row.project_name else row.entry_point
    url = f"{pages.base(row.workspace.name)}/executions/{row.pk}/"
    title = f"Execution {row.pk} ({what}) {_WORDS[state]}"
    notify(actor, [row.requested_by_id], Message("execution", title, url, f"execution:{row.pk}:ended", reason))
