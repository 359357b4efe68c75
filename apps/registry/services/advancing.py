"""From votes and gates to the act: decides what state a request is in now, and executes it when nothing is missing."""

import socket

from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import DomainError
from apps.core.jobs import enqueue
from apps.core.transactions import atomic, savepoint
from apps.registry import cases, gates, subjects
from apps.registry.access import ModelAccess, access_model, access_request
from apps.registry.cases import Case
from apps.registry.gates import Finding
from apps.registry.lines import line_of
from apps.registry.models import GateResult, TransitionRequest
from apps.registry.models.requests import APPROVED, CHANGES, DONE, EXECUTING, FAILED, OPEN, PENDING
from apps.registry.services.announcing import tell_ended
from apps.registry.services.closing import set_state
from apps.registry.services.executions import execute_act
from apps.registry.services.history import note
from apps.registry.services.moves import Occasion
from apps.registry.terms import digest


def advance_request(actor: Actor, model: ModelAccess, request: TransitionRequest, case: Case) -> None:
    """Count again, and execute if nothing is missing. Model, run and logged model are locked, the case is of now."""
    access_model(actor, model.name, "model.read")
    cases.count_votes(case, request)
    if case.objectors:
        _stay(actor, request, CHANGES)
    elif not case.policies and not case.approvers:
        _stay(actor, request, OPEN)
    elif case.is_met:
        execute_request(actor, model, request, case, DONE)
    elif case.votes_suffice and _only_waits(case):
        if request.state != APPROVED:
            enqueue("registry.run_gates", request.pk)
        _stay(actor, request, APPROVED)
    else:
        _stay(actor, request, OPEN)


def _stay(actor: Actor, request: TransitionRequest, state: str) -> None:
    if request.state != state:
        set_state(actor, request, state)


def _only_waits(case: Case) -> bool:
    blocking = [finding for standing in case.standings.values() for finding in standing.blocking]
    return all(finding.state == gates.PENDING for finding in blocking) and not (case.evidence and case.evidence.problems)


def execute_request(
    actor: Actor, model: ModelAccess, request: TransitionRequest, case: Case, final: str, *, reason: str = ""
) -> None:
    """Do it, and close the request as `final`. What the registry refuses meanwhile (a name that is taken) closes it as failed."""
    access_model(actor, model.name, "model.read")
    set_state(actor, request, EXECUTING)
    store_findings(actor, request, case)
    archive = case.archive_existing if case.policies else request.archive_existing
    labels = [policy.label for policy in case.policies]
    occasion = Occasion(comment=reason or request.comment, request_id=request.pk, policies=labels)
    try:
        with savepoint():
            execute_act(actor, case.subject, archive, occasion)
    except DomainError as error:
        set_state(actor, request, FAILED, reason=error.message)
        note(actor, "request.close", model, line_of("failed", request, system_comment=error.message))
        tell_ended(actor, model, request)
        return
    set_state(actor, request, final, reason=reason, archive_existing=archive, evidence_digest=case.evidence_digest)
    tell_ended(actor, model, request)


def store_findings(actor: Actor, request: TransitionRequest, case: Case) -> None:
    """Keep what the gates found, each result with its inputs; one that says the same as the last is not kept twice."""
    access_request(actor, request.pk, "request.read")
    newest = {row.gate: row for row in GateResult.objects.filter(request=request).order_by("id")}
    fresh = []
    for finding in case.findings:
        name, inputs = cases.gate_digest(finding), digest(finding.inputs)
        last = newest.get(name)
        if last and (last.state, last.inputs_digest, last.measured) == (finding.state, inputs, finding.measured[:1000]):
            continue
        fresh.append(_row(actor, request, finding, name, inputs))
    GateResult.objects.bulk_create(fresh)


def _row(actor: Actor, request: TransitionRequest, finding: Finding, name: str, inputs: str) -> GateResult:
    return GateResult(
        request=request, gate=name, label=finding.gate.label[:500], state=finding.state, measured=finding.measured[:1000],
        inputs=finding.inputs, inputs_digest=inputs, worker=_worker(actor), at=now_ms(),
    )  # fmt: skip


def _worker(actor: Actor) -> str:
    return socket.gethostname()[:255] if actor.kind == "system" else ""


@atomic
def reconsider(actor: Actor, request_id: int) -> None:
    """Look at a pending request again after something outside of it changed: a gate, a check, a policy.

    Raises Missing, Denied.
    """
    found = access_request(actor, request_id, "request.read", lock=True)
    request = TransitionRequest.objects.select_related("version").get(pk=found.id)
    if request.state not in PENDING:
        return
    case = cases.of_request(request, subjects.of_request(request, found.model), lock=True)
    store_findings(actor, request, case)
    if case.fingerprint == request.fingerprint:
        advance_request(actor, found.model, request, case)
