"""What is done to many runs of the table at once: each with the permission that it needs, and with a result of its own."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.access.levels import Level
from apps.core.actor import Actor
from apps.core.errors import DomainError, Invalid
from apps.experiments.queries import experiments as queries
from apps.experiments.queries import search
from apps.experiments.services import batches, runs
from apps.web.base import actor_of, signed_in

MOST_RUNS = 1000
MOST_TARGETS = 500


@signed_in
@require_POST
def act(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Do `act` (delete, restore, tag, move) to `runs`, ids between commas; JSON says what was done and why the rest was not.

    If nothing could be done, the first reason is the answer.
    """
    actor = actor_of(request)
    queries.get_experiment(actor, experiment_id)
    run_ids = list(dict.fromkeys(part for part in request.POST.get("runs", "").split(",") if part))
    if not run_ids:
        raise Invalid(_("Choose runs first."))
    if len(run_ids) > MOST_RUNS:
        raise Invalid(_("At most %(n)d runs at once.") % {"n": MOST_RUNS})
    do = _verb(request)
    done, failed, first = [], [], None
    for run_id in run_ids:
        try:
            do(actor, run_id)
            done.append(run_id)
        except DomainError as error:
            first = first or error
            failed.append({"run": run_id, "message": error.message})
    if first is not None and not done:
        raise first
    return JsonResponse({"done": done, "failed": failed})


def _verb(request: HttpRequest) -> Callable[[Actor, str], Any]:
    """What is to be done to one run. Raises Invalid."""
    word, fields = request.POST.get("act", ""), request.POST
    if word == "delete":
        return runs.delete_run
    if word == "restore":
        return runs.restore_run
    if word == "tag":
        key, value = fields.get("key", "").strip(), fields.get("value", "")
        return lambda actor, run_id: batches.set_tag(actor, run_id, key, value)
    if word == "move":
        target = fields.get("to", "")
        return lambda actor, run_id: runs.move_runs(actor, [run_id], target)
    raise Invalid(_("That cannot be done to runs."))


@signed_in
def targets(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The experiments that runs could be moved to."""
    actor = actor_of(request)
    queries.get_experiment(actor, experiment_id)
    found = search.search_experiments(actor, max_results=MOST_TARGETS, order_by=["last_update_time DESC"]).items
    items = [{"id": one.id, "name": one.name} for one in found if one.level >= Level.EDIT and one.id != experiment_id]
    return JsonResponse({"items": items})
