"""Registering what a run logged as a version of a model."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.access.levels import Level
from apps.artifacts.queries import listing
from apps.core.actor import Actor
from apps.experiments.access import access_run, run_root
from apps.experiments.queries import logged_models, runs
from apps.registry.queries import completion
from apps.registry.services.registering import register_version
from apps.registry.services.versions import NewVersion
from apps.web.base import actor_of, render, signed_in
from apps.web.forms.models import RegisterForm
from apps.web.forms.refusals import shown, status

SUGGESTED = 50


@signed_in
def register(request: HttpRequest, run_id: str) -> HttpResponse:
    """Choose what, and the name; a POST registers it. `source` in the address is chosen beforehand."""
    actor = actor_of(request)
    run = runs.get_run(actor, run_id)
    sources = register_sources(actor, run_id)
    chosen = request.GET.get("source", "")
    form = RegisterForm(request.POST or None, initial={"source": chosen if chosen in dict(sources) else ""})
    form.fields["source"].choices = sources  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with shown(form, "name"):
            made = register_version(
                actor, NewVersion(data["name"], data["source"], run_id=run_id, description=data["description"])
            )
            messages.success(request, _("Registered as version %(n)d.") % {"n": made.number})
            return HttpResponseRedirect(reverse("web:model_version", args=[made.name, made.number]))
    context = {
        "run": run,
        "form": form,
        "sources": sources,
        "known": [name for name, _level in completion.suggest_models(actor, "", least=Level.EDIT, limit=SUGGESTED)],
        "crumbs": [
            {"label": _("Experiments"), "url": reverse("web:experiments")},
            {"label": run.name or run.run_id[:8], "url": reverse("web:run", args=[run.run_id])},
        ],
    }
    return render(request, "web/models/register.html", context, status=status(form))


def register_sources(actor: Actor, run_id: str) -> list[tuple[str, str]]:
    """(source, label) of what of a run can be registered: its logged models, and its folders with an MLmodel. Raises Missing."""
    root = run_root(access_run(actor, run_id, "run.read"))
    models = logged_models.list_run_models(actor, run_id)
    found = [(f"models:/{model.model_id}", f"{model.name} ({model.model_id})") for model in models]
    folders = listing.folders_with(actor, root, "MLmodel")
    return found + [(f"mlflow-artifacts:/{root}/{path}".rstrip("/"), path or _("all files of the run")) for path in folders]
