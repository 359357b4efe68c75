"""The trash: what lies in it, back, gone for good."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from apps.access.levels import Level
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import DomainError, Invalid
from apps.experiments.queries.trash import days_in_trash
from apps.experiments.trash_items import KINDS, TrashItem, Wanted
from apps.registry.queries import trash as queries
from apps.registry.services import emptying
from apps.web.base import actor_of, render, signed_in
from apps.web.forms.refusals import words

PAGE = 50
MOST = 200  # things chosen at once
DAY = 86_400_000  # ms
LABELS = {
    "experiment": gettext_lazy("Experiment"),
    "run": gettext_lazy("Run"),
    "logged_model": gettext_lazy("Logged model"),
    "model": gettext_lazy("Registered model"),
    "version": gettext_lazy("Model version"),
}
PLURALS = {
    "experiment": gettext_lazy("Experiments"),
    "run": gettext_lazy("Runs"),
    "logged_model": gettext_lazy("Logged models"),
    "model": gettext_lazy("Registered models"),
    "version": gettext_lazy("Model versions"),
}
AGES = {
    "1": gettext_lazy("Longer than a day"),
    "7": gettext_lazy("Longer than a week"),
    "30": gettext_lazy("Longer than 30 days"),
    "90": gettext_lazy("Longer than 90 days"),
}


@signed_in
def trash(request: HttpRequest) -> HttpResponse:
    """What the person may see of it, the newest first."""
    actor = actor_of(request)
    wanted, chosen = _wanted(request.GET)
    page = queries.list_everything(actor, wanted, PAGE)
    context = {
        **chosen,
        "rows": [_row(item) for item in page.items],
        "next_url": f"?{_query(chosen | {'page': page.after})}" if page.after else "",
        "kinds": [{"key": kind, "label": label} for kind, label in PLURALS.items()],
        "ages": [{"key": key, "label": label} for key, label in AGES.items()],
        "narrowed": any(chosen.values()) or bool(request.GET.get("page")),
        "empty_url": f"{reverse('web:trash_empty')}?{_query(chosen)}",
        "may_empty": any(item.level >= Level.MANAGE for item in page.items),
        "days": days_in_trash(actor),
    }
    return render(request, "web/storage/trash.html", context)


def _wanted(data: Any, *, whole: bool = False) -> tuple[Wanted, dict[str, str]]:
    """What the address asks for, and its words as they were understood."""
    kind, age = data.get("kind", ""), data.get("age", "")
    chosen = {"kind": kind if kind in KINDS else "", "age": age if age in AGES else "", "q": data.get("q", "").strip()[:200]}
    before = clock.now_ms() - int(chosen["age"]) * DAY if chosen["age"] else None
    kinds = (chosen["kind"],) if chosen["kind"] else KINDS
    return Wanted(kinds, before, chosen["q"], "" if whole else data.get("page", "")), chosen


def _query(chosen: dict[str, str]) -> str:
    return urlencode({key: value for key, value in chosen.items() if value})


def _row(item: TrashItem) -> dict[str, Any]:
    name = _("%(name)s, version %(n)d") % {"name": item.name, "n": item.number} if item.number is not None else item.name
    links = {"experiment": "web:experiment", "run": "web:run"}
    return {
        "item": item,
        "name": name or item.key[:8],
        "url": reverse(links[item.kind], args=[item.key]) if item.kind in links else "",
        "label": LABELS[item.kind],
        "may": item.level >= Level.MANAGE,
    }


@signed_in
@require_POST
def restore(request: HttpRequest) -> HttpResponse:
    """Take the chosen things out of the trash; of one that has a page the message undoes it."""
    actor, done = actor_of(request), []
    for ref in _chosen(request):
        try:
            emptying.restore(actor, ref)
            done.append(ref)
        except DomainError as error:
            _tell_refusal(request, error, done)
    if done:
        text = ngettext("%(n)d thing is back.", "%(n)d things are back.", len(done)) % {"n": len(done)}
        messages.success(request, _back(done[0]) if len(done) == 1 else text, extra_tags=_undo(done))
    return _to_list(request)


def _back(ref: str) -> str:
    known = {
        "experiment": _("The experiment and its runs are back."),
        "run": _("The run is back."),
        "logged_model": _("The logged model is back."),
        "model": _("The model is back, its versions in stage None."),
        "version": _("The version is back, in stage None."),
    }
    return known[ref.partition(":")[0]]


def _undo(done: list[str]) -> str:
    kind, _colon, key = done[0].partition(":")
    names = {"experiment": "web:experiment_delete", "run": "web:run_delete"}
    return f"undo:{reverse(names[kind], args=[key])}" if len(done) == 1 and kind in names else ""


@signed_in
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Remove the chosen things for good."""
    actor, done = actor_of(request), []
    for ref in _chosen(request):
        try:
            if not emptying.remove(actor, ref, seconds=emptying.SECONDS):
                messages.warning(request, _("That experiment is large: a part of it is gone. Remove it again for the rest."))
                continue
            done.append(ref)
        except DomainError as error:
            _tell_refusal(request, error, done)
    if done:
        text = ngettext("%(n)d thing is gone for good.", "%(n)d things are gone for good.", len(done)) % {"n": len(done)}
        messages.success(request, text)
    return _to_list(request)


