"""One's own settings: profile, password, sessions, how the pages look."""

from typing import Any

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from apps.accounts.queries import sessions as session_queries
from apps.accounts.queries import teams as team_queries
from apps.accounts.queries import users as queries
from apps.accounts.services import passwords, sessions, users
from apps.accounts.sessions import digest
from apps.artifacts.queries import uses
from apps.core.actor import Actor
from apps.web import agents
from apps.web.base import actor_of, render, signed_in
from apps.web.forms.accounts import ChangePasswordForm, ProfileForm
from apps.web.forms.refusals import shown
from apps.web.tabs import settings_tabs


@signed_in
def index(request: HttpRequest) -> HttpResponse:
    """The first of the tabs."""
    return HttpResponseRedirect(reverse("web:profile"))


@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    """Name and mail address."""
    actor = actor_of(request)
    me = queries.me(actor)
    form = ProfileForm(request.POST or None, initial={"display_name": me.display_name, "email": me.email})
    if request.method == "POST" and form.is_valid():
        with shown(form):
            users.update_profile(actor, me.pk, **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("The profile is saved."))
            return HttpResponseRedirect(reverse("web:profile"))
    amounts = [{"name": _("You"), "amount": uses.my_amount(actor)}, *_team_amounts(actor, me.pk)]
    context = {"form": form, "me": me, "tabs": settings_tabs(request), "amounts": amounts}
    return render(request, "web/settings/profile.html", context, status=400 if form.errors else 200)


def _team_amounts(actor: Actor, user_id: int) -> list[dict[str, Any]]:
    """What each of one's teams keeps."""
    names = {str(team.id): team.name for team in team_queries.teams_of(actor, user_id)}
    amounts = uses.amounts(actor, "team", names) if names else {}
    return [{"name": name, "amount": amounts[team]} for team, name in names.items()]


@sensitive_post_parameters("current", "new", "again")
@signed_in
def password(request: HttpRequest) -> HttpResponse:
    """Change the password; all other sessions end."""
    actor = actor_of(request)
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _change_password(request, form)
        if not form.errors:
            messages.success(request, _("The password is changed. You are signed out everywhere else."))
            return HttpResponseRedirect(reverse("web:password"))
    context = {"form": form, "me": queries.me(actor), "tabs": settings_tabs(request)}
    return render(request, "web/settings/password.html", context, status=400 if form.errors else 200)


def _change_password(request: HttpRequest, form: ChangePasswordForm) -> None:
    """The service ends every session, this one too; so it gets a new one under the new password."""
    actor, data = actor_of(request), form.cleaned_data
    with shown(form, "current"):
        passwords.set_password(actor, actor.user_id or 0, data["new"], current=data["current"])
    if not form.errors:
        kept = dict(request.session.items())
        auth.login(request, queries.me(actor), backend=kept["_auth_user_backend"])
        request.session.update({name: value for name, value in kept.items() if not name.startswith("_")})


@signed_in
def session_list(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    here = digest(request.session.session_key or "")
    rows = [
        {"session": session, "browser": agents.name(session.user_agent), "here": session.digest == here}
        for session in session_queries.list_sessions(actor_of(request))
    ]
    rows.sort(key=lambda row: not row["here"])
    return render(request, "web/settings/sessions.html", {"rows": rows, "tabs": settings_tabs(request)})


@signed_in
@require_POST
def session_end(request: HttpRequest, session: str) -> HttpResponse:
    """End one of them."""
    sessions.end_session(actor_of(request), session)
    messages.success(request, _("The session has ended."))
    return HttpResponseRedirect(reverse("web:sessions"))


@signed_in
@require_POST
def session_end_others(request: HttpRequest) -> HttpResponse:
    """End all but this one."""
    ended = sessions.end_other_sessions(actor_of(request), digest(request.session.session_key or ""))
    messages.success(request, _("%(n)s other sessions have ended.") % {"n": ended})
    return HttpResponseRedirect(reverse("web:sessions"))


@signed_in
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the theme, the width of the navigation or the columns of a table; a script sends it."""
    actor = actor_of(request)
    for name in request.POST:
        if name in ("theme", "nav") or name.startswith("columns-"):
            users.set_preference(actor, name, request.POST[name])
    return HttpResponse(status=204)
