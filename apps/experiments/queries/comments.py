"""Comments on runs that one may read, and who could be named in them."""

from collections.abc import Callable, Collection

from apps.access.queries.readers import list_readers
from apps.access.queries.workspaces import require_known
from apps.accounts.queries.users import Person, find_people
from apps.core.actor import Actor
from apps.experiments.access import EXPERIMENT, RunAccess, access_run
from apps.notices.queries import comments
from apps.notices.records import CommentRecord

RUN = "run"
LOOKED_AT = 100


def run_comments(actor: Actor, run_id: str) -> list[CommentRecord]:
    """Those on a run, the oldest first. Raises Missing."""
    run = access_run(actor, run_id, "run.read")
    return comments.list_comments(actor, RUN, str(run.id))


def count_run_comments(actor: Actor, run_id: str) -> int:
    """How many there are on a run. Raises Missing."""
    run = access_run(actor, run_id, "run.read")
    return comments.count_comments(actor, RUN, str(run.id))


def run_people(actor: Actor, run_id: str, text: str) -> list[Person]:
    """People with `text` in their name who may read the run. Raises Missing."""
    run = access_run(actor, run_id, "run.read")
    found = [person for person in find_people(actor, text, LOOKED_AT) if person.kind == "person"]
    readers = list_readers(actor, EXPERIMENT, run.experiment_id, [person.id for person in found])
    return [person for person in found if person.id in readers]


def readers_of(actor: Actor, run: RunAccess) -> Callable[[Collection[int]], set[int]]:
    """Leaves of some accounts those that may read the run."""
    require_known(actor)
    return lambda user_ids: list_readers(actor, EXPERIMENT, run.experiment_id, user_ids)