@signed_in
def empty(request: HttpRequest) -> HttpResponse:
    """What would go for good, in numbers; a POST removes it."""
    actor = actor_of(request)
    wanted, chosen = _wanted(request.POST if request.method == "POST" else request.GET, whole=True)
    back = f"{reverse('web:trash')}?{_query(chosen)}" if any(chosen.values()) else reverse("web:trash")
    if request.method == "POST":
        _empty(request, actor, wanted)
        return HttpResponseRedirect(back)
    total = queries.total(actor, wanted)
    counts = [{"label": PLURALS[kind], "n": total.counts[kind]} for kind in KINDS if kind in total.counts]
    only = [str(PLURALS[chosen["kind"]])] if chosen["kind"] else []
    only += [str(AGES[chosen["age"]])] if chosen["age"] else []
    only += [_("Name contains “%(text)s”") % {"text": chosen["q"]}] if chosen["q"] else []
    crumbs = [{"label": _("Trash"), "url": reverse("web:trash")}]
    context = {"total": total, "counts": counts, "chosen": chosen, "only": only, "back": back, "crumbs": crumbs}
    return render(request, "web/storage/empty.html", context | {"any": any(total.counts.values())})


def _empty(request: HttpRequest, actor: Actor, wanted: Wanted) -> None:
    done = emptying.empty_trash(actor, wanted)
    count = sum(done.counts.values())
    text = ngettext("%(n)d thing is gone for good.", "%(n)d things are gone for good.", count) % {"n": count}
    if done.is_going_on:
        text = _("%(n)d things are gone for good; a worker removes the rest.") % {"n": count}
    messages.success(request, text)
    if done.kept:
        kept = ngettext("%(n)d thing stays:", "%(n)d things stay:", len(done.kept)) % {"n": len(done.kept)}
        messages.warning(request, f"{kept} {'; '.join(done.kept[:3])}{' …' if len(done.kept) > 3 else ''}")


def _chosen(request: HttpRequest) -> Iterator[str]:
    refs = list(dict.fromkeys(request.POST.getlist("ref")))
    if not refs:
        raise Invalid(_("Choose something first."))
    if len(refs) > MOST:
        raise Invalid(_("At most %(n)d things at once.") % {"n": MOST})
    return iter(refs)


def _tell_refusal(request: HttpRequest, error: DomainError, done: list[str]) -> None:
    """One thing alone that is refused is the answer; among many it is told beside what went well."""
    if len(request.POST.getlist("ref")) == 1 and not done:
        raise error
    messages.error(request, words(error))


def _to_list(request: HttpRequest) -> HttpResponse:
    """Back to the same part of the trash; only a query of our own page is taken from the form."""
    _wanted_part, chosen = _wanted(request.POST, whole=True)
    query = _query(chosen)
    return HttpResponseRedirect(f"{reverse('web:trash')}?{query}" if query else reverse("web:trash"))
