"""Access tokens of oneself, and of service accounts for administrators."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.queries import tokens as queries
from apps.accounts.services import tokens
from apps.core import clock
from apps.core.actor import Actor
from apps.web import snippets
from apps.web.base import actor_of, render, signed_in
from apps.web.forms.accounts import TokenForm
from apps.web.forms.refusals import shown
from apps.web.tabs import settings_tabs


@signed_in
def token_list(request: HttpRequest) -> HttpResponse:
    """One's own tokens; a POST makes one and shows it, this once: the page is its own answer, so that no redirect carries it."""
    actor = actor_of(request)
    context = new_token(request, actor, actor.user_id or 0)
    context |= {"rows": rows(actor, actor.user_id or 0), "tabs": settings_tabs(request), "back": reverse("web:tokens")}
    return render(request, "web/settings/tokens.html", context, status=400 if context["form"].errors else 200)


@signed_in
@require_POST
def token_rename(request: HttpRequest, token_id: int) -> HttpResponse:
    """Say anew what it is for."""
    tokens.rename_token(actor_of(request), token_id, request.POST.get("label", ""))
    return _back(request)


@signed_in
@require_POST
def token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """End it."""
    tokens.revoke_token(actor_of(request), token_id)
    messages.success(request, _("The token is revoked; whatever used it is refused from now on."))
    return _back(request)


def new_token(request: HttpRequest, actor: Actor, user_id: int) -> dict[str, Any]:
    """The form, and after a good POST also the token that was made with lines that use it."""
    form = TokenForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        with shown(form):
            data = form.cleaned_data
            made = tokens.create_token(actor, user_id, label=data["label"], scope=data["scope"], lifetime=form.lifetime)
            context |= {"made": made, "environment": snippets.environment(request, made.raw), "form": TokenForm()}
    return context


def rows(actor: Actor, user_id: int) -> list[dict[str, Any]]:
    """Tokens as the table shows them."""
    now = clock.now()
    return [
        {"id": str(token.pk), "token": token, "over": token.expires_at is not None and token.expires_at <= now}
        for token in queries.list_tokens(actor, user_id)
    ]


def _back(request: HttpRequest) -> HttpResponse:
    """To the list that the button stood in: one's own, or a service account's."""
    account = request.POST.get("account", "")
    return HttpResponseRedirect(reverse("web:admin_user", args=[int(account)]) if account.isdecimal() else reverse("web:tokens"))
