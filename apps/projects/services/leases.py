"""What workers do to executions: take one, say that they still have it, begin, end; and what happens to those of the lost.

Every change is a compare-and-swap on state and claim. The broker only wakes workers: a queued row that nobody was told of is
found by the sweep, a message that comes twice finds nothing to take.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db.models import F

from apps.access.queries.workspaces import require_admin
from apps.accounts.services import tokens
from apps.core import cipher, clock
from apps.core.actor import Actor
from apps.core.errors import DomainError
from apps.core.ids import new_run_id
from apps.core.jobs import enqueue
from apps.core.transactions import atomic
from apps.projects import following
from apps.projects.models import Execution, ProjectSecret
from apps.projects.records import ACTIVE, FAILED, KILLED, PREPARING, QUEUED, RUNNING, Claimed, Outcome
from apps.projects.services.announcing import tell_ended

SYSTEM = Actor.system("projects")
LEASE_SECONDS = 30
# Heartbeats come every two seconds. After so long without one, another process of the machine looks whether the place is free.
SILENT_SECONDS = 8
MOST_ATTEMPTS = 2
LOST = "lost"
KILLED_OR_AWAY = " while it ran this: its process was killed, or its machine is away"
WAKE_AFTER_SECONDS = 5
MOST_WAKES = 20
ARCHIVE_LOG = "projects.archive_log"


def claim(actor: Actor, worker: str) -> Claimed | None:
    """Take the execution whose turn it is: the highest priority, then the oldest. None if nothing waits.

    One that cannot be run in its submitter's name any more ends FAILED on the way.
    """
    require_admin(actor, "execution.claim")
    while True:
        pk = Execution.objects.filter(state=QUEUED).order_by("-priority", "id").values_list("pk", flat=True).first()
        if pk is None:
            return None
        taken = _take(pk, worker)
        if taken is not None:
            return taken


@atomic
def _take(pk: int, worker: str) -> Claimed | None:
    claim = new_run_id()
    now = clock.now()
    facts: dict[str, Any] = {
        "state": PREPARING,
        "claim": claim,
        "worker": worker,
        "lease_until": now + timedelta(seconds=LEASE_SECONDS),
        "claimed_at": now,
        "attempts": F("attempts") + 1,
        "phase": "",
        "phases": [],
        "reason": "",
        "exit_code": None,
    }
    if not Execution.objects.filter(pk=pk, state=QUEUED).update(**facts):
        return None
    row = Execution.objects.select_related("run", "workspace", "archive", "requested_by").get(pk=pk)
    try:
        token, secrets = _token(row), _secrets(row)
    except DomainError as error:
        reason = f"It cannot run in the name of {row.requested_by or 'its submitter'} any more: {error.message}"
        end(SYSTEM, pk, claim, Outcome(FAILED, reason))
        return None
    return Claimed(
        id=pk,
        claim=claim,
        attempt=row.attempts,
        run_id=row.run.run_id,
        experiment_id=str(row.run.experiment_id),
        workspace=row.workspace.name,
        source=row.source,
        uri=row.uri,
        ref=row.ref,
        subdirectory=row.subdirectory,
        commit=row.commit,
        archive_root=row.archive.root if row.archive else "",
        archive_path=row.archive.path if row.archive else "",
        entry_point=row.entry_point,
        params=row.params,
        limits=row.limits,
        log_size=row.log_size,
        requested_by=row.requested_by.username if row.requested_by else "",
        token=token,
        secrets=secrets,
    )


@atomic
def heartbeat(actor: Actor, execution_id: int, claim: str, usage: dict[str, Any] | None = None) -> str:
    """Say that the worker still has it, with what it uses. Answers "" to go on, LOST if it is another's now, else why to stop."""
    require_admin(actor, "execution.heartbeat")
    facts: dict[str, Any] = {"lease_until": clock.now() + timedelta(seconds=LEASE_SECONDS)}
    if usage:
        facts["usage"] = usage
    if not _held(execution_id, claim).update(**facts):
        return LOST
    cancelled = Execution.objects.values_list("cancelled_at", "cancelled_by").get(pk=execution_id)
    return f"Cancelled by {cancelled[1]}" if cancelled[0] else ""


@atomic
def note(actor: Actor, execution_id: int, claim: str, **facts: Any) -> bool:
    """Write down what the worker has learned: phase, commit, branch, command, environment…; whether it still has the claim."""
    require_admin(actor, "execution.note")
    if phase := facts.get("phase"):
        before = _held(execution_id, claim).values_list("phases", flat=True).first() or []
        facts["phases"] = [*before, [phase, clock.now_ms()]]
    return bool(_held(execution_id, claim).update(**facts))


@atomic
def begin(actor: Actor, execution_id: int, claim: str, command: str = "") -> bool:
    """PREPARING becomes RUNNING with that command, and its run too; whether the worker still had it."""
    require_admin(actor, "execution.begin")
    row = _held(execution_id, claim).select_related("run").first()
    changed = Execution.objects.filter(pk=execution_id, claim=claim, state=PREPARING).update(
        state=RUNNING, phase="", command=command, started_at=clock.now()
    )
    if changed and row is not None:
        following.mark_running(row.run.run_id)
    return bool(changed)


