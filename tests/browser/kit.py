"""A site of one page, templates/ui/kit.html: every part of the pages in all its states, with charts over made-up series."""

import hashlib
import json
import math
import random
import time

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from apps.accounts.models import User
from apps.web import shell

STARTED = time.time()
RUNS = {f"{at:032x}": name for at, name in enumerate(["keen-heron-302", "hardy-otter-317", "quiet-merlin-299", "sober-stoat-313"], 7)}
LIVE = list(RUNS)[0]
POINTS = 240
STEPS = 24000


class TokenForm(forms.Form):
    """A field of each kind; `rate` is wrong when filled in as the page does."""

    label = forms.CharField(label="Token label", initial="laptop", help_text="Only you see it")
    expires = forms.ChoiceField(label="Expires", choices=[("90", "in 90 days"), ("365", "in a year")])
    rate = forms.FloatField(label="Learning rate", widget=forms.TextInput, error_messages={"invalid": "Not a number. Example: 3e-4"})
    note = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    remember = forms.BooleanField(label="Remember me on this machine", required=False)
    scopes = forms.ChoiceField(label="Scopes", widget=forms.RadioSelect, choices=[("read", "Read"), ("edit", "Edit")], initial="read")


def kit(request: HttpRequest) -> HttpResponse:
    """The page."""
    request.user = User(username="mira", display_name="Mira Sandoval", email="mira@example.com", is_superuser=True)
    theme = request.GET.get("theme", "auto")
    places = [shell.Link(place.name, place.label, place.icon, "#", place.name == "web:experiments", place.on_tabbar) for place in shell.PLACES]
    places[3].count = 3
    frame = shell.Shell(
        theme=theme,
        places=places,
        foot=[shell.Link(place.name, place.label, place.icon, "#") for place in shell.FOOT],
        account=[shell.Link(place.name, place.label, place.icon, "#") for place in shell.ACCOUNT],
        urls={"home": "/", "logout": "/logout/", "suggest": "/suggest/", "preferences": "/preferences/"},
        workspace="card-risk",
        workspaces=[{"name": name, "url": f"/w/{name}/"} for name in ("card-risk", "collections", "default")],
    )
    now = timezone.now()
    context = {
        "shell": frame,
        "messages": [
            Message(constants.SUCCESS, "3 runs are in the trash", extra_tags="undo:/undo/"),
            Message(constants.ERROR, "The artifact store does not answer."),
        ] if "messages" in request.GET else [],
        "form": TokenForm({"label": "laptop", "expires": "90", "rate": "3e−4 5", "scopes": "read"}),
        "runs": ",".join(RUNS),
        "live": LIVE,
        "earlier": now - timezone.timedelta(hours=3, minutes=4),
        "crumbs": [{"label": "Experiments", "url": "#"}],
        "tabs": [{"label": "Overview", "url": "#", "current": True}, {"label": "Charts", "url": "#", "count": 14}, {"label": "Activity", "url": "#"}],
        "tree": [
            {"name": "model", "url": "#", "expanded": True, "size": 68_000_000},
            {"name": "MLmodel", "url": "#", "level": 1, "selected": True, "icon": "file-text", "size": 1049},
            {"name": "weights.safetensors", "url": "#", "level": 1, "size": 67_000_000},
            {"name": "pr_curve.html", "url": "#", "level": 1, "bad": True, "note": "not arrived"},
            {"name": "checkpoints", "url": "#", "expanded": False, "size": 1_200_000_000},
        ],
        "menu": [
            {"label": "Rename", "icon": "pencil", "url": "#", "key": "R"},
            {"label": "Tag", "icon": "tag", "opens": "delete-runs", "key": "T"},
            {"label": "Move", "icon": "arrows-exchange", "disabled": "You may not edit the other experiment"},
            {"label": "Delete", "icon": "trash", "action": "/delete/", "danger": True, "confirm": "Delete 3 runs?", "text": "They can be restored for 30 days.", "verb": "Delete runs"},
        ],
        "events": [
            {"actor": "Mira Sandoval", "icon": "arrow-narrow-right", "text": "opened the request under policy version 5", "when": now - timezone.timedelta(hours=3)},
            {"actor": "Mira Sandoval", "comment": "Trained on the October cards. The new input `merchant_risk` is **optional**.", "when": now - timezone.timedelta(hours=2)},
            {"icon": "circle-x", "tone": "bad", "text": "Gate latency failed, one more approval asked for", "when": now - timezone.timedelta(minutes=30)},
        ],
        "steps": [
            {"name": "Queued", "fact": "4 s, place 1", "is": "done"},
            {"name": "Environment", "fact": "from cache, 0.1 s", "is": "done"},
            {"name": "Running", "fact": "31 min of at most 4 h", "is": "current"},
            {"name": "Done", "fact": "about 60 min left"},
        ],
        "columns": [{"name": "Version 12", "note": "Production"}, {"name": "Version 14", "note": "candidate", "color": "var(--run-1)", "url": "#"}],
        "groups": [
            {"name": "Metrics", "rows": [{"name": "val/auc", "cells": [{"text": "0.9618"}, {"text": "0.9659", "best": True, "delta": "+0.0041", "better": True}]}]},
            {
                "name": "Params",
                "rows": [
                    {"name": "depth", "cells": [{"text": "6"}, {"text": "8", "diff": "chg"}]},
                    {"name": "label_smoothing", "cells": [{"text": None}, {"text": "0.05", "diff": "add"}]},
                ],
            },
        ],
    }
    return render(request, "ui/kit.html", context)


