"""One run: overview, charts, artifacts, and the changes a person makes to it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from apps.access.levels import Level
from apps.artifacts.queries import listing
from apps.core.errors import Missing
from apps.experiments.access import access_run, run_root
from apps.experiments.queries import experiments, logged_models, overview, runs, series
from apps.experiments.records import RunRecord
from apps.experiments.services import batches
from apps.experiments.services import runs as services
from apps.web import formats
from apps.web.base import actor_of, render, signed_in
from apps.web.forms.experiments import NoteForm, RenameForm, TagForm

SYSTEM = "system/"
HIDDEN_TAGS = ("mlflow.",)
MODEL_STATES = {1: _lazy("Uploading"), 2: _lazy("Ready"), 3: _lazy("Upload failed")}


@signed_in
def overview_page(request: HttpRequest, run_id: str) -> HttpResponse:
    """What the run is: its numbers, two curves, params, tags, files, facts."""
    context = _frame(request, run_id, "overview")
    summaries = context["series"]
    actor = actor_of(request)
    context |= {
        "charts": [item for item in summaries if item.count > 1][:4],
        "stats": [_stat(item) for item in summaries[:6]],
        "children": overview.list_children(actor, run_id),
        "models": [
            {"name": model.name, "model_id": model.model_id, "state": MODEL_STATES[model.status], "created_at": model.created_at}
            for model in logged_models.list_run_models(actor, run_id)
        ],
        "files": _files(request, run_id, ""),
    }
    return render(request, "web/runs/overview.html", context)


def _stat(item: series.SeriesSummary) -> dict[str, str]:
    """The last value of a metric, and where its extremes were if it is a curve."""
    note = ""
    if item.count > 1 and item.min_value is not None and item.max_value is not None:
        low, high = formats.metric(item.min_value), formats.metric(item.max_value)
        note = _("min %(low)s, max %(high)s") % {"low": low, "high": high}
    return {
        "key": item.key,
        "value": formats.metric(item.latest_value, item.latest_kind),
        "note": note,
        "title": _("Last of %(n)d values, at step %(step)d") % {"n": item.count, "step": item.latest_step},
    }


@signed_in
def charts_page(request: HttpRequest, run_id: str) -> HttpResponse:
    """All curves of the run, in sections by the first part of the metric's name."""
    context = _frame(request, run_id, "charts")
    context["has_charts"] = any(not item.key.startswith(SYSTEM) for item in context["series"])
    context["sections"] = _sections([item for item in context["series"] if not item.key.startswith(SYSTEM)])
    return render(request, "web/runs/charts.html", context)


@signed_in
def system_page(request: HttpRequest, run_id: str) -> HttpResponse:
    """Curves of the machine: CPU, memory, GPU, disk, network."""
    context = _frame(request, run_id, "system")
    found = [item for item in context["series"] if item.key.startswith(SYSTEM)]
    context |= {"sections": [("", found)], "has_charts": bool(found)}
    return render(request, "web/runs/charts.html", context)


@signed_in
def artifacts_page(request: HttpRequest, run_id: str) -> HttpResponse:
    """The files of the run, folder by folder."""
    context = _frame(request, run_id, "artifacts")
    path = request.GET.get("path", "").strip("/")
    parts = path.split("/") if path else []
    context |= {
        "path": path,
        "path_parts": [{"name": part, "path": "/".join(parts[: index + 1])} for index, part in enumerate(parts)],
        "files": _files(request, run_id, path),
    }
    return render(request, "web/runs/artifacts.html", context)


def _frame(request: HttpRequest, run_id: str, tab: str) -> dict[str, Any]:
    """What every tab of the run's page shows."""
    actor = actor_of(request)
    run = runs.get_run(actor, run_id)
    experiment = experiments.get_experiment(actor, run.experiment_id)
    summaries = series.list_series(actor, run_id)
    tags = dict(run.tags)
    charts = [item for item in summaries if not item.key.startswith(SYSTEM)]
    system = len(summaries) - len(charts)
    counted = [("overview", _("Overview"), "web:run", None), ("charts", _("Charts"), "web:run_charts", len(charts))]
    if system:
        counted.append(("system", _("System"), "web:run_system", system))
    counted.append(("artifacts", _("Artifacts"), "web:run_artifacts", None))
    return {
        "run": run,
        "experiment": experiment,
        "series": [*charts, *[item for item in summaries if item.key.startswith(SYSTEM)]],
        "tags": [tag for tag in run.tags if not tag.key.startswith(HIDDEN_TAGS)],
        "system_tags": tags,
        "note": tags.get(overview.NOTE, ""),
        "facts": _facts(run, tags),
        "live": run.status == overview.RUNNING,
        "deleted": run.lifecycle == "deleted",
        "status_badge": _badge(run),
        "parent": _parent(request, run),
        "crumbs": [
            {"label": _("Experiments"), "url": reverse("web:experiments")},
            {"label": experiment.name, "url": reverse("web:experiment", args=[experiment.id])},
        ],
        **_actions(run, experiment.level, tags.get(overview.NOTE, "")),
        "tabs": [
            {"label": label, "url": reverse(name, args=[run_id]), "current": key == tab, "count": count}
            for key, label, name, count in counted
        ],
    }


