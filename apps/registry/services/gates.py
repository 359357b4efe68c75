"""Running gates, as a worker does: first whatever needs bytes, then all of them, then see whether the request can go on."""

import logging

from apps.access.queries.workspaces import require_admin
from apps.artifacts.queries.reading import open_file
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import DomainError
from apps.registry import cases, gate_terms, gates, subjects
from apps.registry.access import access_request
from apps.registry.cases import Case
from apps.registry.evidence import READER
from apps.registry.mlmodel import read_mlmodel
from apps.registry.models import GateResult, Policy, TransitionRequest
from apps.registry.models.requests import APPROVED, PENDING
from apps.registry.services.advancing import reconsider
from apps.registry.terms import digest

log = logging.getLogger(__name__)

MOST_MLMODEL = 1_000_000


def run_gates(actor: Actor, request_id: int) -> None:
    """Evaluate the gates of a pending request, keep the results, and execute the request if that was all it waited for.

    Bytes are read before the transaction: a store that is slow must not hold locks. Raises Missing, Denied.
    """
    found = access_request(actor, request_id, "request.read")
    request = TransitionRequest.objects.filter(pk=found.id, state__in=PENDING).first()
    if request is None:
        return
    case = cases.of_request(request, subjects.of_request(request, found.model))
    for finding in case.findings:
        if finding.gate.kind in gate_terms.SLOW and finding.state == gates.PENDING:
            _keep_signature(request, case, finding)
    reconsider(actor, request_id)


def run_gates_of_policy(actor: Actor, policy_id: int) -> None:
    """The same for the pending requests that a policy concerns, since it changed."""
    require_admin(actor, "request.execute")
    policy = Policy.objects.filter(pk=policy_id).first()
    rows = TransitionRequest.objects.filter(state__in=PENDING)
    if policy is not None and policy.workspace_id is not None:
        rows = rows.filter(model__workspace_id=policy.workspace_id)
    run_all(actor, list(rows.values_list("pk", flat=True)))


def run_waiting(actor: Actor) -> None:
    """The same for the requests that wait for nothing but gates: a message to a worker may have been lost."""
    require_admin(actor, "request.execute")
    run_all(actor, list(TransitionRequest.objects.filter(state=APPROVED).values_list("pk", flat=True)))


def run_all(actor: Actor, request_ids: list[int]) -> None:
    """The gates of these requests; one that is gone or fails does not keep the others from theirs."""
    require_admin(actor, "request.execute")
    for request_id in request_ids:
        try:
            run_gates(actor, request_id)
        except DomainError as error:
            log.info("gates of request %s: %s", request_id, error.message)


def _keep_signature(request: TransitionRequest, case: Case, finding: gates.Finding) -> None:
    try:
        has = _has_signature(case)
    except DomainError:
        return  # the store is away: it stays pending, and the sweep tries again
    GateResult.objects.create(
        request=request, gate=cases.gate_digest(finding), label=finding.gate.label[:500],
        state=gates.PASSED if has else gates.FAILED, measured="has one" if has else "has none",
        inputs=finding.inputs, inputs_digest=digest(finding.inputs), at=now_ms(),
    )  # fmt: skip


def _has_signature(case: Case) -> bool:
    """Whether the MLmodel file has a signature. Raises Missing, Unavailable."""
    assert case.evidence is not None
    path = f"{case.evidence.folder}/MLmodel".lstrip("/")
    return read_mlmodel(open_file(READER, case.evidence.root, path).read(MOST_MLMODEL)).has_signature