def curves(request: HttpRequest) -> HttpResponse:
    """Series as the product's own address answers them; `key` chooses what is special about them."""
    key = request.GET.get("key", "")
    run_ids = [run_id for run_id in request.GET.get("runs", "").split(",") if run_id]
    if key == "broken":
        return HttpResponse(status=429)
    start, end = float(request.GET.get("start", 0)), float(request.GET.get("end", STEPS))
    series = [] if key == "empty" else [_series(key, run_id, name, start, end) for run_id, name in _named(run_ids)]
    body = {"key": key, "x": "step", "series": series, "version": ""}
    if key == "val/loss":
        body["events"] = [{"step": 12000}, {"step": 19050, "tone": "warn", "label": "overfitting"}]
    version = hashlib.sha256(json.dumps(body).encode()).hexdigest()[:16]
    if request.headers.get("If-None-Match") == f'"{version}"':
        return HttpResponse(status=304)
    return JsonResponse({**body, "version": version}, headers={"ETag": f'"{version}"'})


def _named(run_ids: list[str]) -> list[tuple[str, str]]:
    return [(run_id, RUNS.get(run_id, f"run-{at}")) for at, run_id in enumerate(run_ids)]


def _series(key: str, run_id: str, name: str, start: float, end: float) -> dict:
    chance = random.Random(f"{key} {run_id}")
    running = run_id == LIVE and key != "done"
    shown = POINTS if not running else min(POINTS, 120 + int(time.time() - STARTED))
    floor = 0.15 + chance.random() * 0.06
    drift, points = 0.0, []
    for at in range(1, shown + 1):
        drift = drift * 0.92 + chance.gauss(0, 0.0016)
        part = at / POINTS
        value = floor + 0.44 * math.exp(-part / 0.08) + 0.05 * math.exp(-part / 0.5) + drift + chance.gauss(0, 0.006)
        if key == "val/auc":
            value = 1 - max(0.004, (value - 0.055) * 0.36)
        step = at * STEPS // POINTS
        if start <= step <= end:
            points.append([step, value, int(1_780_000_000_000 + at * 22_000)])
    gaps = [7000, 7100, 15000] if key == "train/loss" else []
    last = points[-1] if points else [0, None, 0]
    return {
        "run_id": run_id,
        "name": name,
        "points": points,
        "count": shown * 200,
        "shown": len(points),
        "nan_steps": gaps,
        "last": {"step": last[0], "value": last[1], "timestamp": last[2]},
        "running": running,
        "start_time": 1_780_000_000_000,
        "ghost": name == "sober-stoat-313" and key == "val/loss",
    }


def suggest(request: HttpRequest) -> HttpResponse:
    """What the palette finds."""
    return JsonResponse({"items": [{"kind": "experiment", "label": "fraud-transformer", "url": "#"}, {"kind": "run", "label": "keen-heron-302", "url": "#"}] if request.GET.get("q") else []})


def complete(request: HttpRequest) -> HttpResponse:
    """Suggestions for the filter bar: tags that begin with what was typed."""
    text, at = request.GET.get("text", ""), int(request.GET.get("at", 0))
    start = text.rfind(" ", 0, at) + 1
    typed = text[start:at]
    tags = [("tags.dataset", "3,902 runs, 4 values"), ("tags.drift_window", "1,118 runs, 6 values"), ("tags.doc_reviewed", "86 runs, 2 values")]
    items = [{"text": name, "note": note} for name, note in tags if typed and name.startswith(typed) and name != typed]
    wrong = text.find("= =")
    error = {"at": wrong + 2, "length": 1, "message": "A value is missing"} if wrong >= 0 else None
    return JsonResponse({"start": start, "end": at, "groups": [{"title": "Tags in this experiment", "items": items}], "error": error})


def accept(request: HttpRequest) -> HttpResponse:
    """Remembers what was posted, for tests to look at."""
    POSTED.append((request.path, request.POST.dict()))
    return HttpResponse("ok")


POSTED: list[tuple[str, dict]] = []
urlpatterns = [
    path("", kit),
    path("curves/", curves),
    path("suggest/", suggest),
    path("complete/", complete),
    *[path(f"{name}/", accept) for name in ("preferences", "undo", "delete", "logout")],
]
