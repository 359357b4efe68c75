"""Policies: which there are, what they say, and which apply to a model."""

from typing import Any

from django.db.models import Q, QuerySet

from apps.access import policy as access_policy
from apps.access.queries.workspaces import access_workspace, require_known
from apps.accounts.models import Team, User
from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.registry.access import MODEL as MODEL_NOUN
from apps.registry.access import access_model
from apps.registry.approval_records import Names, PolicyRecord
from apps.registry.governance import governing
from apps.registry.models import PolicyVersion, RegisteredModel
from apps.registry.models.policies import CURRENT, MODEL, PROPOSED, SERVER, STAGE, WORKSPACE
from apps.registry.models.registered import ACTIVE
from apps.registry.stages import PRODUCTION
from apps.registry.terms import Terms, load


def list_policies(actor: Actor) -> list[PolicyRecord]:
    """The policies in force for the actor's workspace, those of the server too, with proposed changes behind each."""
    workspace = access_workspace(actor, actor.workspace, "policy.read")
    rows = _rows().filter(Q(policy__workspace_id=workspace.id) | Q(policy__workspace=None), state__in=[CURRENT, PROPOSED])
    rows = rows.filter(policy__retired_at=None).order_by("policy__scope", "policy__subject", "policy_id", "number")
    found = [_record(row) for row in rows]
    hidden = _hidden(actor, workspace.id, [record.subject for record in found if record.scope == MODEL])
    return [record for record in found if record.scope != MODEL or record.subject not in hidden]


def is_production_protected(actor: Actor) -> bool:
    """Whether a policy stands before Production of every model of the actor's workspace. Raises Missing, Denied."""
    workspace = access_workspace(actor, actor.workspace, "policy.read")
    rows = _rows().filter(state=CURRENT, policy__retired_at=None, policy__target_kind=STAGE, policy__target=PRODUCTION)
    wide = Q(policy__scope=SERVER) | Q(policy__scope=WORKSPACE, policy__workspace_id=workspace.id)
    return rows.filter(wide).exists()


def _hidden(actor: Actor, workspace_id: int, names: list[str]) -> set[str]:
    """Which of these names belong to models that the actor may not see."""
    models = RegisteredModel.objects.filter(workspace_id=workspace_id, name__in=names, lifecycle=ACTIVE)
    seen = access_policy.visible(models, actor, MODEL_NOUN).values_list("name", flat=True)
    return set(models.values_list("name", flat=True)) - set(seen)


def policies_of_model(actor: Actor, name: str) -> list[PolicyRecord]:
    """The policies that apply to a model. Raises Missing."""
    model = access_model(actor, name, "model.read")
    keys = [one.version_id for one in governing(model.workspace_id, model.name)]
    return [_record(row) for row in _rows().filter(pk__in=keys).order_by("policy_id")]


def policy_records(actor: Actor, version_ids: list[int]) -> list[PolicyRecord]:
    """These policy versions, for a request that the actor may read."""
    require_known(actor)
    return [_record(row) for row in _rows().filter(pk__in=version_ids).order_by("policy_id", "number")]


def get_policy(actor: Actor, policy_id: int) -> list[PolicyRecord]:
    """All versions of a policy, the newest first. Raises Missing."""
    require_known(actor)
    found = [_record(row) for row in _rows().filter(policy_id=policy_id).order_by("-number")]
    if not found:
        raise Missing(f"Policy with id={policy_id} not found")
    if found[0].workspace:
        workspace = access_workspace(actor, found[0].workspace, "policy.read")
        if found[0].scope == MODEL and _hidden(actor, workspace.id, [found[0].subject]):
            raise Missing(f"Policy with id={policy_id} not found")
    return found


def names_in(actor: Actor, terms: list[Terms]) -> Names:
    """What the accounts and teams in these terms are called."""
    require_known(actor)
    groups = [(group.users, group.teams) for one in terms for group in one.rules]
    groups += [(one.override.users, one.override.teams) for one in terms]
    users = {user for group, _ in groups for user in group}
    teams = {team for _, group in groups for team in group}
    return Names(
        dict(User.objects.filter(pk__in=users).values_list("pk", "username")),
        dict(Team.objects.filter(pk__in=teams).values_list("pk", "name")),
    )


def terms_json(actor: Actor, terms: Terms, names: Names) -> dict[str, Any]:
    """Terms as people write them, with names; numbers that nobody has any more stand as `#7`."""
    require_known(actor)
    data = terms.to_json()
    for group in (*data["rules"], data["override"]):
        group["users"] = [names.users.get(user, f"#{user}") for user in group["users"]]
        group["teams"] = [names.teams.get(team, f"#{team}") for team in group["teams"]]
    return data


def _rows() -> QuerySet[PolicyVersion]:
    return PolicyVersion.objects.select_related("policy__workspace", "author", "decided_by")


def _record(row: PolicyVersion) -> PolicyRecord:
    policy = row.policy
    return PolicyRecord(
        policy.pk,
        policy.scope,
        policy.workspace.name if policy.workspace else "",
        policy.subject,
        policy.target_kind,
        policy.target,
        row.number,
        row.state,
        row.retires,
        load(row.terms),
        row.comment,
        row.author_name,
        row.created_at,
        row.decided_name,
        policy.retired_at,
    )
