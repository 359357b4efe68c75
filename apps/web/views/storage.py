"""Use, quotas and legal holds: of everything for administrators, of one experiment for whoever sees it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from apps.access.levels import Level
from apps.accounts.queries import teams, users
from apps.artifacts import sizes
from apps.artifacts.queries import uses
from apps.artifacts.services import quotas
from apps.core.actor import Actor
from apps.core.errors import Invalid
from apps.experiments.queries import experiments, legal, storage
from apps.experiments.queries.trash import get_trash_rule
from apps.experiments.services import legal as legal_services
from apps.registry.services import emptying
from apps.web.base import actor_of, admin_only, render, signed_in
from apps.web.forms.refusals import shown, status
from apps.web.forms.storage import HoldForm, QuotaForm, TrashRuleForm
from apps.web.tabs import admin_tabs

KINDS = {"person": gettext_lazy("People"), "team": gettext_lazy("Teams"), "experiment": gettext_lazy("Experiments")}
MOST = 100


@admin_only
def admin_storage(request: HttpRequest) -> HttpResponse:
    """Who has how much and may have how much; when the trash empties itself; what is held. A POST sets a quota."""
    actor = actor_of(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else "person"
    given = {"kind": request.GET.get("kind", "person"), "name": request.GET.get("name", "")}
    form = QuotaForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        with shown(form, "name"):
            _set_quota(actor, **form.cleaned_data)
            messages.success(request, _("The quota is set."))
            return HttpResponseRedirect(f"{reverse('web:admin_storage')}?kind={form.cleaned_data['kind']}")
    return render(request, "web/storage/admin.html", _admin_context(request, actor, kind, form), status=status(form))


def _admin_context(request: HttpRequest, actor: Actor, kind: str, form: QuotaForm) -> dict[str, Any]:
    rule = get_trash_rule(actor)
    total, stores = uses.total(actor), uses.stored(actor)
    return {
        "tabs": admin_tabs(request),
        "kind": kind,
        "kinds": [{"key": key, "label": label} for key, label in KINDS.items()],
        "total": total,
        "stores": [{"name": name, "amount": amount} for name, amount in sorted(stores.items())],
        "stored": sum(amount.size for amount in stores.values()),
        "rows": _rows(actor, kind),
        "quotas": [{"record": row, "name": _quota_name(row, names)} for row, names in _named_quotas(actor)],
        "form": form,
        "rule": rule,
        "rule_form": TrashRuleForm(initial={"days": rule.days}),
        "holds": legal.list_holds(actor),
    }


def _rows(actor: Actor, kind: str) -> list[dict[str, Any]]:
    """The largest of a kind, by name; two statements for the names at most."""
    if kind == "team":
        names = {str(team.id): team.name for team in teams.all_teams(actor)}
        found = sorted(uses.amounts(actor, kind, names).items(), key=lambda one: -one[1].size)[:MOST]
    else:
        found = uses.largest(actor, kind, MOST)
        names = _names(actor, kind, [subject for subject, _amount in found])
    return [
        {
            "subject": subject,
            "name": names.get(subject, ""),
            "ask": subject if kind == "experiment" else names.get(subject, ""),
            "amount": amount,
        }
        for subject, amount in found
    ]


def _names(actor: Actor, kind: str, subjects: list[str]) -> dict[str, str]:
    ids = {int(subject) for subject in subjects if subject.isdecimal()}
    if kind == "person":
        return {str(pk): person.username for pk, person in users.people(actor, ids).items()}
    if kind == "team":
        return {str(team.id): team.name for team in teams.all_teams(actor) if team.id in ids}
    return {str(pk): name for pk, name in storage.experiment_names(actor, ids).items()}


def _named_quotas(actor: Actor) -> list[tuple[uses.QuotaRecord, dict[str, str]]]:
    found = uses.list_quotas(actor)
    names = {kind: _names(actor, kind, [row.subject for row in found if row.kind == kind]) for kind in KINDS}
    return [(row, names[row.kind]) for row in found]


def _quota_name(row: uses.QuotaRecord, names: dict[str, str]) -> str:
    return names.get(row.subject, row.subject) if row.subject else _("everybody else")


def _set_quota(actor: Actor, kind: str, name: str, size: str) -> None:
    """By the names that people use. Raises Invalid, Missing."""
    subject = name.strip()
    if subject and kind == "person":
        subject = str(users.get_by_name(actor, subject).pk)
    elif subject and kind == "team":
        subject = str(teams.get_by_name(actor, subject).pk)
    elif subject:
        subject = str(experiments.get_experiment(actor, subject).id)
    quotas.set_quota(actor, kind, subject, sizes.parse_size(size) if size.strip() else None)


@admin_only
@require_POST
def admin_quota_remove(request: HttpRequest) -> HttpResponse:
    """Let as much be kept as there is room for."""
    kind, _colon, subject = request.POST.get("quota", "").partition(":")
    quotas.set_quota(actor_of(request), kind, subject, None)
    return HttpResponseRedirect(f"{reverse('web:admin_storage')}?kind={kind}")


@admin_only
@require_POST
def admin_trash_rule(request: HttpRequest) -> HttpResponse:
    """When the trash empties itself."""
    form = TrashRuleForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Write a number of days from 1 to 3650, or nothing."))
    emptying.set_trash_rule(actor_of(request), form.cleaned_data["days"])
    messages.success(request, _("The rule is saved."))
    return HttpResponseRedirect(reverse("web:admin_storage"))


@signed_in
def experiment_storage(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """What an experiment keeps, its quota and its legal holds; a POST sets one."""
    actor = actor_of(request)
    form = HoldForm(request.POST or None)
    if request.method == "POST":
        return _hold(
            request, form, lambda reason: legal_services.hold_experiment(actor, str(experiment_id), reason), experiment_id
        )
    record = experiments.get_experiment(actor, experiment_id)
    return render(request, "web/storage/experiment.html", _experiment_context(actor, record.id, form))


def _hold(request: HttpRequest, form: HoldForm, act: Any, experiment_id: int) -> HttpResponse:
    if form.is_valid():
        with shown(form, "reason"):
            act(form.cleaned_data["reason"])
            messages.success(request, _("It is held. Whoever tries to delete it reads why not."))
            return HttpResponseRedirect(reverse("web:experiment_storage", args=[experiment_id]))
    context = _experiment_context(actor_of(request), experiment_id, form)
    return render(request, "web/storage/experiment.html", context, status=status(form))


def _experiment_context(actor: Actor, experiment_id: int, form: HoldForm) -> dict[str, Any]:
    record = experiments.get_experiment(actor, experiment_id)
    return {
        "experiment": record,
        "amount": storage.experiment_use(actor, experiment_id),
        "holds": legal.holds_of_experiment(actor, experiment_id, lifted=True),
        "can_manage": record.level >= Level.MANAGE,
        "me": actor.name,
        "is_admin": actor.is_admin,
        "form": form,
        "crumbs": [
            {"label": _("Experiments"), "url": reverse("web:experiments")},
            {"label": record.name, "url": reverse("web:experiment", args=[experiment_id])},
        ],
    }


@signed_in
@require_POST
def run_hold(request: HttpRequest, run_id: str) -> HttpResponse:
    """Hold a run legally."""
    form = HoldForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Write why: whoever is refused reads it."))
    legal_services.hold_run(actor_of(request), run_id, form.cleaned_data["reason"])
    messages.success(request, _("The run is held. Whoever tries to delete it reads why not."))
    return HttpResponseRedirect(reverse("web:run", args=[run_id]))


@signed_in
@require_POST
def hold_lift(request: HttpRequest, hold_id: int) -> HttpResponse:
    """End a legal hold."""
    actor = actor_of(request)
    record = legal.get_hold(actor, hold_id)
    legal_services.lift_hold(actor, hold_id)
    messages.success(request, _("The hold is lifted."))
    if request.POST.get("next") == "admin" and actor.is_admin:
        return HttpResponseRedirect(reverse("web:admin_storage"))
    where = "web:run" if record.kind == "run" else "web:experiment_storage"
    return HttpResponseRedirect(reverse(where, args=[record.key]))
