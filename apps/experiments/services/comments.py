"""Comments on runs: whoever may read the run may talk about it."""

from apps.access.models import Workspace
from apps.audit.services.rows import record
from apps.core.actor import Actor
from apps.core.errors import Denied, Invalid, Missing
from apps.core.transactions import atomic
from apps.experiments import links
from apps.experiments.access import RunAccess, access_run
from apps.experiments.models import Run
from apps.experiments.queries.comments import RUN, readers_of
from apps.notices.queries.comments import get_comment
from apps.notices.records import CommentedThing, CommentRecord
from apps.notices.services import comments


@atomic
def comment_on_run(actor: Actor, run_id: str, text: str) -> CommentRecord:
    """Say something to a run. Raises Invalid (no text, or the run is in the trash), Missing, Denied."""
    run = access_run(actor, run_id, "run.comment")
    _require_talker(actor)
    if not run.is_active:
        raise Invalid(f"The run {run.run_id} is in the trash: restore it before you comment.")
    comment = comments.add_comment(actor, RUN, str(run.id), text)
    record(actor, "run.comment", noun="run", noun_id=run.run_id, name=run.name, details={"comment": comment.id})
    comments.tell_comment(actor, comment, _thing(actor, run))
    return comment


@atomic
def edit_comment(actor: Actor, comment_id: int, text: str) -> CommentRecord:
    """Change one's own comment; people who are new in it are told. Raises Invalid, Missing, Denied."""
    run = access_commented(actor, comment_id)
    comment = comments.edit_comment(actor, comment_id, text)
    comments.tell_comment(actor, comment, _thing(actor, run))
    return comment


@atomic
def delete_comment(actor: Actor, comment_id: int) -> None:
    """Take back one's own comment; administrators may remove any. Raises Missing, Denied."""
    run = access_commented(actor, comment_id)
    comments.delete_comment(actor, comment_id)
    record(actor, "run.comment", noun="run", noun_id=run.run_id, name=run.name, details={"comment": comment_id, "deleted": True})


def access_commented(actor: Actor, comment_id: int) -> RunAccess:
    """The run that a comment is about, if the actor may read it. Raises Missing, Denied."""
    comment = get_comment(actor, comment_id)
    missing = Missing(f"Comment with id={comment_id} not found")
    run_id = Run.objects.filter(pk=int(comment.noun_id)).values_list("run_id", flat=True) if comment.noun == RUN else None
    if comment.is_deleted or not run_id:
        raise missing
    try:
        run = access_run(actor, run_id[0], "run.comment")
    except Missing:
        raise missing from None
    _require_talker(actor)
    return run


def _require_talker(actor: Actor) -> None:
    """An execution writes to its run; it does not talk about it. Raises Denied."""
    if actor.limits.get("run"):
        raise Denied("the token of an execution may only write to its own run")


def _thing(actor: Actor, run: RunAccess) -> CommentedThing:
    workspace = Workspace.objects.values_list("name", flat=True).get(pk=run.workspace_id)
    url = links.run_thread_page(workspace, run.run_id)
    concerned = [run.owner_id] if run.owner_id else []
    return CommentedThing(f"run {run.name}", url, concerned, readers_of(actor, run))
