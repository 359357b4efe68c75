"""Workspaces in the administration: making, describing, sharing and removing them."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.access.levels import parse
from apps.access.queries import workspaces as queries
from apps.access.services import workspaces as services
from apps.registry.queries import policies
from apps.web.base import actor_of, admin_only, render
from apps.web.forms.experiments import GrantForm
from apps.web.forms.refusals import shown
from apps.web.forms.workspaces import DescriptionForm, WorkspaceForm
from apps.web.tabs import admin_tabs
from apps.web.workspaces import address


@admin_only
def workspace_list(request: HttpRequest) -> HttpResponse:
    """All workspaces; a POST makes one."""
    actor = actor_of(request)
    form = WorkspaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with shown(form, "name"):
            made = services.create_workspace(actor, form.cleaned_data["name"], form.cleaned_data["description"])
            return HttpResponseRedirect(reverse("web:admin_workspace", args=[made.name]))
    context = {"workspaces": queries.list_workspaces(actor), "form": form, "tabs": admin_tabs(request)}
    return render(request, "web/admin/workspaces.html", context, status=400 if form.errors else 200)


@admin_only
def workspace(request: HttpRequest, name: str) -> HttpResponse:
    """One workspace: who may do what in it. A POST gives a level."""
    actor = actor_of(request)
    record = queries.access_workspace(actor, name, "workspace.read")
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with shown(form, "name"):
            kind = "team" if form.cleaned_data["kind"] == "team" else "user"
            services.share_workspace(actor, name, parse(form.cleaned_data["level"]), **{kind: form.cleaned_data["name"]})
            return HttpResponseRedirect(reverse("web:admin_workspace", args=[name]))
    context = {
        "workspace": record,
        "grants": queries.list_workspace_grants(actor, name),
        "form": form,
        "description_form": DescriptionForm(initial={"description": record.description}),
        "tabs": admin_tabs(request),
        "is_protected": policies.is_production_protected(replace(actor, workspace=name)),
        "policies_url": address(name, "web:policies"),
        "protect_url": address(name, "web:policy_protect_workspace"),
    }
    return render(request, "web/admin/workspace.html", context, status=400 if form.errors else 200)


@admin_only
@require_POST
def workspace_describe(request: HttpRequest, name: str) -> HttpResponse:
    """Change the description."""
    services.update_workspace(actor_of(request), name, request.POST.get("description", "").strip())
    return HttpResponseRedirect(reverse("web:admin_workspace", args=[name]))


@admin_only
@require_POST
def workspace_unshare(request: HttpRequest, name: str) -> HttpResponse:
    """Take a level away."""
    kind, _colon, grantee = request.POST.get("grantee", "").partition(":")
    services.unshare_workspace(actor_of(request), name, **{"team" if kind == "team" else "user": grantee})
    return HttpResponseRedirect(reverse("web:admin_workspace", args=[name]))


@admin_only
@require_POST
def workspace_delete(request: HttpRequest, name: str) -> HttpResponse:
    """Remove an empty workspace."""
    services.delete_workspace(actor_of(request), name)
    messages.success(request, _("The workspace %(name)s is gone.") % {"name": name})
    return HttpResponseRedirect(reverse("web:admin_workspaces"))
