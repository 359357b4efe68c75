"""Transition requests: lists, and one with everything that decides it."""

from typing import Literal

from apps.access import policy as access_policy
from apps.access.levels import Level
from apps.access.queries.workspaces import access_workspace
from apps.accounts.models import name_key
from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.registry import cases, subjects
from apps.registry.access import MODEL, RequestAccess, access_model, access_request, access_version
from apps.registry.approval_records import CheckRecord, RequestDetail, RequestRecord, RuleRecord, VoteRecord
from apps.registry.cases import Case
from apps.registry.decisions import Voter, counts
from apps.registry.lateness import gone
from apps.registry.models import ExternalCheck, TransitionRequest, Vote
from apps.registry.models.requests import APPROVE, PENDING, VALID
from apps.registry.queries.policies import policy_records
from apps.registry.sql import rows
from apps.registry.voters import load, may_override, named_by

MOST = 500

State = Literal["pending", "closed", ""]

COLUMNS = (
    "r.id, w.name, m.name, v.number, r.act, r.target, r.from_stage, r.state, q.username, r.requester_id, r.comment,"
    " r.archive_existing, r.fingerprint, r.created_at, r.updated_at, r.expires_at, r.closed_at,"
    " COALESCE(c.username, ''), r.reason"
)
FROM = (
    "registry_transitionrequest r JOIN registry_registeredmodel m ON m.id = r.model_id"
    " JOIN access_workspace w ON w.id = m.workspace_id JOIN accounts_user q ON q.id = r.requester_id"
    " LEFT JOIN registry_modelversion v ON v.id = r.version_id"
    " LEFT JOIN accounts_user c ON c.id = r.closed_by_id"
)


def list_requests(
    actor: Actor, *, name: str = "", version: int | None = None, state: State = "pending", mine: bool = False, before: int = 0,
    limit: int = 100,
) -> list[RequestRecord]:  # fmt: skip
    """Requests in the actor's workspace that may be read, the newest first; `before` is the id where the last page ended."""
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    level, params = access_policy.level_sql(actor, MODEL, "m")
    where, values = [f"m.workspace_id = %s AND {level} >= {int(Level.READ)}"], [workspace.id, *params]
    for wanted, clause, value in (
        (bool(name), "m.name = %s", name),
        (version is not None, "v.number = %s", version),
        (mine, "r.requester_id = %s", actor.user_id),
        (before > 0, "r.id < %s", before),
    ):
        if wanted:
            where.append(clause)
            values.append(value)
    if state:
        word = "IN" if state == "pending" else "NOT IN"
        where.append(f"r.state {word} ({', '.join([repr(one) for one in PENDING])})")
    sql = f"SELECT {COLUMNS} FROM {FROM} WHERE {' AND '.join(where)} ORDER BY r.id DESC LIMIT {min(int(limit), MOST)}"
    return [RequestRecord.of_row(row) for row in rows.fetch(sql, values)]


def get_request(actor: Actor, request_id: int) -> RequestRecord:
    """One request. Raises Missing."""
    found = access_request(actor, request_id, "request.read")
    return RequestRecord.of_row(rows.fetch(f"SELECT {COLUMNS} FROM {FROM} WHERE r.id = %s", [found.id])[0])


def find_request(actor: Actor, name: str, version: str, act: str, target: str, *, creator: str = "") -> int:
    """The pending request for that act, perhaps of one requester. Raises Missing; Conflict if the last one is decided."""
    found = access_version(actor, name, version, "request.read")
    asked = TransitionRequest.objects.filter(version_id=found.id, act=act, target=target)
    if creator:
        asked = asked.filter(requester__key=name_key(creator))
    pending = asked.filter(state__in=PENDING).values_list("pk", flat=True).first()
    if pending is not None:
        return pending
    last = asked.order_by("-pk").values_list("pk", flat=True).first()
    if last is not None:
        raise gone(last)
    raise Missing(f"There is no transition request for {found.label} to {target}" + (f" by {creator}" if creator else ""))


