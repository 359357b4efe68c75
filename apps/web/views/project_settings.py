"""Settings of a project: name, source, limits, secrets, who may."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.access.levels import Level, parse
from apps.core.actor import Actor
from apps.core.errors import AlreadyExists, Missing
from apps.experiments.queries.experiments import get_experiment_by_name
from apps.experiments.services.experiments import create_experiment
from apps.projects.queries import projects as queries
from apps.projects.records import ProjectRecord
from apps.projects.services import projects as services
from apps.projects.services import secrets
from apps.web import project_frame
from apps.web.base import actor_of, render, signed_in
from apps.web.forms.projects import GIT, GrantForm, ProjectForm, SecretForm, SourceForm
from apps.web.forms.refusals import shown, status
from apps.web.views.projects import experiment_name, experiment_names, keep_archive


@signed_in
def settings_page(request: HttpRequest, project_id: int) -> HttpResponse:
    """All forms of the settings; a POST says by `part` which one it is of."""
    actor = actor_of(request)
    project = queries.get_project(actor, project_id)
    grants = queries.list_project_grants(actor, project_id)  # whoever may not share it does not see this page
    part = request.POST.get("part", "")
    forms = _forms(actor, project, request, part)
    if part in ACTS and ACTS[part](actor, project, forms[part], request):
        return HttpResponseRedirect(reverse("web:project_settings", args=[project_id]))
    context = {
        "project": project,
        "forms": forms,
        "grants": grants,
        "secrets": queries.list_secrets(actor, project_id),
        "experiments": experiment_names(actor),
        "crumbs": project_frame.project_crumbs(project),
        "is_git": project.source == GIT,
    }
    return render(request, "web/projects/settings.html", context, status=status(*forms.values()))


def _forms(actor: Actor, project: ProjectRecord, request: HttpRequest, part: str) -> dict[str, Any]:
    """Each form as it is, the one that was sent with what was sent."""

    def sent(name: str) -> Any:
        return request.POST if name == part else None

    kind = project.source if project.source == GIT else "upload"
    source = {"uri": project.uri, "ref": project.ref, "subdirectory": project.subdirectory}
    files = request.FILES if part == "source" else None
    return {
        "facts": ProjectForm(sent("facts")) if part == "facts" else ProjectForm.of(project, experiment_name(actor, project)),
        "source": SourceForm(sent("source"), files, kind=kind, initial=source),
        "secret": SecretForm(sent("secret") if "remove" not in request.POST else None),
        "grant": GrantForm(sent("grant") if "remove" not in request.POST else None),
    }


def _change_facts(actor: Actor, project: ProjectRecord, form: ProjectForm, request: HttpRequest) -> bool:
    """Name, description, experiment, limits."""
    if not form.is_valid():
        return False
    data = form.cleaned_data
    try:
        with shown(form, "experiment"):
            experiment_id = _experiment_id(actor, data["experiment"].strip())
    except Missing as error:
        form.add_error("experiment", error.message)
    if form.errors:
        return False
    changes = {"name": data["name"], "description": data["description"], "experiment_id": experiment_id, "limits": form.limits}
    with shown(form, "name"):
        services.update_project(actor, project.id, changes)
        messages.success(request, _("The project is changed."))
    return not form.errors


def _experiment_id(actor: Actor, name: str) -> str:
    """The experiment of that name, made if there is none; "" for no name."""
    if not name:
        return ""
    try:
        return str(create_experiment(actor, name))
    except AlreadyExists:
        return str(get_experiment_by_name(actor, name).id)


def _change_source(actor: Actor, project: ProjectRecord, form: SourceForm, request: HttpRequest) -> bool:
    """Address, ref and subdirectory, or another archive; a worker looks again."""
    if not form.is_valid():
        return False
    data = form.cleaned_data
    changes: dict[str, Any] = {"subdirectory": data["subdirectory"]}
    if form.kind == GIT:
        changes |= {"uri": data["uri"], "ref": data["ref"]}
    elif data.get("archive") is not None:
        changes["archive_id"] = keep_archive(actor, form)
    if form.errors:
        return False
    try:
        with shown(form):
            services.update_project(actor, project.id, changes)
            messages.success(request, _("A worker looks at the code."))
    except Missing:  # only whoever uploaded it, or an administrator, gives it another shape
        form.add_error("archive", _("Upload the archive anew: the one that is there is another person's."))
    return not form.errors


def _change_secret(actor: Actor, project: ProjectRecord, form: SecretForm, request: HttpRequest) -> bool:
    """Set one, or remove one."""
    if remove := request.POST.get("remove"):
        secrets.delete_secret(actor, project.id, remove)
        messages.success(request, _("The secret %(name)s is removed.") % {"name": remove})
        return True
    if not form.is_valid():
        return False
    with shown(form):
        secrets.put_secret(actor, project.id, form.cleaned_data["secret"], form.cleaned_data["value"])
        messages.success(request, _("The secret %(name)s is set.") % {"name": form.cleaned_data["secret"]})
    return not form.errors


def _change_grant(actor: Actor, project: ProjectRecord, form: GrantForm, request: HttpRequest) -> bool:
    """Give a level, or take it away."""
    if remove := request.POST.get("remove"):
        kind, _colon, name = remove.partition(":")
        services.delete_grant(actor, project.id, **{"team" if kind == "team" else "user": name})
        return True
    if not form.is_valid():
        return False
    data = form.cleaned_data
    level: Level = parse(data["level"])
    try:
        with shown(form):
            services.put_grant(actor, project.id, level, **{"team" if data["kind"] == "team" else "user": data["name"].strip()})
    except Missing as error:
        form.add_error("name", error.message)
    return not form.errors


ACTS: dict[str, Any] = {
    "facts": _change_facts,
    "source": _change_source,
    "secret": _change_secret,
    "grant": _change_grant,
}
