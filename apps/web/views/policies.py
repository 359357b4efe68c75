"""Policies: which there are, the editor, and their versions."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.errors import AlreadyExists, Conflict, Denied, DomainError, Invalid, Missing
from apps.registry.approval_records import PolicyRecord
from apps.registry.queries import policies as queries
from apps.registry.services import policies as services
from apps.registry.services.policies import NewPolicy
from apps.web import policy_words
from apps.web.base import STATUS, actor_of, render, signed_in
from apps.web.forms import policies as forms
from apps.web.forms.policies import PolicyForm

REFUSALS = (Invalid, AlreadyExists, Conflict, Denied, Missing)
SCOPES = ("model", "pattern", "workspace", "server")


@signed_in
def policy_list(request: HttpRequest) -> HttpResponse:
    """The policies in force here, with changes that wait for a second person."""
    actor = actor_of(request)
    records = queries.list_policies(actor)
    names = queries.names_in(actor, [record.terms for record in records])
    proposed = {record.id for record in records if record.state == "proposed"}
    rows = [
        {
            "record": record,
            "models": policy_words.models(record),
            "needs": policy_words.summary(record.terms, names),
            "is_proposed": record.id in proposed,
        }
        for record in records
        if record.state == "current"
    ]
    is_protected = any(
        record.state == "current"
        and record.scope in ("workspace", "server")
        and (record.target_kind, record.target) == ("stage", "Production")
        for record in records
    )
    context = {
        "rows": rows,
        "may_protect": not is_protected and services.may_change(actor, "workspace", actor.workspace, ""),
        "crumbs": _crumbs()[:1],
    }
    return render(request, "web/approvals/policies.html", context)


@signed_in
def policy_new(request: HttpRequest) -> HttpResponse:
    """The editor of a new one; a POST adds a row, or makes it."""
    actor = actor_of(request)
    form = forms.from_post(request.POST) if request.method == "POST" else _fresh(request)
    if request.method == "POST" and not form.act(request.POST):
        about = form.subject if form.scope in ("model", "pattern") else ""
        try:
            policy_id = services.create_policy(
                actor, NewPolicy(form.scope, form.target, form.target_kind, about, form.terms(), form.comment)
            )
            return HttpResponseRedirect(f"{reverse('web:policy', args=[policy_id])}?saved=1")
        except REFUSALS as error:
            _refuse(form, error)
    context = _editor(form, "policy-form", reverse("web:policy_new")) | {"crumbs": _crumbs(), "is_admin": actor.is_admin}
    return render(request, "web/approvals/policy_new.html", context, status=_status(form))


def _fresh(request: HttpRequest) -> PolicyForm:
    form = PolicyForm(rules=[forms.RuleRow("r1")])
    form.scope = request.GET.get("scope", "model") if request.GET.get("scope") in SCOPES else "model"
    form.subject = request.GET.get("model", "")[:256]
    return form


@signed_in
def policy(request: HttpRequest, policy_id: int) -> HttpResponse:
    """One policy with its versions; a POST of whoever may change it adds a row to its form, or changes it."""
    actor = actor_of(request)
    records = queries.get_policy(actor, policy_id)
    form = None
    if request.method == "POST":
        form = forms.from_post(request.POST)
        form.target_kind = records[0].target_kind
        if not form.act(request.POST):
            try:
                in_force = services.change_policy(actor, policy_id, form.terms(), form.comment)
                return HttpResponseRedirect(f"{reverse('web:policy', args=[policy_id])}?saved={1 if in_force else 2}")
            except REFUSALS as error:
                _refuse(form, error)
    return _policy_page(request, records, form)


def _policy_page(
    request: HttpRequest, records: list[PolicyRecord], form: PolicyForm | None, error: DomainError | None = None
) -> HttpResponse:
    actor = actor_of(request)
    names = queries.names_in(actor, [record.terms for record in records])
    shown = next((record for record in records if record.state == "current"), records[0])
    proposed = next((record for record in records if record.state == "proposed"), None)
    may_change = shown.retired_at is None and services.may_change(actor, shown.scope, shown.workspace or None, shown.subject)
    form = form or forms.from_terms(queries.terms_json(actor, shown.terms, names), shown.target_kind)
    here = reverse("web:policy", args=[shown.id])
    context: dict[str, Any] = {
        "record": shown,
        "models": policy_words.models(shown),
        "lines": policy_words.lines(shown.terms, names),
        "versions": policy_words.history(records, names),
        "may_change": may_change,
        "proposed": proposed,
        "proposed_changes": policy_words.difference(shown.terms, proposed, names) if proposed else [],
        "is_own_proposal": proposed is not None and proposed.author == actor.name,
        "saved": {"1": _("Saved. It is in force."), "2": _("Proposed. It waits for a second person.")}.get(
            request.GET.get("saved", "")
        ),
        "refusal": _words(error) if error else "",
        "is_narrow": may_change and policy_words.is_narrow(shown.terms),
        "crumbs": _crumbs(),
        # Another id after each change, so that the answer to a saved form is shown as the page that it is.
        **_editor(form, f"policy-form-{len(records)}-{'p' if proposed else 'c'}", here),
    }
    return render(request, "web/approvals/policy.html", context, status=_code(error) if error else _status(form))


def _editor(form: PolicyForm, form_id: str, action: str) -> dict[str, Any]:
    return {
        "form": form,
        "form_id": form_id,
        "action": action,
        "gate_kinds": forms.GATES.items(),
        "separation": forms.SEPARATION.items(),
        "scopes": [
            ("model", _("One model")),
            ("pattern", _("Models whose names are like")),
            ("workspace", _("Every model of this workspace")),
            ("server", _("Every model of the server")),
        ],
        "stages": ("Production", "Staging"),
        "comparisons": (">=", ">", "<=", "<"),
    }


def _refuse(form: PolicyForm, error: DomainError) -> None:
    form.refuse(_words(error))
    form.errors["status"] = str(_code(error))


def _status(form: PolicyForm) -> int:
    return int(form.errors.pop("status", "200"))


def _words(error: DomainError) -> str:
    return error.message.removeprefix("Permission denied: ")


def _code(error: DomainError) -> int:
    """A name in a form that nobody has is a mistake in the form, not a missing page."""
    return 400 if isinstance(error, Missing) else next(code for kind, code in STATUS.items() if isinstance(error, kind))


def _crumbs() -> list[dict[str, str]]:
    return [
        {"label": _("Approvals"), "url": reverse("web:approvals")},
        {"label": _("Policies"), "url": reverse("web:policies")},
    ]


@signed_in
@require_POST
def retire(request: HttpRequest, policy_id: int) -> HttpResponse:
    """Take it out of force, at once or after a second person agreed."""
    actor = actor_of(request)
    records = queries.get_policy(actor, policy_id)
    try:
        if services.retire_policy(actor, policy_id, request.POST.get("comment", "").strip()):
            messages.success(request, _("The policy is out of force. Pending requests keep it."))
            return HttpResponseRedirect(reverse("web:policies"))
    except (Conflict, Denied, Invalid) as error:
        return _policy_page(request, records, None, error)
    return HttpResponseRedirect(f"{reverse('web:policy', args=[policy_id])}?saved=2")


@signed_in
@require_POST
def decide(request: HttpRequest, policy_id: int) -> HttpResponse:
    """Agree to, or refuse, the proposed change: somebody else than who proposed it."""
    actor = actor_of(request)
    records = queries.get_policy(actor, policy_id)
    agree, comment = request.POST.get("agree") == "yes", request.POST.get("comment", "").strip()
    try:
        services.decide_change(actor, policy_id, agree, comment)
    except (Conflict, Denied, Invalid) as error:
        return _policy_page(request, records, None, error)
    return HttpResponseRedirect(reverse("web:policy", args=[policy_id]))
