"""Who calls the machines' door: a token, a name and password, or a browser's session become an `Actor`."""

import base64
import binascii

from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.access.queries.workspaces import access_workspace
from apps.accounts import claims
from apps.accounts.claims import Claim
from apps.accounts.queries import actors
from apps.core.actor import Actor
from apps.core.errors import Denied, Unauthenticated

WORKSPACE_HEADER = "HTTP_X_MLFLOW_WORKSPACE"


def authenticate(request: HttpRequest) -> Actor:
    """The actor behind a request, in the workspace it names. Raises Unauthenticated, Missing (workspace), Denied (CSRF),
    TooMany."""
    workspace = request.META.get(WORKSPACE_HEADER, "").strip() or getattr(request, "workspace", "default")  # of `/w/<name>/`
    actor = _credentials(request, workspace) or _session(request, workspace)
    if actor is None:
        raise Unauthenticated(
            "You are not authenticated. Set MLFLOW_TRACKING_TOKEN to a token from the page Settings > Tokens, "
            "or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD."
        )
    if workspace != "default":
        access_workspace(actor, workspace, "workspace.read")
    return actor


def claimed(request: HttpRequest) -> Claim | None:
    """What is remembered of the bearer token of a request to the workspace `default`."""
    scheme, _, value = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or request.META.get(WORKSPACE_HEADER) or getattr(request, "workspace", "default") != "default":
        return None
    return claims.find(value.strip())


def _credentials(request: HttpRequest, workspace: str) -> Actor | None:
    header = request.META.get("HTTP_AUTHORIZATION", "")
    scheme, _, value = header.partition(" ")
    address = request.META.get("REMOTE_ADDR", "")
    if scheme.lower() == "bearer":
        actor = actors.actor_for_token(value.strip(), address, workspace)
    elif scheme.lower() == "basic":
        try:
            name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise Unauthenticated("You are not authenticated. The Authorization header is malformed.") from None
        actor = actors.actor_for_password(name, password, address, workspace)
    else:
        return None
    if actor is None:
        raise Unauthenticated("You are not authenticated. The credentials are wrong, expired or revoked.")
    return actor


class _Csrf(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def _session(request: HttpRequest, workspace: str) -> Actor | None:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    check = _Csrf(lambda _: None)  # type: ignore[arg-type]
    check.process_request(request)
    if check.process_view(request, lambda: None, (), {}):  # type: ignore[arg-type, return-value]
        raise Denied("a browser's session may only write with the CSRF token")
    return actors.actor_for_session(user, request.session.session_key or "", request.META.get("REMOTE_ADDR", ""), workspace)


class ActorAuthentication(BaseAuthentication):
    """DRF's door to `authenticate`: `request.user` is the actor."""

    def authenticate(self, request: Request) -> tuple[Actor, None]:
        """The actor; raises what `authenticate` raises."""
        return authenticate(request._request), None

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Basic realm="mlflow"'


class IsKnown(BasePermission):
    """Default deny: nobody passes without an actor."""

    def has_permission(self, request: Request, view: object) -> bool:
        """Whether somebody is signed in."""
        return isinstance(request.user, Actor) and request.user.is_known
