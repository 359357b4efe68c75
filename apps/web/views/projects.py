"""Projects: their list, making one, and the page that starts it."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.access.levels import Level
from apps.core.actor import Actor
from apps.core.errors import DomainError, Missing
from apps.core.paging import decode_offset, encode_offset
from apps.experiments.queries.experiments import get_experiment
from apps.experiments.queries.search import search_experiments
from apps.projects.queries import executions, workers
from apps.projects.queries import projects as queries
from apps.projects.records import QUEUED, ExecutionRecord, NewExecution, NewProject, ProjectRecord
from apps.projects.services import archives
from apps.projects.services import executions as execution_services
from apps.projects.services import projects as services
from apps.web import project_frame, project_snippets
from apps.web.base import actor_of, render, signed_in
from apps.web.forms.executions import EntryForm
from apps.web.forms.projects import GIT, UPLOAD, NewProjectForm, SourceForm
from apps.web.forms.refusals import shown, status

PAGE = 50
TICKS = 20
SHOWN = 20
OTHER = "+"  # as the entry point: one that the project does not declare


@signed_in
def project_list(request: HttpRequest) -> HttpResponse:
    """Projects of the workspace, each with what became of its last executions."""
    actor = actor_of(request)
    text, offset = request.GET.get("q", "").strip()[:200], decode_offset(request.GET.get("page", ""))
    found = queries.list_projects(actor, text=text)
    projects = found[offset : offset + PAGE]
    last = executions.list_last(actor, [project.id for project in projects], TICKS)
    context = {
        "rows": [_line(project, last.get(project.id, [])) for project in projects],
        "q": text,
        "shown": _("%(first)d to %(last)d of %(all)d") % {"first": offset + 1, "last": offset + len(projects), "all": len(found)},
        "next_url": _page_url(request, offset + PAGE) if len(found) > offset + PAGE else "",
        "previous_url": _page_url(request, max(0, offset - PAGE)) if offset else "",
        "ways": [] if projects or text else project_snippets.ways(request),
    }
    return render(request, "web/projects/list.html", context)


def _line(project: ProjectRecord, last: list[ExecutionRecord]) -> dict[str, Any]:
    return {
        "project": project,
        "source": project_frame.source_line(project),
        "entries": project_frame.entry_names(project.offer),
        "last": project_frame.row(last[0]) if last else None,
        "ticks": [{"record": record, "word": project_frame.word(record)} for record in reversed(last)],
    }


def _page_url(request: HttpRequest, offset: int) -> str:
    query = request.GET.copy()
    query["page"] = encode_offset(offset)
    return f"?{query.urlencode()}"


@signed_in
def project_new(request: HttpRequest) -> HttpResponse:
    """A form for a project in git, or one from an archive; a POST makes it, and a worker looks what it offers."""
    kind = UPLOAD if request.GET.get("from") == UPLOAD else GIT
    form = NewProjectForm(request.POST or None, request.FILES or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        made = _make(actor_of(request), form)
        if made is not None:
            return HttpResponseRedirect(reverse("web:project", args=[made]))
    context = {
        "form": form,
        "kind": kind,
        "kept": form.data.get("archive_name", "") if form.data.get("archive_id") else "",
        "crumbs": project_frame.project_crumbs(),
    }
    return render(request, "web/projects/new.html", context, status=status(form))


def _make(actor: Actor, form: NewProjectForm) -> int | None:
    """The new project's id; None if it was refused, which the form says then."""
    data, made = form.cleaned_data, None
    archive_id = keep_archive(actor, form)
    if archive_id == 0:
        return None
    new = NewProject(
        name=data["name"],
        description=data["description"],
        uri=data.get("uri", ""),
        ref=data.get("ref", ""),
        subdirectory=data["subdirectory"],
        archive_id=archive_id,
    )
    with shown(form, "name"):
        made = services.create_project(actor, new)
    return None if form.errors else made


def keep_archive(actor: Actor, form: SourceForm) -> int | None:
    """The id of the form's upload, which then is the form's own: whoever has to mend another field need not send it again.

    None for a form without one, 0 if the upload was refused.
    """
    if form.kind == GIT:
        return None
    upload: UploadedFile | None = form.cleaned_data.get("archive")
    if upload is None:
        found: int = form.cleaned_data["archive_id"]
        return found
    kept = 0
    with shown(form, "archive"):
        row = archives.upload(actor, upload.name or "", upload, upload.size)
        kept = row.pk
        form.data = {**form.data.dict(), "archive_id": str(kept), "archive_name": row.name}  # type: ignore[attr-defined]
    return kept


