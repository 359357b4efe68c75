"""Teams: one's own in the settings, all of them in the administration. The pages are the same, what stands on them differs."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.queries import teams as queries
from apps.accounts.services import teams
from apps.web.base import actor_of, admin_only, render, signed_in
from apps.web.forms.accounts import MemberForm
from apps.web.forms.admin import TeamForm
from apps.web.forms.refusals import shown
from apps.web.tabs import admin_tabs, settings_tabs


@signed_in
def my_teams(request: HttpRequest) -> HttpResponse:
    """The teams one is in."""
    actor = actor_of(request)
    rows = [team for team in queries.list_teams(actor) if team.role]
    return render(request, "web/settings/teams.html", {"teams": rows, "tabs": settings_tabs(request)})


@admin_only
def team_list(request: HttpRequest) -> HttpResponse:
    """Every team; a POST makes one."""
    actor = actor_of(request)
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with shown(form, "name"):
            team = teams.create_team(actor, **form.cleaned_data)
            return HttpResponseRedirect(reverse("web:team", args=[team.pk]))
    context = {"teams": queries.all_teams(actor), "form": form, "tabs": admin_tabs(request)}
    return render(request, "web/admin/teams.html", context, status=400 if form.errors else 200)


@signed_in
def team(request: HttpRequest, team_id: int) -> HttpResponse:
    """Who is in a team; leads and administrators add somebody by POST."""
    actor = actor_of(request)
    found = queries.get(actor, team_id)
    role = next((member.role for member in found.memberships.all() if member.user_id == actor.user_id), "")
    context: dict[str, Any] = {"team": found, "role": role, "leads": actor.is_admin or role == "lead", "admin": actor.is_admin}
    status = 200
    if context["leads"]:
        form = MemberForm(request.POST or None, people=queries.addable(actor, team_id))
        if request.method == "POST" and form.is_valid():
            with shown(form, "user"):
                teams.add_member(actor, team_id, form.cleaned_data["user"], form.cleaned_data["role"])
                return HttpResponseRedirect(reverse("web:team", args=[team_id]))
        context["form"], status = form, 400 if form.errors else 200
    if actor.is_admin:
        context["edit"] = TeamForm(initial={"name": found.name, "description": found.description}, auto_id="edit_%s")
    return render(request, "web/settings/team.html", context, status=status)


@signed_in
@require_POST
def member_role(request: HttpRequest, team_id: int, user_id: int) -> HttpResponse:
    """Make a member a lead, or a lead a member."""
    teams.add_member(actor_of(request), team_id, user_id, request.POST.get("role", ""))
    return HttpResponseRedirect(reverse("web:team", args=[team_id]))


@signed_in
@require_POST
def member_remove(request: HttpRequest, team_id: int, user_id: int) -> HttpResponse:
    """Take somebody out, or leave."""
    actor = actor_of(request)
    teams.remove_member(actor, team_id, user_id)
    if actor.user_id == user_id and not actor.is_admin:
        messages.success(request, _("You left the team."))
        return HttpResponseRedirect(reverse("web:teams"))
    return HttpResponseRedirect(reverse("web:team", args=[team_id]))


@admin_only
@require_POST
def team_update(request: HttpRequest, team_id: int) -> HttpResponse:
    """Rename and describe."""
    name, description = request.POST.get("name", ""), request.POST.get("description", "")
    teams.update_team(actor_of(request), team_id, name=name, description=description)
    messages.success(request, _("The team is saved."))
    return HttpResponseRedirect(reverse("web:team", args=[team_id]))


@admin_only
@require_POST
def team_delete(request: HttpRequest, team_id: int) -> HttpResponse:
    """Remove it."""
    teams.delete_team(actor_of(request), team_id)
    messages.success(request, _("The team is deleted."))
    return HttpResponseRedirect(reverse("web:admin_teams"))
