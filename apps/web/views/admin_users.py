"""The administration's pages of accounts."""

from collections.abc import Callable
from typing import Any, get_args

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from apps.accounts.queries import sessions, teams
from apps.accounts.queries import users as queries
from apps.accounts.services import lifecycle, passwords, users
from apps.core.actor import Actor
from apps.core.errors import Conflict, DomainError, Missing
from apps.web import agents
from apps.web.base import actor_of, admin_only, render
from apps.web.forms.accounts import NewPasswordForm
from apps.web.forms.admin import InviteForm, ServiceForm, UserForm
from apps.web.forms.refusals import shown
from apps.web.tabs import admin_tabs
from apps.web.views.tokens import new_token, rows

SHOWS: tuple[tuple[str, Promise], ...] = (
    ("", gettext_lazy("All accounts")),
    ("active", gettext_lazy("Active")),
    ("admin", gettext_lazy("Administrators")),
    ("invited", gettext_lazy("Invited")),
    ("inactive", gettext_lazy("Closed")),
    ("service", gettext_lazy("Service accounts")),
)

ACTIONS: dict[str, tuple[Callable[[Actor, int], None], Promise]] = {
    "deactivate": (lifecycle.deactivate, gettext_lazy("The account is closed; its sessions and tokens have ended.")),
    "reactivate": (lifecycle.reactivate, gettext_lazy("The account is open again.")),
    "promote": (
        lambda actor, user_id: lifecycle.set_admin(actor, user_id, True),
        gettext_lazy("The account is an administrator now."),
    ),
    "demote": (
        lambda actor, user_id: lifecycle.set_admin(actor, user_id, False),
        gettext_lazy("The account is no administrator any more."),
    ),
    "delete": (lifecycle.delete, gettext_lazy("The account is deleted; its name is free.")),
}
UNDO = {"deactivate": "reactivate", "promote": "demote", "demote": "promote"}


@admin_only
def index(request: HttpRequest) -> HttpResponse:
    """The first of the tabs."""
    return HttpResponseRedirect(reverse("web:admin_users"))


@admin_only
def user_list(request: HttpRequest) -> HttpResponse:
    """Accounts by name, with search; `show` is a state, or `service`."""
    text, show = request.GET.get("q", "").strip()[:200], request.GET.get("show", "")
    state: Any = show if show in get_args(queries.State) else ""
    kind = "service" if show == "service" else ""
    page = queries.list_users(actor_of(request), text=text, kind=kind, state=state, after=request.GET.get("after", ""))
    context = {"page": page, "q": text, "show": state or kind, "shows": SHOWS, "tabs": admin_tabs(request)}
    return render(request, "web/admin/users.html", context)


@admin_only
def invite(request: HttpRequest) -> HttpResponse:
    """Somebody new, who chooses the password by mail."""

    def make(actor: Actor, data: dict[str, Any]) -> int:
        return users.invite(
            actor, data["username"], data["email"], display_name=data["display_name"], is_admin=data["is_admin"]
        ).pk

    about = {
        "title": _("Invite somebody"),
        "verb": _("Send invitation"),
        "text": _("A link goes out by mail; it is good for seven days, and once."),
    }
    return _create(request, InviteForm(request.POST or None), make, about)


@sensitive_post_parameters("new", "again")
@admin_only
def create(request: HttpRequest) -> HttpResponse:
    """Somebody new, with a password chosen here."""

    def make(actor: Actor, data: dict[str, Any]) -> int:
        about = {name: data[name] for name in ("email", "display_name", "is_admin")}
        return users.create_user(actor, data["username"], password=data["new"], **about).pk

    about = {
        "title": _("Create an account"),
        "verb": _("Create"),
        "text": _("Hand the password over; it can be changed in the settings."),
    }
    return _create(request, UserForm(request.POST or None), make, about)


@admin_only
def create_service(request: HttpRequest) -> HttpResponse:
    """An account for a machine."""

    def make(actor: Actor, data: dict[str, Any]) -> int:
        return users.create_service_account(actor, data["username"], description=data["description"]).pk

    text = _("For a machine: it has tokens, no password, opens no page and never approves. Grants are given to it as to people.")
    about = {"title": _("Create a service account"), "verb": _("Create"), "text": text}
    return _create(request, ServiceForm(request.POST or None), make, about)


def _create(
    request: HttpRequest, form: Form, make: Callable[[Actor, dict[str, Any]], int], about: dict[str, str]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        with shown(form, None):
            return HttpResponseRedirect(reverse("web:admin_user", args=[make(actor_of(request), form.cleaned_data)]))
    return render(request, "web/admin/user_new.html", {"form": form, **about}, status=400 if form.errors else 200)


@admin_only
def user(request: HttpRequest, user_id: int) -> HttpResponse:
    """One account: what it is, its teams, tokens and sessions, what can be done; a POST makes a token of a service account."""
    actor = actor_of(request)
    found = queries.get(actor, user_id)
    context: dict[str, Any] = {"account": found, "itself": found.pk == actor.user_id, "rows": rows(actor, user_id)}
    if found.kind == "service":
        context |= new_token(request, actor, user_id) | {"rows": rows(actor, user_id)}
    context["sessions"] = [
        {"session": session, "browser": agents.name(session.user_agent)} for session in sessions.list_sessions(actor, user_id)
    ]
    context["teams"] = teams.teams_of(actor, user_id)
    context["invitation"] = passwords.invitation_link(actor, user_id) if found.is_invited else ""
    failed = bool(getattr(context.get("form"), "errors", None))
    return render(request, "web/admin/user.html", context, status=400 if failed else 200)


@admin_only
@require_POST
def user_act(request: HttpRequest, user_id: int, act: str) -> HttpResponse:
    """Close, open, promote, demote, delete."""
    if act not in ACTIONS:
        raise Missing("There is no such page.")
    service, said = ACTIONS[act]
    target = reverse("web:admin_user", args=[user_id])
    try:
        service(actor_of(request), user_id)
    except Conflict as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(target)
    if user_id == request.user.pk and act in {"deactivate", "demote"}:
        return HttpResponseRedirect(reverse("web:home"))
    undo = f"undo:{reverse('web:admin_user_act', args=[user_id, UNDO[act]])}" if act in UNDO else ""
    messages.success(request, str(said), extra_tags=undo)
    return HttpResponseRedirect(reverse("web:admin_users") if act == "delete" else target)


@sensitive_post_parameters("new", "again")
@admin_only
def user_password(request: HttpRequest, user_id: int) -> HttpResponse:
    """Set somebody's password."""
    actor = actor_of(request)
    found = queries.get(actor, user_id)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with shown(form, "new"):
            passwords.set_password(actor, user_id, form.cleaned_data["new"])
        if not form.errors:
            messages.success(request, _("The password is set; all sessions of the account have ended."))
            return HttpResponseRedirect(reverse("web:admin_user", args=[user_id]))
    about = {
        "title": _("Set the password of %(name)s") % {"name": found.label},
        "verb": _("Set password"),
        "text": _("Every session of the account ends; its tokens stay."),
    }
    context = {"form": form, "account": found, **about}
    return render(request, "web/admin/user_new.html", context, status=400 if form.errors else 200)


@admin_only
@require_POST
def user_invite_again(request: HttpRequest, user_id: int) -> HttpResponse:
    """Send the invitation once more."""
    try:
        users.send_invitation(actor_of(request), user_id)
        messages.success(request, _("The invitation is on its way."))
    except DomainError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("web:admin_user", args=[user_id]))
