"""Protecting Production by one click: of a model, or of every model of a workspace. Leads to the editor."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.access.levels import Level
from apps.access.queries import workspaces
from apps.access.queries.workspaces import GrantRecord
from apps.core.actor import Actor
from apps.core.errors import AlreadyExists, Invalid
from apps.registry.approval_records import PolicyRecord
from apps.registry.queries import policies as queries
from apps.registry.queries import registered
from apps.registry.services import policies as services
from apps.registry.services.policies import NewPolicy
from apps.web.base import actor_of, signed_in


@signed_in
@require_POST
def protect(request: HttpRequest, name: str) -> HttpResponse:
    """One model: one approval of whoever was given MANAGE on it. Raises Missing, Denied."""
    actor = actor_of(request)
    rule = _managers(actor, registered.list_model_grants(actor, name))
    return _protected(actor, "model", name, rule, lambda: queries.policies_of_model(actor, name))


@signed_in
@require_POST
def protect_workspace(request: HttpRequest) -> HttpResponse:
    """Every model of the workspace: one approval of whoever was given MANAGE on the workspace. Raises Denied."""
    actor = actor_of(request)
    rule = _managers(actor, workspaces.list_workspace_grants(actor, actor.workspace))
    return _protected(actor, "workspace", "", rule, lambda: queries.list_policies(actor))


def _protected(actor: Actor, scope: str, subject: str, rule: dict[str, Any], known: Any) -> HttpResponse:
    """To the policy that was made, or to the one that is there already."""
    try:
        policy_id = _make(actor, scope, subject, rule)
    except AlreadyExists:
        found: list[PolicyRecord] = known()
        policy_id = next(one.id for one in found if (one.scope, one.target_kind, one.target) == (scope, "stage", "Production"))
        return HttpResponseRedirect(reverse("web:policy", args=[policy_id]))
    return HttpResponseRedirect(f"{reverse('web:policy', args=[policy_id])}?saved=1")


def _make(actor: Actor, scope: str, subject: str, rule: dict[str, Any]) -> int:
    def policy(rule: dict[str, Any]) -> NewPolicy:
        return NewPolicy(scope, "Production", "stage", subject, {"rules": [rule]}, _("Made by one click"))

    try:
        return services.create_policy(actor, policy(rule))
    except Invalid:  # a service account may MANAGE, but never approves
        return services.create_policy(actor, policy(rule | {"teams": [], "users": [actor.name]}))


def _managers(actor: Actor, grants: list[GrantRecord]) -> dict[str, Any]:
    """A rule that names whoever was given MANAGE; without anybody, whoever protects it."""
    managers = [grant for grant in grants if grant.level == Level.MANAGE]
    teams = [grant.grantee for grant in managers if grant.kind == "team"]
    users = [grant.grantee for grant in managers if grant.kind == "user"]
    return {"name": _("Managers"), "number": 1, "teams": teams, "users": users or ([] if teams else [actor.name])}
