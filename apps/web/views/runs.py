"""One run: overview, charts, and the changes a person makes to it; its files are in artifacts.py."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST

from apps.experiments.queries import logged_models, overview, runs, series
from apps.experiments.services import batches
from apps.experiments.services import runs as services
from apps.registry.queries import versions
from apps.web import formats, run_frame
from apps.web.base import actor_of, render, signed_in
from apps.web.views.artifacts import folder_lines
from apps.web.views.models_register import register_sources

MODEL_STATES = {1: _lazy("Uploading"), 2: _lazy("Ready"), 3: _lazy("Upload failed")}


@signed_in
def overview_page(request: HttpRequest, run_id: str) -> HttpResponse:
    """What the run is: its numbers, two curves, params, tags, files, facts."""
    context = run_frame.frame(request, run_id, "overview")
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
        "files": folder_lines(request, run_id),
        "registered": versions.versions_of_run(actor, run_id),
        "can_register": bool(register_sources(actor, run_id)) and not context["deleted"],
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
    context = run_frame.frame(request, run_id, "charts")
    context["has_charts"] = any(not item.key.startswith(run_frame.SYSTEM) for item in context["series"])
    context["sections"] = _sections([item for item in context["series"] if not item.key.startswith(run_frame.SYSTEM)])
    return render(request, "web/runs/charts.html", context)


@signed_in
def system_page(request: HttpRequest, run_id: str) -> HttpResponse:
    """Curves of the machine: CPU, memory, GPU, disk, network."""
    context = run_frame.frame(request, run_id, "system")
    found = [item for item in context["series"] if item.key.startswith(run_frame.SYSTEM)]
    context |= {"sections": [("", found)], "has_charts": bool(found)}
    return render(request, "web/runs/charts.html", context)


def _sections(summaries: list) -> list[tuple[str, list]]:
    """Metrics by the first part of their names; those without a slash first."""
    found: dict[str, list] = {}
    for item in summaries:
        prefix = item.key.rpartition("/")[0].partition("/")[0]
        found.setdefault(prefix, []).append(item)
    return sorted(found.items())


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
