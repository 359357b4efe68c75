"""A site of one page, templates/ui/kit.html: every part of the pages in all its states, with charts over made-up series."""

import hashlib
import json
import math
import random
import time

from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path

from apps.accounts.models import User
from tests.browser import kit_parts

# When the page was last opened: its live run goes on from there, however long the tests have been at it.
STARTED = {"at": time.time()}
NAMES = ["keen-heron-302", "hardy-otter-317", "quiet-merlin-299", "sober-stoat-313"]
RUNS = {f"{at:032x}": name for at, name in enumerate(NAMES, 7)}
LIVE = next(iter(RUNS))
BORN = 1_780_000_000_000
POINTS = 240
STEPS = 24000
MESSAGES = [
    Message(constants.SUCCESS, "3 runs are in the trash", extra_tags="undo:/undo/"),
    Message(constants.ERROR, "The artifact store does not answer."),
]
TAGS = {"tags.dataset": "3,902 runs, 4 values", "tags.drift_window": "1,118 runs, 6 values", "tags.doc_reviewed": "86 runs"}
# What was posted, for tests to look at: (path, fields).
POSTED: list[tuple[str, dict]] = []


def kit(request: HttpRequest) -> HttpResponse:
    """The page."""
    STARTED["at"] = time.time()
    request.user = User(username="mira", display_name="Mira Sandoval", email="mira@example.com", is_superuser=True)
    context = {
        **kit_parts.parts(),
        "shell": kit_parts.frame(request.GET.get("theme", "auto")),
        "messages": MESSAGES if "messages" in request.GET else [],
        "runs": ",".join(RUNS),
        "live": LIVE,
    }
    return render(request, "ui/kit.html", context)


def curves(request: HttpRequest) -> HttpResponse:
    """Series as the product's own address answers them; `key` chooses what is special about them."""
    key = request.GET.get("key", "")
    if key == "broken":
        return HttpResponse(status=429)
    run_ids = [] if key == "empty" else [run_id for run_id in request.GET.get("runs", "").split(",") if run_id]
    start, end = float(request.GET.get("start", 0)), float(request.GET.get("end", STEPS))
    body = {"key": key, "x": "step", "series": [series(key, run_id, start, end) for run_id in run_ids]}
    if key == "val/loss":
        body["events"] = [{"step": 12000}, {"step": 19050, "tone": "warn", "label": "overfitting"}]
    version = hashlib.sha256(json.dumps(body).encode()).hexdigest()[:16]
    if request.headers.get("If-None-Match") == f'"{version}"':
        return HttpResponse(status=304)
    return JsonResponse({**body, "version": version}, headers={"ETag": f'"{version}"'})


def series(key: str, run_id: str, start: float, end: float) -> dict:
    """One run; that which is live gets a point each second."""
    running = run_id == LIVE
    logged = min(POINTS, 120 + int(time.time() - STARTED["at"])) if running else POINTS
    points = [point for point in curve(f"{key} {run_id}", logged, key == "val/auc") if start <= point[0] <= end]
    return {
        "run_id": run_id,
        "name": RUNS.get(run_id, f"run-{run_id[:4]}"),
        "points": points,
        "count": logged * 200,
        "shown": len(points),
        "nan_steps": [7000, 7100, 15000] if key == "train/loss" else [],
        "running": running,
        "start_time": BORN,
        "ghost": key == "val/loss" and RUNS.get(run_id) == NAMES[-1],
    }


def curve(seed: str, length: int, rising: bool) -> list[list[float]]:
    """Step, value, time of a loss, or of something like an AUC."""
    chance = random.Random(seed)
    floor, drift, points = 0.15 + chance.random() * 0.06, 0.0, []
    for at in range(1, length + 1):
        part = at / POINTS
        drift = drift * 0.92 + chance.gauss(0, 0.0016)
        value = floor + 0.44 * math.exp(-part / 0.08) + 0.05 * math.exp(-part / 0.5) + drift + chance.gauss(0, 0.006)
        points.append([at * STEPS // POINTS, 1 - max(0.004, (value - 0.055) * 0.36) if rising else value, BORN + at * 22_000])
    return points


def suggest(request: HttpRequest) -> HttpResponse:
    """What the palette finds."""
    found = [("experiment", "fraud-transformer"), ("run", "keen-heron-302")] if request.GET.get("q") else []
    return JsonResponse({"items": [{"kind": kind, "label": label, "url": f"#{kind}"} for kind, label in found]})


def complete(request: HttpRequest) -> HttpResponse:
    """Suggestions for the filter bar: tags that begin with what was typed."""
    text, at = request.GET.get("text", ""), int(request.GET.get("at", 0))
    start = text.rfind(" ", 0, at) + 1
    typed = text[start:at]
    items = [{"text": name, "note": note} for name, note in TAGS.items() if typed and name.startswith(typed) and name != typed]
    wrong = text.find("= =")
    error = {"at": wrong + 2, "length": 1, "message": "A value is missing"} if wrong >= 0 else None
    groups = [{"title": "Tags in this experiment", "items": items}]
    return JsonResponse({"start": start, "end": at, "groups": groups, "error": error})


def accept(request: HttpRequest) -> HttpResponse:
    """Remembers what was posted."""
    POSTED.append((request.path, request.POST.dict()))
    return HttpResponse("ok")


urlpatterns = [
    path("", kit),
    path("curves/", curves),
    path("suggest/", suggest),
    path("complete/", complete),
    *[path(f"{name}/", accept) for name in ("preferences", "undo", "delete", "logout")],
]
