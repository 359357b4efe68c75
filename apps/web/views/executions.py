"""Executions: queue and history, the page of one, and what a person does to it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.access.levels import Level
from apps.core.actor import Actor
from apps.core.errors import Conflict, Missing
from apps.experiments.queries import series
from apps.experiments.queries.experiments import get_experiment
from apps.experiments.queries.runs import get_run
from apps.projects.mlproject import EntryPoint
from apps.projects.queries import executions as queries
from apps.projects.queries import projects, workers
from apps.projects.records import ACTIVE, FINISHED, QUEUED, ExecutionRecord
from apps.projects.services import executions as services
from apps.runtime.queries import environments
from apps.web import project_frame
from apps.web.base import actor_of, render, signed_in
from apps.web.forms.executions import EntryForm
from apps.web.forms.projects import PriorityForm
from apps.web.forms.refusals import shown, status
from apps.web.run_frame import SYSTEM
from apps.web.views.projects import experiment_names

PAGE = 50
PARTS = {
    "execution-head": "web/executions/_head.html",
    "execution-chart": "web/executions/_chart.html",
    "execution-side": "web/executions/_side.html",
}


@signed_in
def execution_list(request: HttpRequest) -> HttpResponse:
    """What waits, in its order, and what was; by state, project and person."""
    actor = actor_of(request)
    chosen = {name: request.GET.get(name, "") for name in ("state", "project", "person", "page")}
    page = queries.list_executions(
        actor,
        project_id=int(chosen["project"]) if chosen["project"].isdecimal() else None,
        states=dict(project_frame.STATES).get(chosen["state"], ()),
        person=chosen["person"].strip()[:255],
        page_token=chosen["page"],
        limit=PAGE,
    )
    waiting = [record for record in queries.list_queue(actor) if record.state == QUEUED]
    context = {
        "rows": [project_frame.row(record) for record in page.executions],
        "waiting": [project_frame.row(record) for record in waiting],
        "edit": int(Level.EDIT),
        "projects": projects.list_projects(actor),
        "states": [(name, project_frame.WORDS[states[-1]]) for name, states in project_frame.STATES],
        "chosen": chosen,
        "filtered": any(chosen[name] for name in ("state", "project", "person")),
        "next_token": page.next_page_token,
        "me": actor.name,
        "moving": not chosen["page"] and (bool(waiting) or any(not record.is_ended for record in page.executions)),
        "nobody": bool(waiting) and not workers.count_taking(actor),
    }
    return render(request, "web/executions/list.html", context)


@signed_in
def execution_page(request: HttpRequest, execution_id: int) -> HttpResponse:
    """State, steps, log, and everything that is known of it; a script that keeps a part alive gets that part alone."""
    actor = actor_of(request)
    record = queries.get_execution(actor, execution_id)
    part = request.headers.get("X-Fragment", "")
    environment = _environment(actor, record) if record.environment else None
    context = {"execution": record, "live": not record.is_ended}
    if part not in ("execution-side", "execution-chart"):
        context |= _head(actor, record, environment)
    if part != "execution-head":
        context |= _side(actor, record, environment)
    context["show"] = "environment" if request.GET.get("log") == "environment" and environment else "output"
    return render(request, PARTS.get(part, "web/executions/execution.html"), context)


def _environment(actor: Actor, record: ExecutionRecord) -> environments.EnvironmentRecord | None:
    """What is known of its environment; images and what was removed are known to nobody."""
    try:
        return environments.get_environment(actor, record.environment)
    except Missing:
        return None


def _head(actor: Actor, record: ExecutionRecord, environment: environments.EnvironmentRecord | None) -> dict[str, Any]:
    """State, steps and buttons."""
    building = next((began for name, began in record.phases if name == "Building the environment"), None)
    built = environment.built_at if environment else None
    cached = building is not None and built is not None and built.timestamp() * 1000 < building
    can_edit = record.level >= Level.EDIT
    return {
        "badge": project_frame.badge(record),
        "steps": project_frame.steps(record, _("from the cache") if cached else ""),
        "source": project_frame.source_line(record),
        "commit_url": project_frame.commit_url(record.uri, record.commit),
        "can_edit": can_edit,
        "can_cancel": can_edit and not record.is_ended and not project_frame.is_stopping(record),
        "again": _("Run again") if record.state == FINISHED or not record.is_ended else _("Retry"),
        "nobody": record.state == QUEUED and not workers.count_taking(actor),
        "menu": _menu(record, can_edit),
        "crumbs": [{"label": _("Executions"), "url": reverse("web:executions")}],
    }


def _menu(record: ExecutionRecord, can_edit: bool) -> list[dict[str, Any]]:
    menu = []
    if can_edit:
        with_others = reverse("web:execution_again", args=[record.id])
        menu.append({"label": _("Run with other parameters"), "icon": "adjustments", "url": with_others})
    if record.log_size:
        menu.append({"label": _("Download log"), "icon": "download", "url": reverse("web:execution_log_file", args=[record.id])})
    menu.append({"label": _("Run"), "icon": "flask", "url": reverse("web:run", args=[record.run_id])})
    return menu


def _side(actor: Actor, record: ExecutionRecord, environment: environments.EnvironmentRecord | None) -> dict[str, Any]:
    """Curve, worker, parameters, environment, facts."""
    summaries = [item for item in series.list_series(actor, record.run_id) if not item.key.startswith(SYSTEM)]
    worker = workers.find_worker(actor, record.worker) if record.worker else None
    return {
        "chart": next((item for item in summaries if item.count > 1), None),
        "metrics": summaries[:8],
        "params": _params(actor, record),
        "worker": worker if worker and record.state in ACTIVE else None,
        "environment": environment,
        "environment_kind": project_frame.ENVIRONMENTS.get(record.environment_kind, record.environment_kind),
        "limits": project_frame.limit_words(record.limits),
        "usage": record.usage,
        "experiment": get_experiment(actor, record.experiment_id),
    }


def _params(actor: Actor, record: ExecutionRecord) -> list[tuple[str, str, bool]]:
    """(name, value, whether nobody gave it): defaults are those that its run noted, whatever the project declares by now."""
    given = [(name, str(value), False) for name, value in record.params.items()]
    entry = _entry(actor, record)
    open_names = [name for name in (entry.parameters if entry else ()) if name not in record.params]
    if not open_names or record.claimed_at is None:
        return given
    noted = {param.key: param.value for param in get_run(actor, record.run_id).params}
    return given + [(name, noted[name], True) for name in open_names if name in noted]


@signed_in
def execution_again(request: HttpRequest, execution_id: int) -> HttpResponse:
    """The same code with other parameters: the form as it was sent; a POST queues it."""
    actor = actor_of(request)
    record = queries.get_execution(actor, execution_id)
    entry = _entry(actor, record)
    initial = EntryForm.initial_values(entry, record.params, record.limits, entry_point=record.entry_point)
    experiment = get_experiment(actor, record.experiment_id).name
    initial |= {"experiment": experiment, "priority": record.priority}
    form = EntryForm(request.POST or None, entry=entry, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = _repeat(actor, record, form, experiment)
        if made is not None:
            return HttpResponseRedirect(reverse("web:execution", args=[made]))
    context = {
        "execution": record,
        "form": form,
        "entry": entry,
        "experiments": experiment_names(actor),
        "source": project_frame.source_line(record),
        "crumbs": [
            {"label": _("Executions"), "url": reverse("web:executions")},
            {"label": str(record.id), "url": reverse("web:execution", args=[record.id])},
        ],
    }
    return render(request, "web/executions/again.html", context, status=status(form))


def _entry(actor: Actor, record: ExecutionRecord) -> EntryPoint | None:
    """The entry point with its types, if the project is there and was looked at."""
    if record.project_id is None:
        return None
    try:
        return project_frame.entry_of(projects.get_project(actor, record.project_id).offer, record.entry_point)
    except Missing:
        return None


def _repeat(actor: Actor, record: ExecutionRecord, form: EntryForm, experiment: str) -> int | None:
    """The new execution's id; None if it was refused, which the form says then."""
    data = form.cleaned_data
    changes: dict[str, Any] = {
        "entry_point": data["entry_point"],
        "params": form.params,
        "run_name": data["run_name"].strip(),
        "priority": data["priority"] or 0,
        "limits": form.limits,
    }
    if data["experiment"].strip() not in ("", experiment):
        changes["experiment_name"] = data["experiment"].strip()
    made = None
    try:
        with shown(form):
            made = services.repeat(actor, record.id, changes)
    except Missing as error:
        form.add_error("experiment", error.message)
    return made


