"""Experiments: their list, what is done to one, sharing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.access.levels import Level, parse
from apps.core.errors import DomainError, Invalid
from apps.core.paging import decode_offset, encode_offset
from apps.experiments.queries import experiments as queries
from apps.experiments.queries import overview
from apps.experiments.records import ExperimentRecord
from apps.experiments.services import experiments as services
from apps.experiments.services import grants
from apps.web.base import actor_of, render, signed_in
from apps.web.forms.experiments import ExperimentForm, GrantForm, NoteForm
from apps.web.snippets import first_lines

PAGE = 50


@signed_in
def experiment_list(request: HttpRequest) -> HttpResponse:
    """All experiments of the workspace, or those in the trash; a POST makes one."""
    actor = actor_of(request)
    form = ExperimentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            number = services.create_experiment(actor, form.cleaned_data["name"])
            return HttpResponseRedirect(reverse("web:experiment", args=[number]))
        except DomainError as error:
            form.add_error("name", error.message)
    text, sort = request.GET.get("q", "").strip()[:200], request.GET.get("sort", "-activity")
    deleted = request.GET.get("show") == "deleted"
    offset = decode_offset(request.GET.get("page", ""))
    rows, more = overview.list_experiments(actor, text=text, deleted=deleted, sort=sort, offset=offset, limit=PAGE)
    context = {
        "rows": rows,
        "q": text,
        "sort": sort,
        "deleted": deleted,
        "form": form,
        "shown": _("%(first)d to %(last)d") % {"first": offset + 1, "last": offset + len(rows)},
        "next_url": _page_url(request, offset + PAGE) if more else "",
        "previous_url": _page_url(request, max(0, offset - PAGE)) if offset else "",
        "list_url": reverse("web:experiments"),
        "code": first_lines(request),
    }
    return render(request, "web/experiments/list.html", context, status=400 if form.errors else 200)


def _page_url(request: HttpRequest, offset: int) -> str:
    query = request.GET.copy()
    query["page"] = encode_offset(offset)
    return f"?{query.urlencode()}"


def experiment_actions(record: ExperimentRecord, deleted: bool) -> dict[str, Any]:
    """The menu of an experiment's page, and the forms behind it: what this person may do, nothing else."""
    number = record.id
    can_edit = record.level >= Level.EDIT and record.lifecycle == "active"
    can_manage = record.level >= Level.MANAGE
    menu: list[dict[str, Any]] = [
        {"label": _("Active runs"), "icon": "list", "url": reverse("web:experiment", args=[number])}
        if deleted
        else {"label": _("Deleted runs"), "icon": "trash", "url": "?show=deleted"},
        {"label": _("Storage and holds"), "icon": "database", "url": reverse("web:experiment_storage", args=[number])},
    ]
    context: dict[str, Any] = {"can_edit": can_edit, "can_manage": can_manage and record.lifecycle == "active"}
    if can_edit:
        note = dict(record.tags).get(overview.NOTE, "")
        menu += [
            {"label": _("Rename"), "icon": "pencil", "opens": "rename-experiment"},
            {"label": _("Description"), "icon": "note", "opens": "note-experiment"},
        ]
        context |= {
            "rename_form": ExperimentForm(initial={"name": record.name}),
            "rename_url": reverse("web:experiment_rename", args=[number]),
            "note_form": NoteForm(initial={"note": note}),
            "note_url": reverse("web:experiment_note", args=[number]),
        }
    if can_manage:
        context["share_url"] = reverse("web:experiment_share", args=[number])
        menu.append({"label": _("Share"), "icon": "users", "url": context["share_url"]})
        if record.lifecycle == "deleted":
            menu.append({"label": _("Restore"), "icon": "restore", "action": reverse("web:experiment_restore", args=[number])})
        elif number != overview.DEFAULT_EXPERIMENT_ID:
            menu.append(
                {
                    "label": _("Delete"),
                    "icon": "trash",
                    "danger": True,
                    "action": reverse("web:experiment_delete", args=[number]),
                    "confirm": _("Delete this experiment?"),
                    "text": _("It and its runs go to the trash and can be restored for 30 days."),
                    "verb": _("Delete experiment"),
                }
            )
    return context | {"menu": menu}


@signed_in
@require_POST
def rename(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Change the name."""
    services.rename_experiment(actor_of(request), str(experiment_id), request.POST.get("name", ""))
    return HttpResponseRedirect(reverse("web:experiment", args=[experiment_id]))


@signed_in
@require_POST
def set_note(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Change the description, Markdown."""
    services.set_experiment_tag(actor_of(request), str(experiment_id), overview.NOTE, request.POST.get("note", ""))
    return HttpResponseRedirect(reverse("web:experiment", args=[experiment_id]))


@signed_in
@require_POST
def delete(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Move it and its runs to the trash; the message undoes it."""
    services.delete_experiment(actor_of(request), str(experiment_id))
    undo = reverse("web:experiment_restore", args=[experiment_id])
    messages.success(request, _("The experiment and its runs are in the trash."), extra_tags=f"undo:{undo}")
    return HttpResponseRedirect(reverse("web:experiments"))


@signed_in
@require_POST
def restore(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Take it out of the trash."""
    services.restore_experiment(actor_of(request), str(experiment_id))
    messages.success(request, _("The experiment and its runs are back."))
    return HttpResponseRedirect(reverse("web:experiment", args=[experiment_id]))


@signed_in
def share(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Who may do what with it; a POST gives or takes a level. Also shown as a dialog on the experiment's page."""
    actor = actor_of(request)
    form = GrantForm(request.POST or None)
    if request.method == "POST":
        try:
            _change_grant(request, experiment_id, form)
            return HttpResponseRedirect(reverse("web:experiment_share", args=[experiment_id]))
        except DomainError as error:
            form.add_error(None, error.message)
    everyone = queries.get_everyone_level(actor, experiment_id)
    record = queries.get_experiment(actor, experiment_id)
    context = {
        "experiment": record,
        "grants": queries.list_experiment_grants(actor, experiment_id),
        "everyone": Level(everyone) if everyone is not None else None,
        "levels": [level.name for level in Level],
        "crumbs": _crumbs(experiment_id, record.name),
        "form": form,
    }
    return render(request, "web/experiments/share.html", context, status=400 if form.errors else 200)


def _crumbs(experiment_id: int, name: str) -> list[dict[str, str]]:
    return [
        {"label": _("Experiments"), "url": reverse("web:experiments")},
        {"label": name, "url": reverse("web:experiment", args=[experiment_id])},
    ]


def _change_grant(request: HttpRequest, experiment_id: int, form: GrantForm) -> None:
    actor, number = actor_of(request), str(experiment_id)
    if request.POST.get("everyone") is not None:
        text = request.POST["everyone"]
        grants.set_everyone_level(actor, number, parse(text) if text else None)
    elif request.POST.get("remove"):
        kind, name = request.POST["remove"].split(":", 1) if ":" in request.POST["remove"] else ("user", request.POST["remove"])
        grants.delete_experiment_grant(actor, number, **{"team" if kind == "team" else "user": name})
    elif form.is_valid():
        kind = "team" if form.cleaned_data["kind"] == "team" else "user"
        grants.put_experiment_grant(actor, number, parse(form.cleaned_data["level"]), **{kind: form.cleaned_data["name"]})
    else:
        raise Invalid(_("Write who gets the level."))
