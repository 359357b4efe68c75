"""Who asks at the people's door, and what a refusal looks like. A view that does not say who may call it is refused at start."""

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render as django_render
from django.urls import URLPattern, path

from apps.access.queries.workspaces import access_workspace
from apps.accounts.queries.actors import actor_for_session
from apps.core import errors
from apps.core.actor import Actor

View = Callable[..., HttpResponseBase]

METHODS = ["GET", "HEAD", "POST"]  # a page knows no others; one without a form takes a POST for a GET

STATUS: dict[type[errors.DomainError], int] = {
    errors.Invalid: 400,
    errors.AlreadyExists: 400,
    errors.Unauthenticated: 401,
    errors.Denied: 403,
    errors.Missing: 404,
    errors.Conflict: 409,
    errors.TooMany: 429,
    errors.Unsupported: 501,
    errors.Unavailable: 503,
    errors.StorageFull: 507,
}


def actor_of(request: HttpRequest) -> Actor:
    """The person behind the session, in the workspace of the address. Raises Missing for a workspace that they may not see."""
    known = getattr(request, "_actor", None)
    if known is None:
        address = request.META.get("REMOTE_ADDR", "")
        workspace = getattr(request, "workspace", "default")
        if not request.user.is_authenticated:
            known = Actor.anonymous(address)
        else:
            known = actor_for_session(request.user, request.session.session_key or "", address, workspace)
            if workspace != "default":
                access_workspace(known, workspace, "workspace.read")
        request._actor = known  # type: ignore[attr-defined]
    return known


def public(view: View) -> View:
    """A page for everybody, signed in or not."""
    return _guarded(view, lambda request: None)


def signed_in(view: View) -> View:
    """A page for people who signed in; others are sent to sign in and come back."""

    def check(request: HttpRequest) -> HttpResponseBase | None:
        return None if request.user.is_authenticated else _to_login(request)

    return _guarded(view, check)


def admin_only(view: View) -> View:
    """A page for administrators; for others it does not exist."""

    def check(request: HttpRequest) -> HttpResponseBase | None:
        if not request.user.is_authenticated:
            return _to_login(request)
        if not actor_of(request).is_admin:
            raise errors.Missing("There is no such page.")
        return None

    return _guarded(view, check)


def _guarded(view: View, check: Callable[[HttpRequest], HttpResponseBase | None]) -> View:
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        try:
            return check(request) or view(request, *args, **kwargs)
        except errors.DomainError as error:
            return refuse(request, error)
        except OverflowError:  # a number in the address that no database holds
            return refuse(request, errors.Missing("There is no such page."))

    guarded.is_guarded = True  # type: ignore[attr-defined]
    return guarded


def page(route: str, view: View, name: str) -> URLPattern:
    """An address of this door. Raises ValueError for a view that does not say who may call it: default deny."""
    if not getattr(view, "is_guarded", False):
        raise ValueError(f"{view.__module__}.{view.__name__} needs public, signed_in or admin_only")
    return path(route, view, name=name)


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks, rather than a person."""
    return "application/json" in request.META.get("HTTP_ACCEPT", "")


def refuse(request: HttpRequest, error: errors.DomainError) -> HttpResponse:
    """The page, or for scripts the JSON, of a refusal."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    if status == 401 and not wants_json(request):
        return _to_login(request)
    if wants_json(request):
        answer: HttpResponse = JsonResponse({"message": error.message}, status=status)
    else:
        template = {403: "403.html", 404: "404.html"}.get(status, "web/refused.html")
        answer = django_render(request, template, {"message": error.message, "status": status}, status=status)
    if isinstance(error, errors.TooMany | errors.Unavailable):
        answer["Retry-After"] = str(error.retry_after)
    return answer


def _to_login(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"message": "Sign in first."}, status=401)
    return HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}")


def render(request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    """A page or fragment, never kept by caches: it is one person's."""
    answer = django_render(request, template, context, status=status)
    answer["Cache-Control"] = "private, no-store"
    return answer
