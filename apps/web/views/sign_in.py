"""The door: signing in and out, forgotten passwords, invitations."""

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from apps.accounts.links import Purpose
from apps.accounts.queries import users as queries
from apps.accounts.services import passwords, sign_in
from apps.accounts.sessions import ADDRESS, USER_AGENT
from apps.core.errors import Missing, TooMany, Unauthenticated
from apps.web.base import actor_of, public, render
from apps.web.forms.accounts import NewPasswordForm, ResetForm, SignInForm
from apps.web.forms.refusals import shown

BACKEND = "django.contrib.auth.backends.ModelBackend"


@sensitive_post_parameters("password")
@public
def login(request: HttpRequest) -> HttpResponse:
    """Name and password; then where the person wanted to go."""
    target = _target(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(target)
    form = SignInForm(request.POST or None)
    status, retry_after = 200, 0
    if request.method == "POST" and form.is_valid():
        try:
            user = sign_in.sign_in(actor_of(request), form.cleaned_data["username"], form.cleaned_data["password"])
        except Unauthenticated as error:
            form.add_error("password", error.message)
            status = 401
        except TooMany as error:
            form.add_error("password", error.message)
            status, retry_after = 429, error.retry_after
        else:
            auth.login(request, user, backend=BACKEND)
            _mark(request)
            return HttpResponseRedirect(target)
    answer = render(request, "web/accounts/login.html", {"form": form, "next": request.GET.get("next", "")}, status=status)
    if retry_after:
        answer["Retry-After"] = str(retry_after)
    return answer


@require_POST
@public
def logout(request: HttpRequest) -> HttpResponse:
    """End this session; somebody whose session is gone already ends here too."""
    if request.user.is_authenticated:
        sign_in.sign_out(actor_of(request))
    auth.logout(request)
    return HttpResponseRedirect(settings.LOGOUT_REDIRECT_URL)


@public
def password_reset(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail; the answer is the same for every address."""
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        passwords.request_reset(actor_of(request), form.cleaned_data["email"])
        return HttpResponseRedirect(f"{reverse('web:password_reset')}?sent=1")
    return render(request, "web/accounts/reset.html", {"form": form, "sent": "sent" in request.GET})


@sensitive_post_parameters("new", "again")
@public
def password_link(request: HttpRequest, token: str) -> HttpResponse:
    """The new password, by a link from a mail."""
    return _by_link(request, token, "reset")


@sensitive_post_parameters("new", "again")
@public
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The first password, by the link of an invitation."""
    return _by_link(request, token, "invite")


def _by_link(request: HttpRequest, token: str, purpose: Purpose) -> HttpResponse:
    actor = actor_of(request)
    try:
        user = queries.link_owner(actor, token, purpose)
    except Missing as error:
        return render(request, "web/accounts/stale.html", {"message": error.message, "purpose": purpose}, status=404)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with shown(form, "new"):
            passwords.use_link(actor, token, purpose, form.cleaned_data["new"])
        if not form.errors:
            messages.success(request, _("The password is set. Sign in with it."))
            return HttpResponseRedirect(settings.LOGIN_URL)
    context = {"form": form, "account": user, "purpose": purpose}
    return render(request, "web/accounts/choose.html", context, status=400 if form.errors else 200)


def _target(request: HttpRequest) -> str:
    """`next` if it is an address of ours, else the home page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/") else settings.LOGIN_REDIRECT_URL


def _mark(request: HttpRequest) -> None:
    """Note where this session is from, for the page that lists sessions."""
    request.session[ADDRESS] = request.META.get("REMOTE_ADDR", "")
    request.session[USER_AGENT] = request.META.get("HTTP_USER_AGENT", "")
