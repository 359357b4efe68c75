"""The page of a transition request, and what people do on it. Each refusal stands on the page, over the state as it is now."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.actor import Actor
from apps.core.errors import Conflict, Denied, DomainError, Invalid, Missing
from apps.registry.approval_records import RequestDetail
from apps.registry.queries import activities, comparisons, kept, policies
from apps.registry.queries import requests as queries
from apps.registry.services import overrides, requests, votes
from apps.registry.services.votes import Ballot
from apps.web import approving, policy_words, threads
from apps.web.base import STATUS, actor_of, render, signed_in
from apps.web.forms.approvals import ApproveForm, OverrideForm, SayForm
from apps.web.workspaces import address

POLLED = ("request", "request-thread")


@signed_in
def page(request: HttpRequest, request_id: int) -> HttpResponse:
    """What is asked for, what changes, what the gates say, who voted and who may, and what was said. It looks again by itself."""
    seen = request.GET.get("seen") if request.headers.get("X-Fragment") in POLLED else None
    if seen and seen == kept.request_stamp(actor_of(request), request_id):
        return HttpResponse(status=204)
    return _shown(request, request_id)


def _shown(request: HttpRequest, request_id: int, *, error: DomainError | None = None) -> HttpResponse:
    actor = actor_of(request)
    stamp = kept.request_stamp(actor, request_id)
    record = queries.get_request(actor, request_id)
    is_pending = record.state in approving.PENDING
    detail = queries.request_detail(actor, request_id) if is_pending else kept.closed_request(actor, request_id)
    lines = activities.request_activity(actor, request_id)
    gates = approving.gate_rows(detail, kept.gate_records(actor, request_id))
    everything = request.GET.get("show") == "all"
    names = policies.names_in(actor, [policy.terms for policy in detail.policies])
    here = reverse("web:request", args=[request_id])
    thread = threads.thread(
        request, threads.REQUEST, str(request_id), events=[approving.event(line) for line in lines if line.kind != "comment"]
    )
    thread.next = here
    context: dict[str, Any] = {
        "record": record,
        "detail": detail,
        "title": approving.title(record),
        "mark": approving.STATES[record.state],
        "steps": approving.steps(detail, gates),
        "gates": gates,
        "failed": [gate for gate in gates if gate.result == "fail"],
        "blocking": [gate for gate in gates if gate.result == "fail" and gate.blocks],
        "changes": _changes(actor, detail, lines, everything),
        "everything": everything,
        "policies": [(policy, policy_words.summary(policy.terms, names)) for policy in detail.policies],
        "people": people(detail, actor),
        "is_pending": is_pending,
        "why_not": f"{actor.name} {detail.why_not}." if is_pending and detail.why_not else "",
        "is_changed": is_pending and detail.fingerprint != record.fingerprint,
        "thread": thread,
        "poll_url": f"{here}?seen={stamp}{'&show=all' if everything else ''}" if is_pending else "",
        "crumbs": [{"label": _("Approvals"), "url": reverse("web:approvals")}],
        "error": _words(error),
        **_addresses(record),
        **_forms(request, detail, error is not None),
    }
    return render(request, "web/approvals/request.html", context, status=_status(error))


def _words(error: DomainError | None) -> str:
    if isinstance(error, Denied):
        return error.message.removeprefix("Permission denied: ")
    return error.message if error else ""


def _status(error: DomainError | None) -> int:
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400) if error else 200


def _addresses(record: Any) -> dict[str, str]:
    """Of the model's and the version's pages, in the request's own workspace."""
    found = {"model_url": address(record.workspace, "web:model", record.model)}
    if record.number is not None:
        found["version_url"] = address(record.workspace, "web:model_version", record.model, record.number)
        found["evidence_url"] = address(record.workspace, "web:evidence", record.model, record.number)
    return found


