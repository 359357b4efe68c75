"""Votes on transition requests. The one that completes them executes the act, in the same transaction."""

from dataclasses import dataclass

from apps.access import policy as access_policy
from apps.accounts.models import User
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Conflict, Denied, Invalid, Missing
from apps.core.transactions import atomic
from apps.registry import acts, cases, rules, subjects
from apps.registry.access import ModelAccess, RequestAccess, access_request
from apps.registry.cases import Case
from apps.registry.decisions import Voter
from apps.registry.lateness import gone
from apps.registry.lines import line_of
from apps.registry.models import TransitionRequest, Vote
from apps.registry.models.requests import APPROVE, CHANGES, DECISIONS, OPEN, REJECT, REJECTED, REQUEST_CHANGES, VALID, WITHDRAWN
from apps.registry.refusals import PolicyRefused, audits_refusals
from apps.registry.services.advancing import advance_request
from apps.registry.services.announcing import tell_changes, tell_ended
from apps.registry.services.closing import require_pending, set_state
from apps.registry.services.history import note
from apps.registry.services.requests import refresh_request
from apps.registry.subjects import Subject
from apps.registry.voters import load

KINDS = {APPROVE: "approved", REJECT: "rejected", REQUEST_CHANGES: "changes_requested"}


@dataclass(frozen=True, slots=True)
class Ballot:
    """What somebody says. `fingerprint` is the one they saw, `archive_existing` what they think happens to the others; "" and
    None: not said.
    """

    decision: str
    comment: str = ""
    fingerprint: str = ""
    archive_existing: bool | None = None


def cast_vote(actor: Actor, request_id: int, ballot: Ballot) -> int:
    """Approve, reject or ask for changes. Returns the number of the activity.

    Raises Conflict when the request is not pending any more, or the version has changed since it was looked at (its votes are
    dismissed then, and the next vote is about the version as it is now); Denied for whoever may not, saying why; Invalid;
    Missing.
    """
    access_request(actor, request_id, "request.vote")
    if ballot.decision not in dict(DECISIONS):
        raise Invalid(f"Invalid decision '{ballot.decision}'. Value must be one of {', '.join(dict(DECISIONS))}.")
    rules.check_comment(ballot.comment)
    if refresh_request(actor, request_id):
        raise _changed(request_id)
    return _cast(actor, request_id, ballot)


def _changed(request_id: int) -> Conflict:
    state = TransitionRequest.objects.values_list("state", flat=True).get(pk=request_id)
    if state != OPEN:
        return gone(request_id)
    return Conflict(
        f"The version behind request {request_id} has changed: earlier votes are dismissed. Look at it again, then vote."
    )


@audits_refusals
@atomic
def _cast(actor: Actor, request_id: int, ballot: Ballot) -> int:
    found = access_request(actor, request_id, "request.vote", lock=True)
    request = TransitionRequest.objects.select_related("version").get(pk=found.id)
    require_pending(actor, request)
    subject = subjects.of_request(request, found.model)
    case = cases.of_request(request, subject, lock=True)
    if case.fingerprint != request.fingerprint or ballot.fingerprint not in ("", case.fingerprint):
        raise Conflict(f"The version behind request {request.pk} has changed since it was looked at")
    voter = _require_voter(actor, found, subject, case)
    _check_archiving(ballot, subject, case)
    _store(actor, request, voter, ballot, case)
    activity = note(actor, "request.vote", found.model, line_of(KINDS[ballot.decision], request, comment=ballot.comment))
    _follow(actor, found.model, request, ballot, case)
    return activity


def _require_voter(actor: Actor, found: RequestAccess, subject: Subject, case: Case) -> Voter:
    """Raises PolicyRefused with the reason, for whoever cannot vote; without policies whoever may move the version may."""
    voter = load([actor.user_id or 0]).get(actor.user_id or 0)
    if voter is None:
        raise Denied("only people can vote")
    if not case.policies:
        if not voter.is_person:
            raise PolicyRefused(
                f"{voter.name} is a service account, and service accounts never approve", found.model, subject.number, []
            )
        access_policy.check(actor, NEEDED[subject.act], found.model.level, "")
    elif reason := case.why_not(voter):
        raise PolicyRefused(
            f"{voter.name} {reason}, so they cannot vote on request {found.id}", found.model, subject.number, case.policies
        )
    return voter


# What somebody needs on the model to let an act pass that no policy protects.
NEEDED = {
    acts.TRANSITION: "model_version.transition", acts.SET_ALIAS: "alias.set", acts.DELETE_ALIAS: "alias.delete",
    acts.DELETE_VERSION: "model_version.delete", acts.DELETE_MODEL: "model.delete", acts.RENAME_MODEL: "model.rename",
}  # fmt: skip


def _check_archiving(ballot: Ballot, subject: Subject, case: Case) -> None:
    said = ballot.archive_existing
    if ballot.decision != APPROVE or said is None or subject.act != acts.TRANSITION or not case.policies:
        return
    if said != case.archive_existing:
        raise Invalid(
            f"archive_existing_versions: the policy says {str(case.archive_existing).lower()}, and an approval cannot change that"
        )


def _store(actor: Actor, request: TransitionRequest, voter: Voter, ballot: Ballot, case: Case) -> None:
    allowed = not any(policy.terms.separation.requester for policy in case.policies)
    Vote.objects.update_or_create(
        request=request,
        voter_id=voter.id,
        defaults={
            "voter_kind": User.Kind.PERSON if voter.is_person else User.Kind.SERVICE, "requester_id": request.requester_id,
            "self_vote_allowed": allowed, "decision": ballot.decision, "state": VALID, "state_reason": "",
            "fingerprint": case.fingerprint, "comment": ballot.comment, "via": actor.via, "token_id": actor.token_id,
            "at": now_ms(),
        },
    )  # fmt: skip
    if not case.policies and ballot.archive_existing is not None:
        TransitionRequest.objects.filter(pk=request.pk).update(archive_existing=ballot.archive_existing)
        request.archive_existing = ballot.archive_existing


def _follow(actor: Actor, model: ModelAccess, request: TransitionRequest, ballot: Ballot, case: Case) -> None:
    """What the vote does to the request."""
    if ballot.decision == REJECT:
        set_state(actor, request, REJECTED, reason=ballot.comment)
        tell_ended(actor, model, request)
    elif ballot.decision == REQUEST_CHANGES:
        set_state(actor, request, CHANGES)
        tell_changes(actor, model, request, ballot.comment)
    else:
        advance_request(actor, model, request, case)


@atomic
def withdraw_vote(actor: Actor, request_id: int) -> None:
    """Take one's own vote back while the request is pending. Raises Missing (no such vote), Conflict, Denied."""
    found = access_request(actor, request_id, "request.vote", lock=True)
    request = TransitionRequest.objects.select_related("version").get(pk=found.id)
    require_pending(actor, request)
    if not Vote.objects.filter(request=request, voter_id=actor.user_id, state=VALID).update(state=WITHDRAWN):
        raise Missing(f"There is no vote of yours on request {request_id}")
    note(actor, "request.vote", found.model, line_of("withdrawn", request))
    case = cases.of_request(request, subjects.of_request(request, found.model), lock=True)
    advance_request(actor, found.model, request, case)