@signed_in
def project_page(request: HttpRequest, project_id: int) -> HttpResponse:
    """What the project offers, as a form; a POST queues an execution and leads to it."""
    actor = actor_of(request)
    project = queries.get_project(actor, project_id)
    experiment = experiment_name(actor, project)
    names = project_frame.entry_names(project.offer)
    chosen = request.POST.get("chosen", "") or request.GET.get("entry", "") or (names[0] if names else OTHER)
    entry = project_frame.entry_of(project.offer, chosen)
    form = EntryForm(
        request.POST or None,
        entry=entry,
        known_ref=project.ref if project.source == GIT else None,
        initial={"ref": project.ref, "priority": 0, "entry_point": entry.name if entry else "" if names else "main"},
    )
    if request.method == "POST" and form.is_valid():
        made = _submit(actor, project, form)
        if made is not None:
            return HttpResponseRedirect(reverse("web:execution", args=[made]))
    page = executions.list_executions(actor, project_id=project_id, limit=SHOWN)
    can_run = project.level >= Level.USE
    context = {
        "project": project,
        "source": project_frame.source_line(project),
        "commit_url": project_frame.commit_url(project.uri, project.inspected_commit),
        "environment": project_frame.ENVIRONMENTS.get(project.offer.get("environment", ""), ""),
        "limits": project_frame.limit_words(project.limits),
        "experiment": experiment,
        "experiments": experiment_names(actor),
        "names": names,
        "chosen": chosen if entry else OTHER,
        "other": OTHER,
        "entry": entry,
        "form": form,
        "rows": [project_frame.row(record) for record in page.executions],
        "more": bool(page.next_page_token),
        "moving": any(not record.is_ended for record in page.executions),
        "nobody": _nobody(actor, project, page.executions),
        "ways": project_snippets.ways_of(request, project, entry) if can_run else [],
        "can_run": can_run,
        "can_manage": project.level >= Level.MANAGE,
        "secrets": queries.list_secrets(actor, project_id) if can_run else [],
        "crumbs": project_frame.project_crumbs(),
    }
    return render(request, "web/projects/project.html", context, status=status(form))


def _nobody(actor: Actor, project: ProjectRecord, shown_executions: list[ExecutionRecord]) -> bool:
    """Whether something waits for a worker and there is none."""
    waits = project.inspection == "WAITING" or any(record.state == QUEUED for record in shown_executions)
    return waits and not workers.count_taking(actor)


def _submit(actor: Actor, project: ProjectRecord, form: EntryForm) -> int | None:
    """The new execution's id; None if it was refused, which the form says then."""
    data = form.cleaned_data
    new = NewExecution(
        project_id=project.id,
        ref=data.get("ref", ""),
        entry_point=data["entry_point"],
        params=form.params,
        experiment_name=data["experiment"].strip(),
        run_name=data["run_name"].strip(),
        priority=data["priority"] or 0,
        limits=form.limits,
    )
    made = None
    try:
        with shown(form):
            made = execution_services.submit(actor, new)
    except Missing as error:  # an experiment of that name is there, and not for this person
        form.add_error("experiment", error.message)
    return made


def experiment_name(actor: Actor, project: ProjectRecord) -> str:
    """The experiment that a project's runs go to, "" for Default or one that this person may not see."""
    if not project.experiment_id:
        return ""
    try:
        return get_experiment(actor, project.experiment_id).name
    except DomainError:
        return ""


def experiment_names(actor: Actor) -> list[str]:
    """Names of experiments that this person may log to, for completion."""
    found = search_experiments(actor, max_results=300, order_by=["last_update_time DESC"]).items
    return [experiment.name for experiment in found if experiment.level >= Level.EDIT]


@signed_in
@require_POST
def project_refresh(request: HttpRequest, project_id: int) -> HttpResponse:
    """Let a worker look again."""
    services.refresh_project(actor_of(request), project_id)
    return HttpResponseRedirect(reverse("web:project", args=[project_id]))


@signed_in
@require_POST
def project_delete(request: HttpRequest, project_id: int) -> HttpResponse:
    """Remove the project; runs and executions stay."""
    actor = actor_of(request)
    name = queries.get_project(actor, project_id).name
    services.delete_project(actor, project_id)
    messages.success(request, _("The project %(name)s is removed; its runs and executions are still there.") % {"name": name})
    return HttpResponseRedirect(reverse("web:projects"))
