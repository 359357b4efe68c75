"""Home, the palette's suggestions, and MLflow's own links."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from apps.experiments.queries import overview
from apps.projects.queries.projects import list_projects
from apps.registry.queries import completion, inbox
from apps.web.base import actor_of, render, signed_in
from apps.web.snippets import environment, first_lines
from apps.web.views.approvals import rows

MOST_WAITING = 5


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """My runs and everybody's newest, experiments with activity; for a fresh platform the lines to paste."""
    actor = actor_of(request)
    mine = request.GET.get("runs") == "mine"
    runs = overview.list_recent_runs(actor, mine=mine, limit=15)
    experiments, _ = overview.list_experiments(actor, limit=8)
    waiting = inbox.waiting_for_me(actor)
    shown = waiting[:MOST_WAITING]
    context = {
        "waiting": len(waiting),
        "requests": rows(shown, inbox.tallies(actor, shown), request) if shown else [],
        "runs": runs,
        "mine": mine,
        "experiments": experiments,
        "running": sum(experiment.running for experiment in experiments),
        "code": first_lines(request),
        "environment": environment(request),
        "tokens_url": reverse("web:tokens"),
        "is_fresh": not runs and not mine,
    }
    return render(request, "web/home/home.html", context)


@signed_in
def suggest(request: HttpRequest) -> HttpResponse:
    """What the command palette finds for `q`, as JSON."""
    text = request.GET.get("q", "").strip()[:100]
    actor = actor_of(request)
    found = overview.suggest(actor, text) if text else []
    found += [("model", name, name) for name, _level in completion.suggest_models(actor, text)] if text else []
    found += [("project", one.name, str(one.id)) for one in list_projects(actor, text=text, limit=8)] if text else []
    icons = {"experiment": "flask", "run": "player-play", "model": "cube", "project": "folder"}
    items = [
        {"label": name, "kind": kind, "icon": icons[kind], "url": reverse(f"web:{kind}", args=[key])} for kind, name, key in found
    ]
    return JsonResponse({"items": items})