@signed_in
@require_POST
def execution_repeat(request: HttpRequest, execution_id: int) -> HttpResponse:
    """The same once more."""
    made = services.repeat(actor_of(request), execution_id)
    return HttpResponseRedirect(reverse("web:execution", args=[made]))


@signed_in
@require_POST
def execution_cancel(request: HttpRequest, execution_id: int) -> HttpResponse:
    """End it. What ended while somebody reached for the button is told, not refused."""
    try:
        services.cancel(actor_of(request), execution_id)
    except Conflict:
        messages.info(request, _("It had ended by itself before."))
    return HttpResponseRedirect(reverse("web:execution", args=[execution_id]))


@signed_in
@require_POST
def execution_priority(request: HttpRequest, execution_id: int) -> HttpResponse:
    """Another place in the queue."""
    form = PriorityForm(request.POST)
    if form.is_valid():
        services.prioritize(actor_of(request), execution_id, form.cleaned_data["priority"])
        messages.success(request, _("Execution %(id)d has another place in the queue.") % {"id": execution_id})
    else:
        queries.get_execution(actor_of(request), execution_id)
        messages.error(request, _("The priority is a whole number from -100 to 100."))
    return HttpResponseRedirect(reverse("web:workers" if request.POST.get("back") == "workers" else "web:executions"))


@signed_in
def run_execution(request: HttpRequest, run_id: str) -> HttpResponse:
    """From a run to the execution that it belongs to. Raises Missing for one that was not started here."""
    found = queries.find_execution(actor_of(request), run_id)
    if found is None:
        raise Missing(_("This run was not started by the platform."))
    return HttpResponseRedirect(reverse("web:execution", args=[found.id]))


@signed_in
@require_POST
def run_again(request: HttpRequest, run_id: str) -> HttpResponse:
    """A past run again, from its recorded commit, entry point and parameters."""
    made = services.rerun(actor_of(request), run_id)
    return HttpResponseRedirect(reverse("web:execution", args=[made]))