@atomic
def end(actor: Actor, execution_id: int, claim: str, outcome: Outcome) -> bool:
    """Any active state becomes the outcome's; the run follows unless its own code has ended it; the token ends.

    Whether the worker still had it: if not, nothing is changed.
    """
    require_admin(actor, "execution.end")
    row = Execution.objects.select_related("run").filter(pk=execution_id).first()
    facts: dict[str, Any] = {
        "state": outcome.state,
        "reason": outcome.reason,
        "phase": "",
        "claim": "",
        "lease_until": None,
        "ended_at": clock.now(),
        "exit_code": outcome.exit_code,
    }
    if outcome.usage:
        facts["usage"] = outcome.usage
    if row is None or not _held(execution_id, claim).update(**facts):
        return False
    _end_token(row)
    following.close(row.run.run_id, outcome.state)
    tell_ended(actor, row, outcome.state, outcome.reason)
    enqueue(ARCHIVE_LOG, execution_id)
    return True


def sweep(actor: Actor) -> int:
    """End or requeue what lost workers held, wake workers for what waits and beside those that are silent, archive logs.

    Answers how many were lost.
    """
    require_admin(actor, "execution.sweep")
    now = clock.now()
    lost = Execution.objects.filter(state__in=ACTIVE, lease_until__lt=now).values_list("pk", "claim")
    count = sum(_give_up(pk, claim) for pk, claim in list(lost[:500]))
    waiting = Execution.objects.filter(state=QUEUED, created_at__lt=now - timedelta(seconds=WAKE_AFTER_SECONDS)).count()
    silent = Execution.objects.filter(
        state__in=ACTIVE, lease_until__lt=now + timedelta(seconds=LEASE_SECONDS - SILENT_SECONDS)
    ).count()
    for _ in range(min(waiting + silent, MOST_WAKES)):
        enqueue("projects.work")
    _archive_missed()
    return count


def abandon(actor: Actor, execution_id: int, attempt: int, worker: str) -> bool:
    """The attempt on that worker is known to be dead: what its lease running out would do is done now. Whether it was so."""
    require_admin(actor, "execution.abandon")
    rows = Execution.objects.filter(pk=execution_id, attempts=attempt, worker=worker, state__in=ACTIVE)
    rows.update(lease_until=clock.now() - timedelta(seconds=1))
    claim = rows.values_list("claim", flat=True).first()
    return bool(claim and _give_up(execution_id, claim))


@atomic
def _give_up(pk: int, claim: str) -> int:
    """Once more into the queue, or the end. 1 if it was still so when we looked."""
    row = Execution.objects.select_related("run").get(pk=pk)
    reason = f"The worker {row.worker} was lost"
    still = Execution.objects.filter(pk=pk, claim=claim, state__in=ACTIVE, lease_until__lt=clock.now())
    if row.cancelled_at is not None or row.attempts >= MOST_ATTEMPTS:
        state = KILLED if row.cancelled_at is not None else FAILED
        reason = (
            f"Cancelled by {row.cancelled_by}; {reason}"
            if row.cancelled_at
            else f"{reason}{KILLED_OR_AWAY} ({row.attempts} attempts)"
        )
        changed = still.update(state=state, reason=reason, phase="", claim="", lease_until=None, ended_at=clock.now())
        if changed:
            _end_token(row)
            following.close(row.run.run_id, state)
            tell_ended(SYSTEM, row, state, reason)
            enqueue(ARCHIVE_LOG, pk)
        return changed
    changed = still.update(state=QUEUED, reason=f"{reason}; it is tried once more", phase="", claim="", lease_until=None)
    if changed:
        _end_token(row)
        following.mark_waiting(row.run.run_id)
        enqueue("projects.work")
    return changed


def _archive_missed() -> None:
    before = clock.now() - timedelta(seconds=60)
    missed = Execution.objects.filter(state__in=["FINISHED", FAILED, KILLED], log_archived=False, ended_at__lt=before)
    for pk in missed.values_list("pk", flat=True)[:MOST_WAKES]:
        enqueue(ARCHIVE_LOG, pk)


def _held(execution_id: int, claim: str) -> Any:
    return Execution.objects.filter(pk=execution_id, claim=claim, state__in=ACTIVE)


def _token(row: Execution) -> str:
    """A token in the submitter's name that writes to this run alone and dies with the execution. Raises Invalid."""
    limits = {"run": row.run.run_id, "execution": str(row.pk)}
    lifetime = timedelta(minutes=row.limits.get("minutes", 1440), hours=3)
    made = tokens.create_token(
        SYSTEM, row.requested_by_id or 0, label=f"Execution {row.pk}", scope="write", lifetime=lifetime, limits=limits
    )
    Execution.objects.filter(pk=row.pk).update(token_id=made.token.pk)
    return made.raw


def _end_token(row: Execution) -> None:
    if row.token_id is not None:
        with suppress(DomainError):
            tokens.revoke_token(SYSTEM, row.token_id)
        Execution.objects.filter(pk=row.pk).update(token_id=None)


def _secrets(row: Execution) -> dict[str, str]:
    if row.project_id is None:
        return {}
    rows = ProjectSecret.objects.filter(project_id=row.project_id).values_list("name", "value")
    return {name: cipher.decrypt(value) for name, value in rows}