def request_detail(actor: Actor, request_id: int) -> RequestDetail:
    """One request as its page shows it, decided anew from the database. Raises Missing."""
    found = access_request(actor, request_id, "request.read")
    record = get_request(actor, request_id)
    request = TransitionRequest.objects.get(pk=found.id)
    case = cases.of_request(request, subjects.of_request(request, found.model))
    detail = RequestDetail(
        request=record,
        policies=policy_records(actor, [policy.version_id for policy in case.policies]),
        rules=[],
        findings=case.findings,
        votes=_votes(request, case),
        checks=_checks(request, case),
        missing=case.missing() if record.state in PENDING else [],
        fingerprint=case.fingerprint,
        archive_existing=case.archive_existing if case.policies else request.archive_existing,
    )
    _add_people(actor, found, request, case, detail)
    return detail


def _votes(request: TransitionRequest, case: Case) -> list[VoteRecord]:
    votes = Vote.objects.filter(request=request).select_related("voter").order_by("at", "pk")
    return [
        VoteRecord(
            vote.voter.username, vote.voter_id, vote.decision, vote.state, vote.state_reason, vote.comment, vote.at,
            _counts(vote, case),
        )
        for vote in votes
    ]  # fmt: skip


def _counts(vote: Vote, case: Case) -> bool:
    current = vote.state == VALID and vote.fingerprint == case.fingerprint
    return current and (vote.decision != APPROVE or vote.voter_id in {voter.id for voter in case.approvers})


def _checks(request: TransitionRequest, case: Case) -> list[CheckRecord]:
    found = ExternalCheck.objects.filter(request=request).order_by("name")
    return [
        CheckRecord(row.name, row.state, row.url, row.description, row.posted_name, row.at, row.fingerprint == case.fingerprint)
        for row in found
    ]


def _add_people(actor: Actor, found: RequestAccess, request: TransitionRequest, case: Case, detail: RequestDetail) -> None:
    """Who counts for which rule, who may still vote, who cannot and why, and what the asker may do."""
    named = named_by([policy.terms for policy in case.policies])
    reasons = {voter.id: case.why_not(voter) for voter in named.values()}
    voted = {vote.voter_id for vote in detail.votes if vote.counts}
    for policy, rule in case.rules:
        may = [
            voter.name
            for voter in named.values()
            if reasons[voter.id] is None and voter.id not in voted and counts(voter, rule.rule, case.origins[policy.version_id])
        ]
        given = [voter.name for voter in rule.voters]
        detail.rules.append(RuleRecord(policy.label, rule.rule.name, rule.needed, rule.extra, given, sorted(may)))
    detail.cannot = {voter.name: reason for voter in named.values() if (reason := reasons[voter.id])}
    pending = request.state in PENDING
    me = load([actor.user_id or 0]).get(actor.user_id or 0)
    reason = _why_not_me(found, case, me)
    detail.may_vote, detail.why_not = pending and not reason, reason
    detail.may_cancel = pending and (request.requester_id == actor.user_id or found.model.level >= Level.MANAGE)
    detail.may_override = (
        pending
        and me is not None
        and bool(case.policies)
        and all(may_override(me, policy.terms, is_admin=actor.is_admin) for policy in case.policies)
    )


def _why_not_me(found: RequestAccess, case: Case, me: Voter | None) -> str:
    if me is None:
        return "only people can vote"
    if not case.policies:
        return "" if me.is_person and found.model.level >= Level.EDIT else "needs EDIT on the model"
    return case.why_not(me) or ""


def shown_override(actor: Actor, name: str) -> RequestRecord | None:
    """The override that put there what stands there still; the model's page tells of it. Raises Invalid, Missing."""
    model = access_model(actor, name, "model.read")
    standing = (
        "((r.act = 'transition' AND v.stage = r.target) OR (r.act = 'set_alias' AND EXISTS (SELECT 1 FROM registry_alias a"
        " WHERE a.version_id = v.id AND a.name = r.target)))"
    )
    sql = (
        f"SELECT {COLUMNS} FROM {FROM} WHERE r.model_id = %s AND r.banner AND v.lifecycle = 'active' AND {standing}"
        " ORDER BY r.id DESC LIMIT 1"
    )
    found = rows.fetch(sql, [model.id])
    return RequestRecord.of_row(found[0]) if found else None