def _badge(run: RunRecord) -> dict[str, str]:
    known = {
        1: {"text": _("Running"), "kind": "info", "icon": "loader-2"},
        2: {"text": _("Scheduled"), "kind": "", "icon": "circle-dashed"},
        3: {"text": _("Finished"), "kind": "good", "icon": "circle-check"},
        4: {"text": _("Failed"), "kind": "bad", "icon": "circle-x"},
        5: {"text": _("Stopped"), "kind": "warn", "icon": "circle-minus"},
    }
    return known[run.status]


def _parent(request: HttpRequest, run: RunRecord) -> RunRecord | None:
    """The run that this one is nested in, if the person may see it."""
    if not run.parent_run_id:
        return None
    try:
        return runs.get_run(actor_of(request), run.parent_run_id)
    except Missing:
        return None


def _actions(run: RunRecord, level: int, note: str) -> dict[str, Any]:
    """The menu of a run's page, and the forms behind it: what this person may do, nothing else."""
    active = run.lifecycle == "active"
    can_edit, can_manage = level >= Level.EDIT and active, level >= Level.MANAGE
    menu: list[dict[str, Any]] = []
    context: dict[str, Any] = {"can_edit": can_edit, "can_manage": can_manage}
    if can_edit:
        menu += [
            {"label": _("Rename"), "icon": "pencil", "opens": "rename-run"},
            {"label": _("Note"), "icon": "note", "opens": "note-run"},
            {"label": _("Set a tag"), "icon": "tag", "opens": "tag-run"},
        ]
        context |= {
            "rename_form": RenameForm(initial={"name": run.name}),
            "note_form": NoteForm(initial={"note": note}),
            "tag_form": TagForm(),
            "urls": {name: reverse(f"web:run_{name}", args=[run.run_id]) for name in ("rename", "note", "tag")},
        }
    if can_manage and active:
        menu.append(
            {
                "label": _("Delete"),
                "icon": "trash",
                "danger": True,
                "action": reverse("web:run_delete", args=[run.run_id]),
                "confirm": _("Delete this run?"),
                "text": _("It goes to the trash and can be restored for 30 days."),
                "verb": _("Delete run"),
            }
        )
    return context | {"menu": menu}


def _facts(run: RunRecord, tags: dict[str, str]) -> list[tuple[str, str]]:
    """What the client said of where the run comes from."""
    known = (
        (_("Source"), tags.get("mlflow.source.name", "")),
        (_("Kind"), tags.get("mlflow.source.type", "").capitalize()),
        (_("Commit"), tags.get("mlflow.source.git.commit", "")[:12]),
        (_("Branch"), tags.get("mlflow.source.git.branch", "")),
        (_("User there"), run.user_text),
    )
    return [(label, value) for label, value in known if value]


def _sections(summaries: list) -> list[tuple[str, list]]:
    """Metrics by the first part of their names; those without a slash first."""
    found: dict[str, list] = {}
    for item in summaries:
        prefix = item.key.rpartition("/")[0].partition("/")[0]
        found.setdefault(prefix, []).append(item)
    return sorted(found.items())


def _files(request: HttpRequest, run_id: str, path: str) -> list[dict[str, Any]]:
    actor = actor_of(request)
    root = run_root(access_run(actor, run_id, "artifact.read"))
    entries = listing.list_folder(actor, root, path)
    base = f"{path}/" if path else ""
    return [
        {
            "name": entry.path,
            "is_dir": entry.is_dir,
            "size": None if entry.is_dir else entry.size,
            "path": f"{base}{entry.path}",
        }
        for entry in entries
    ]


@signed_in
@require_POST
def rename(request: HttpRequest, run_id: str) -> HttpResponse:
    """Give the run another name."""
    services.update_run(actor_of(request), run_id, name=request.POST.get("name", "").strip())
    return _back(run_id)


@signed_in
@require_POST
def set_note(request: HttpRequest, run_id: str) -> HttpResponse:
    """Change the note, Markdown."""
    batches.set_tag(actor_of(request), run_id, overview.NOTE, request.POST.get("note", ""))
    return _back(run_id)


@signed_in
@require_POST
def set_tag(request: HttpRequest, run_id: str) -> HttpResponse:
    """Set a tag, or remove it."""
    actor, key = actor_of(request), request.POST.get("key", "").strip()
    if request.POST.get("remove"):
        batches.delete_tag(actor, run_id, request.POST["remove"])
    else:
        batches.set_tag(actor, run_id, key, request.POST.get("value", ""))
    return _back(run_id)


@signed_in
@require_POST
def delete(request: HttpRequest, run_id: str) -> HttpResponse:
    """Move the run to the trash; the message undoes it."""
    run = runs.get_run(actor_of(request), run_id)
    services.delete_run(actor_of(request), run_id)
    undo = reverse("web:run_restore", args=[run_id])
    messages.success(request, _("The run is in the trash."), extra_tags=f"undo:{undo}")
    return HttpResponseRedirect(reverse("web:experiment", args=[run.experiment_id]))


@signed_in
@require_POST
def restore(request: HttpRequest, run_id: str) -> HttpResponse:
    """Take the run out of the trash."""
    services.restore_run(actor_of(request), run_id)
    messages.success(request, _("The run is back."))
    return _back(run_id)


def _back(run_id: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("web:run", args=[run_id]))
