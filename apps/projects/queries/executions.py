"""Executions that one may see: those whose runs one may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from apps.access import policy
from apps.access.levels import Level
from apps.access.queries.workspaces import access_workspace, require_known
from apps.core.actor import Actor
from apps.core.paging import decode_token, encode_token
from apps.experiments.access import EXPERIMENT, access_run
from apps.projects.access import access_execution
from apps.projects.models import Execution, Project
from apps.projects.records import ACTIVE, QUEUED, ExecutionRecord

MOST = 200


@dataclass(frozen=True, slots=True)
class ExecutionPage:
    """Executions, newest first, and the token of the next page ("" if there is none)."""

    executions: list[ExecutionRecord]
    next_page_token: str


def get_execution(actor: Actor, execution_id: int) -> ExecutionRecord:
    """The execution as it is now. Raises Missing."""
    row = access_execution(actor, execution_id, "run.read")
    return record_of(actor, row)


def find_execution(actor: Actor, run_id: str) -> ExecutionRecord | None:
    """The execution that a run belongs to; None if it was not started here. Raises Missing if the run is."""
    run = access_run(actor, run_id, "run.read")
    row = _rows().filter(run__run_id=run_id).first()
    if row is None:
        return None
    row.level = run.level  # type: ignore[attr-defined]
    return record_of(actor, row)


def list_executions(
    actor: Actor,
    *,
    project_id: int | None = None,
    states: tuple[str, ...] = (),
    mine: bool = False,
    person: str = "",
    page_token: str = "",
    limit: int = 50,
) -> ExecutionPage:
    """Executions of the actor's workspace, newest first: of a project, in some states, one's own, or those of the person of
    that user name. Raises Invalid, Missing."""
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    rows = _visible(actor, _rows().filter(workspace_id=workspace.id))
    if project_id is not None:
        rows = rows.filter(project_id=project_id)
    if states:
        rows = rows.filter(state__in=states)
    if mine:
        rows = rows.filter(requested_by_id=actor.user_id)
    if person:
        rows = rows.filter(requested_by__username__iexact=person)
    before = decode_token(page_token).get("before")
    if isinstance(before, int):
        rows = rows.filter(pk__lt=before)
    limit = max(1, min(limit, MOST))
    found = list(rows.order_by("-id")[: limit + 1])
    records = _records(actor, found[:limit])
    return ExecutionPage(records, encode_token({"before": records[-1].id}) if len(found) > limit else "")


def list_queue(actor: Actor) -> list[ExecutionRecord]:
    """What runs and then what waits, in the order in which it is taken; what the actor may not see is left out."""
    require_known(actor)
    running = _visible(actor, _rows().filter(state__in=ACTIVE)).order_by("claimed_at")
    waiting = _visible(actor, _rows().filter(state=QUEUED)).order_by("-priority", "id")
    return _records(actor, [*running[:MOST], *waiting[:MOST]])


def list_last(actor: Actor, project_ids: Sequence[int], count: int = 20) -> dict[int, list[ExecutionRecord]]:
    """Project id -> its last executions that the actor may see, newest first, out of the last `count` of each."""
    require_known(actor)
    own = Execution.objects.filter(project_id=models.OuterRef("pk")).order_by("-id").values("pk")
    oldest = Coalesce(models.Subquery(own[count - 1 : count]), 0)
    edges = Project.objects.filter(pk__in=project_ids).annotate(oldest=oldest).values_list("pk", "oldest")
    wanted = models.Q(pk__in=[])
    for project_id, first in edges:
        wanted |= models.Q(project_id=project_id, pk__gte=first)
    found: dict[int, list[ExecutionRecord]] = {}
    for record in _records(actor, list(_visible(actor, _rows().filter(wanted)).order_by("-id"))):
        found.setdefault(record.project_id or 0, []).append(record)
    return found


def _records(actor: Actor, rows: Sequence[Execution]) -> list[ExecutionRecord]:
    """The same for several: their places in the queue in one statement."""
    if not any(row.state == QUEUED for row in rows):
        return [record_of(actor, row) for row in rows]
    queue = Execution.objects.filter(state=QUEUED).order_by("-priority", "id").values_list("pk", flat=True)
    places = {pk: place for place, pk in enumerate(queue.iterator(), 1)}
    return [record_of(actor, row, places) for row in rows]


def record_of(actor: Actor, row: Execution, places: dict[int, int] | None = None) -> ExecutionRecord:
    """A row that the actor was let to, as it is shown; `places` in the queue, if they are known."""
    require_known(actor)
    return ExecutionRecord(
        id=row.pk,
        run_id=row.run.run_id,
        run_name=row.run.name,
        experiment_id=str(row.run.experiment_id),
        project_id=row.project_id,
        project_name=row.project_name,
        workspace=row.workspace.name,
        requested_by=row.requested_by.username if row.requested_by else "",
        origin_id=row.origin_id,
        source=row.source,
        uri=row.uri,
        ref=row.ref,
        subdirectory=row.subdirectory,
        archive=row.archive.name if row.archive else "",
        entry_point=row.entry_point,
        params=row.params,
        limits=row.limits,
        priority=row.priority,
        state=row.state,
        phase=row.phase,
        phases=[(str(name), int(began)) for name, began in row.phases],
        reason=row.reason,
        attempts=row.attempts,
        worker=row.worker,
        position=_position(row, places) if row.state == QUEUED else None,
        cancelled_by=row.cancelled_by,
        commit=row.commit,
        branch=row.branch,
        command=row.command,
        environment=row.environment,
        environment_kind=row.environment_kind,
        python=row.python,
        isolation=row.isolation,
        exit_code=row.exit_code,
        usage=row.usage,
        log_size=row.log_size,
        created_at=row.created_at,
        claimed_at=row.claimed_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        level=row.level,  # type: ignore[attr-defined]
    )


def _rows() -> models.QuerySet[Execution]:
    return Execution.objects.select_related("run", "workspace", "project", "archive", "requested_by")


def _visible(actor: Actor, rows: models.QuerySet[Execution]) -> models.QuerySet[Execution]:
    """The rows whose runs the actor may see: the policy's own text on the experiment, joined under its table's name."""
    sql, params = policy.level_sql(actor, EXPERIMENT)
    joined = rows.filter(run__experiment__id__gte=0, run__experiment__workspace_id__gte=0)
    return joined.annotate(level=RawSQL(sql, params, models.SmallIntegerField())).filter(level__gte=Level.READ)


def _position(row: Execution, places: dict[int, int] | None) -> int:
    """Place in the queue, from 1."""
    if places is not None:
        return places.get(row.pk, 1)
    before = models.Q(priority__gt=row.priority) | models.Q(priority=row.priority, pk__lt=row.pk)
    return Execution.objects.filter(before, state=QUEUED).count() + 1