def _changes(actor: Actor, detail: RequestDetail, lines: list[Any], everything: bool) -> approving.Changes | None:
    """Beside what stands in the target; for a decided request beside what it replaced."""
    record = detail.request
    try:
        if record.state in approving.PENDING:
            found = comparisons.compare_request(actor, record.id)
            return approving.changes(found, everything=everything) if found else None
        replaced = [line.number for line in lines if line.to_stage == "Archived" and line.number != record.number]
        if not replaced or record.number is None:
            return None
        here = replace(actor, workspace=record.workspace)
        found = comparisons.compare_versions(here, record.model, str(replaced[-1]), str(record.number))
        return approving.changes(found, everything=everything)
    except Missing:  # a version that was deleted since
        return None


def people(detail: RequestDetail, actor: Actor) -> list[dict[str, Any]]:
    """The rules, each with who approved and who still may."""
    at = {vote.voter: vote.at for vote in detail.votes if vote.counts}
    return [
        {
            "rule": rule,
            "is_met": len(rule.voters) >= rule.needed,
            "percent": min(100, 100 * len(rule.voters) // max(1, rule.needed)),
            "given": [(name, at.get(name)) for name in rule.voters],
            "open": [] if len(rule.voters) >= rule.needed else [(name, name == actor.name) for name in rule.may_still],
        }
        for rule in detail.rules
    ]


def _forms(request: HttpRequest, detail: RequestDetail, failed: bool) -> dict[str, Any]:
    """The forms behind the buttons; after a refusal with what was typed."""
    typed = {name: request.POST.get(name, "") for name in ("comment", "reason")} if failed else {}
    approve = ApproveForm if not detail.policies and detail.request.act == "transition" else SayForm
    mine = next((vote for vote in detail.votes if vote.voter_id == request.user.pk and vote.state == "valid"), None)
    return {
        "my_vote": mine,
        "approve_form": approve(initial=typed, auto_id="approve_%s"),
        "reject_form": SayForm(initial=typed, auto_id="reject_%s", needed=True),
        "changes_form": SayForm(initial=typed, auto_id="changes_%s", needed=True),
        "cancel_form": SayForm(initial=typed, auto_id="cancel_%s"),
        "override_form": OverrideForm(initial=typed, auto_id="override_%s"),
        "bound": {"fingerprint": detail.fingerprint, "archive_shown": "yes" if detail.archive_existing else "no"},
    }


def _done(request: HttpRequest, request_id: int, act: Callable[[Actor], object]) -> HttpResponse:
    """Do it and lead back to the page; what is refused is said there, in place."""
    try:
        act(actor_of(request))
    except (Invalid, Denied, Conflict, Missing) as error:
        return _shown(request, request_id, error=error)
    return HttpResponseRedirect(reverse("web:request", args=[request_id]))


@signed_in
@require_POST
def vote(request: HttpRequest, request_id: int) -> HttpResponse:
    """Approve, reject or ask for changes, bound to what the page showed."""
    decision, comment = request.POST.get("decision", ""), request.POST.get("comment", "").strip()
    shown = {"yes": True, "no": False}.get(request.POST.get("archive_shown", ""))
    if request.POST.get("choice"):  # no policy says what happens to the others: the approver does
        shown = bool(request.POST.get("archive"))

    def cast(actor: Actor) -> None:
        if decision != "approve" and not comment:
            raise Invalid(_("Say why: this needs a comment."))
        fingerprint = request.POST.get("fingerprint", "")
        if not fingerprint:
            raise Invalid(_("The form does not say which state of the version it is about."))
        votes.cast_vote(actor, request_id, Ballot(decision, comment, fingerprint, shown))

    return _done(request, request_id, cast)


@signed_in
@require_POST
def withdraw(request: HttpRequest, request_id: int) -> HttpResponse:
    """Take one's own vote back."""
    return _done(request, request_id, lambda actor: votes.withdraw_vote(actor, request_id))


@signed_in
@require_POST
def cancel(request: HttpRequest, request_id: int) -> HttpResponse:
    """Take the request back."""
    comment = request.POST.get("comment", "").strip()
    return _done(request, request_id, lambda actor: requests.cancel_request(actor, request_id, comment))


@signed_in
@require_POST
def override(request: HttpRequest, request_id: int) -> HttpResponse:
    """Do it without what is missing: with a reason and the password."""
    reason, password = request.POST.get("reason", ""), request.POST.get("password", "")
    return _done(request, request_id, lambda actor: overrides.override_request(actor, request_id, reason, password))
