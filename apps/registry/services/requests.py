"""Opening, cancelling, refreshing and expiring transition requests."""

from django.db import IntegrityError

from apps.access.levels import Level
from apps.access.queries.workspaces import require_admin
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import AlreadyExists, Denied, DomainError, Invalid
from apps.core.jobs import enqueue
from apps.core.transactions import atomic, savepoint
from apps.registry import acts, cases, links, rules, subjects
from apps.registry.access import RequestAccess, access_model, access_request
from apps.registry.cases import Case
from apps.registry.lines import Line, alias_of, line_of, stage_of
from apps.registry.models import RequestPolicy, TransitionRequest, Vote
from apps.registry.models.requests import CANCELLED, DISMISSED, EXPIRED, OPEN, PENDING, VALID
from apps.registry.services.announcing import tell_dismissed, tell_ended, tell_requested
from apps.registry.services.closing import require_pending, set_state
from apps.registry.services.history import note
from apps.registry.subjects import Subject, access_subject
from apps.registry.terms import DEFAULT_EXPIRY_HOURS
from apps.registry.voters import named_by

HOUR_MS = 3_600_000


@atomic
def open_request(actor: Actor, name: str, version: str, act: str, target: str, comment: str = "") -> int:
    """Ask for an act that policies protect; whoever may read the model may ask. Returns the request's id.

    Raises Invalid (nothing would change), AlreadyExists (naming the pending one), Missing, Denied.
    """
    subject = access_subject(actor, name, version, act, target, "request.open", lock=True)
    if actor.user_id is None:
        raise Denied("only accounts can ask for a promotion")
    rules.check_comment(comment)
    _check_change(subject)
    return create_request(actor, subject, comment).pk


def create_request(actor: Actor, subject: Subject, comment: str) -> TransitionRequest:
    """The request's row with the policies it is opened under. The model is locked. Raises AlreadyExists."""
    access_model(actor, subject.model.name, "request.open")
    assert actor.user_id is not None
    now = clock.now()
    case = cases.of_subject(subject, actor.user_id, now)
    created_at = clock.now_ms()
    hours = min([policy.terms.expires_hours for policy in case.policies], default=DEFAULT_EXPIRY_HOURS)
    try:
        with savepoint():
            request = TransitionRequest.objects.create(
                model_id=subject.model.id, version_id=subject.version.id if subject.version else None,
                act=subject.act, target=subject.target, from_stage=subject.version.stage if subject.version else "",
                requester_id=actor.user_id, comment=comment, archive_existing=case.archive_existing, fingerprint=case.fingerprint,
                opened_at=now, created_at=created_at, updated_at=created_at, expires_at=created_at + hours * HOUR_MS,
            )  # fmt: skip
    except IntegrityError:
        raise AlreadyExists(_pending(subject)) from None
    RequestPolicy.objects.bulk_create([RequestPolicy(request=request, policy_version_id=one.version_id) for one in case.policies])
    line = Line(
        "requested", subject.number, request.pk, request.from_stage, stage_of(request), alias_of(request), comment,
        policies=[one.label for one in case.policies],
    )  # fmt: skip
    note(actor, "request.open", subject.model, line)
    people = named_by([policy.terms for policy in case.policies]).values()
    tell_requested(actor, subject, request, [voter.id for voter in people if case.why_not(voter) is None])
    enqueue("registry.run_gates", request.pk)
    return request


def _pending(subject: Subject) -> str:
    rows = TransitionRequest.objects.filter(
        model_id=subject.model.id, version_id=subject.version.id if subject.version else None,
        act=subject.act, target=subject.target, state__in=PENDING,
    )  # fmt: skip
    found = rows.values_list("id", "requester__username").first() or (0, "")
    page = links.request_page(subject.model.workspace, found[0])
    return f"Request {found[0]} by {found[1]} for {subject.words} is already pending: {page}"


def _check_change(subject: Subject) -> None:
    if subject.act == acts.TRANSITION and subject.version and subject.version.stage == subject.target:
        raise Invalid(f"{subject.version.label} is in stage {subject.target} already")
    if subject.act == acts.RENAME_MODEL and subject.model.name == subject.target:
        raise Invalid(f"The model is called {subject.target} already")


@atomic
def cancel_request(actor: Actor, request_id: int, comment: str = "") -> None:
    """Take a request back: the requester, and whoever may MANAGE the model. Raises Conflict (not pending), Missing, Denied."""
    found = access_request(actor, request_id, "request.cancel", lock=True)
    rules.check_comment(comment)
    request = TransitionRequest.objects.select_related("version").get(pk=found.id)
    require_pending(actor, request)
    if request.requester_id != actor.user_id and found.model.level < Level.MANAGE:
        raise Denied("only the requester, and whoever may MANAGE the model, can cancel a request")
    set_state(actor, request, CANCELLED, reason=comment)
    note(actor, "request.cancel", found.model, line_of("cancelled", request, comment=comment))
    tell_ended(actor, found.model, request)


@atomic
def refresh_request(actor: Actor, request_id: int) -> bool:
    """See whether the version changed under its votes, or time ran out: dismiss the votes, say so, and tell whether it was so.

    Raises Missing, Denied.
    """
    found = access_request(actor, request_id, "request.read", lock=True)
    request = TransitionRequest.objects.select_related("version").get(pk=found.id)
    if request.state not in PENDING:
        return False
    if request.expires_at is not None and request.expires_at <= clock.now_ms():
        _expire(Actor.system("registry.expire"), found, request)
        return True
    case = cases.of_request(request, subjects.of_request(request, found.model))
    if case.fingerprint == request.fingerprint:
        return False
    _dismiss(found, request, case)
    return True


def _dismiss(found: RequestAccess, request: TransitionRequest, case: Case) -> None:
    platform = Actor.system("registry.refresh")
    votes = Vote.objects.filter(request_id=request.pk, state=VALID)
    voters = list(votes.values_list("voter_id", flat=True))
    count = votes.update(state=DISMISSED, state_reason="the version changed after the vote")
    set_state(platform, request, OPEN, fingerprint=case.fingerprint)
    said = f"the version changed; {count} vote{'' if count == 1 else 's'} dismissed"
    note(platform, "request.close", found.model, line_of("dismissed", request, system_comment=said))
    tell_dismissed(platform, found.model, request, voters)
    enqueue("registry.run_gates", request.pk)


def _expire(actor: Actor, found: RequestAccess, request: TransitionRequest) -> None:
    set_state(actor, request, EXPIRED, reason="nobody decided in time")
    note(actor, "request.close", found.model, line_of("expired", request, system_comment="nobody decided in time"))
    tell_ended(actor, found.model, request)


def refresh_pending(actor: Actor, limit: int = 1000) -> int:
    """Look after all pending requests: the sweep that finds changed evidence and lapsed ones. How many changed."""
    require_admin(actor, "request.close")
    ids = TransitionRequest.objects.filter(state__in=PENDING).order_by("updated_at").values_list("pk", flat=True)[:limit]
    return sum(_refreshed(actor, request_id) for request_id in list(ids))


def refresh_of_version(actor: Actor, version_id: int) -> int:
    """The same for the pending requests of one version."""
    require_admin(actor, "request.close")
    ids = TransitionRequest.objects.filter(version_id=version_id, state__in=PENDING).values_list("pk", flat=True)
    return sum(_refreshed(actor, request_id) for request_id in list(ids))


def _refreshed(actor: Actor, request_id: int) -> bool:
    try:
        return refresh_request(actor, request_id)
    except DomainError:
        return False  # gone or decided meanwhile
