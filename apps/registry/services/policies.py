"""Making, changing and retiring policies. A change is a new version; where the policy says so, a second person has to agree to
it.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from django.db import IntegrityError

from apps.access.queries.workspaces import access_workspace, require_admin
from apps.accounts.models import Team, User, name_key
from apps.audit.services.rows import record
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import AlreadyExists, Conflict, Denied, Invalid, Missing
from apps.core.jobs import enqueue
from apps.core.transactions import atomic, savepoint
from apps.registry import rules, stages
from apps.registry.access import access_model, check_limits
from apps.registry.governance import versions_in
from apps.registry.models import Policy, PolicyVersion
from apps.registry.models.policies import ALIAS, CURRENT, MODEL, PAST, PATTERN, PROPOSED, REFUSED, SERVER, STAGE, WORKSPACE
from apps.registry.services.holds import refresh_holds
from apps.registry.terms import Directory, Terms, load, read_terms

MOST_AT_ONCE = 200
MAX_COMMENT = 10_000


@dataclass(frozen=True, slots=True)
class NewPolicy:
    """What somebody says of a policy; `terms` with names, as terms.read_terms reads them."""

    scope: str
    target: str
    target_kind: str = STAGE
    subject: str = ""
    terms: dict[str, Any] = field(default_factory=dict)
    comment: str = ""


def require_policy_right(actor: Actor, scope: str, workspace: str | None, subject: str) -> int | None:
    """The workspace's key (None: all of them) if the actor may change policies there.

    For one model whoever may MANAGE it, or its workspace while there is no such model; for a workspace and for patterns whoever
    may MANAGE that; for the server administrators. Raises Denied, Missing.
    """
    if scope == SERVER or (scope == PATTERN and workspace is None):
        require_admin(actor, "policy.change")
        check_limits(actor, "policy.change")
        return None
    here = replace(actor, workspace=workspace or "default")
    if scope == MODEL:
        try:
            return access_model(here, subject, "model.protect").workspace_id
        except Missing as missing:
            return _in_place_of_model(here, missing)
    return _workspace(here)


def may_change(actor: Actor, scope: str, workspace: str | None, subject: str) -> bool:
    """Whether the actor may change policies there: the question to the answer of `require_policy_right`."""
    try:
        require_policy_right(actor, scope, workspace, subject)
    except (Denied, Missing):
        return False
    return True


def _in_place_of_model(actor: Actor, missing: Missing) -> int:
    """A policy by name outlives its model. To whoever may not MANAGE the workspace a hidden model reads like a missing one."""
    try:
        return _workspace(actor)
    except Denied:
        raise missing from None


def _workspace(actor: Actor) -> int:
    check_limits(actor, "policy.change")
    return access_workspace(actor, actor.workspace, "policy.change").id


@atomic
def create_policy(actor: Actor, new: NewPolicy) -> int:
    """A policy in its first version; in the actor's workspace, unless it is for the server. Returns its id.

    Raises Invalid, AlreadyExists (one for the same models and target is in force: change that), Denied, Missing.
    """
    workspace_id = require_policy_right(actor, new.scope, actor.workspace, new.subject)
    _check_scope(new)
    _check_comment(new.comment)
    terms = read_terms(new.terms, DIRECTORY, of_stage=new.target_kind == STAGE)
    try:
        with savepoint():
            policy = Policy.objects.create(
                scope=new.scope, workspace_id=workspace_id, subject=new.subject if new.scope in (PATTERN, MODEL) else "",
                target_kind=new.target_kind, target=new.target, created_at=now_ms(),
            )  # fmt: skip
    except IntegrityError:
        raise AlreadyExists("A policy for these models and this target is in force already: change that one") from None
    _add_version(actor, policy, terms, new.comment, CURRENT)
    _audit(actor, policy, "created", terms, new.comment)
    _after_change(actor, policy)
    return policy.pk


@atomic
def change_policy(actor: Actor, policy_id: int, terms: dict[str, Any], comment: str = "") -> bool:
    """New terms. True if they are in force now, False if they wait for a second person.

    Raises Invalid, Conflict, Missing, Denied.
    """
    policy, current = access_policy_row(actor, policy_id)
    _check_comment(comment)
    read = read_terms(terms, DIRECTORY, of_stage=policy.target_kind == STAGE)
    return _change(actor, policy, current, read, comment, retires=False)


@atomic
def retire_policy(actor: Actor, policy_id: int, comment: str = "") -> bool:
    """Take a policy out of force; pending requests keep it. True if done, False if it waits for a second person.

    Raises as a change.
    """
    policy, current = access_policy_row(actor, policy_id)
    _check_comment(comment)
    return _change(actor, policy, current, load(current.terms), comment, retires=True)


def access_policy_row(actor: Actor, policy_id: int) -> tuple[Policy, PolicyVersion]:
    """The policy in force with its current version, locked, if the actor may change it. Raises Missing, Denied."""
    policy = Policy.objects.select_for_update().filter(pk=policy_id, retired_at=None).first()
    if policy is None:
        raise Missing(f"Policy with id={policy_id} not found")
    workspace = policy.workspace.name if policy.workspace else None
    require_policy_right(actor, policy.scope, workspace, policy.subject)
    return policy, PolicyVersion.objects.get(policy=policy, state=CURRENT)


def _change(actor: Actor, policy: Policy, current: PolicyVersion, terms: Terms, comment: str, *, retires: bool) -> bool:
    if not retires and terms.digest() == current.digest:
        return True
    if PolicyVersion.objects.filter(policy=policy, state=PROPOSED).exists():
        raise Conflict(f"A change of policy {policy.pk} waits for a second person: decide that one first")
    if load(current.terms).second_person:
        _add_version(actor, policy, terms, comment, PROPOSED, retires=retires)
        _audit(actor, policy, "retirement proposed" if retires else "proposed", terms, comment)
        return False
    _set_past(current)
    _add_version(actor, policy, terms, comment, PAST if retires else CURRENT, retires=retires)
    _put_in_force(actor, policy, terms, comment, retires)
    return True


@atomic
def decide_change(actor: Actor, policy_id: int, agree: bool, comment: str = "") -> None:
    """Agree to, or refuse, the proposed change of a policy: somebody else than who proposed it, with the right to change it.

    Raises Missing (nothing is proposed), Denied.
    """
    policy, current = access_policy_row(actor, policy_id)
    proposed = PolicyVersion.objects.filter(policy=policy, state=PROPOSED).first()
    if proposed is None:
        raise Missing(f"No change of policy {policy_id} is proposed")
    if agree and (actor.user_id is None or actor.user_id == proposed.author_id or actor.kind != "person"):
        raise Denied("a second person has to agree to a change of this policy")
    terms = load(proposed.terms)
    decided = {"decided_by_id": actor.user_id, "decided_name": actor.name[:300], "decided_at": now_ms()}
    if not agree:
        if actor.user_id == proposed.author_id:
            decided["decided_by_id"] = None  # taking one's own proposal back is nobody's decision
        PolicyVersion.objects.filter(pk=proposed.pk).update(state=REFUSED, **decided)
        _audit(actor, policy, "change refused", terms, comment)
        return
    _set_past(current)
    PolicyVersion.objects.filter(pk=proposed.pk).update(state=PAST if proposed.retires else CURRENT, **decided)
    _put_in_force(actor, policy, terms, comment, proposed.retires)


def _set_past(current: PolicyVersion) -> None:
    PolicyVersion.objects.filter(pk=current.pk).update(state=PAST)


def _put_in_force(actor: Actor, policy: Policy, terms: Terms, comment: str, retires: bool) -> None:
    if retires:
        Policy.objects.filter(pk=policy.pk).update(retired_at=now_ms())
    _audit(actor, policy, "retired" if retires else "changed", terms, comment)
    _after_change(actor, policy)


def _add_version(actor: Actor, policy: Policy, terms: Terms, comment: str, state: str, *, retires: bool = False) -> None:
    last = PolicyVersion.objects.filter(policy=policy).order_by("-number").values_list("number", flat=True).first() or 0
    PolicyVersion.objects.create(
        policy=policy, number=last + 1, state=state, terms=terms.to_json(), digest=terms.digest(), retires=retires,
        comment=comment, author_id=actor.user_id, author_name=actor.name[:300], created_at=now_ms(), )  # fmt: skip


def _audit(actor: Actor, policy: Policy, what: str, terms: Terms, comment: str) -> None:
    details = {
        "what": what, "scope": policy.scope, "subject": policy.subject, "target": f"{policy.target_kind} {policy.target}",
        "terms": terms.to_json(), "comment": comment,
    }  # fmt: skip
    workspace = policy.workspace.name if policy.workspace else ""
    record(actor, "policy.change", noun="policy", noun_id=policy.pk, name=policy.subject, workspace=workspace, details=details)


def _after_change(actor: Actor, policy: Policy) -> None:
    """What stands in the target already is evidence from now on, or no more; pending requests are looked at again."""
    standing = versions_in(policy)
    refresh_holds(actor, standing[:MOST_AT_ONCE])
    for start in range(MOST_AT_ONCE, len(standing), MOST_AT_ONCE):
        enqueue("registry.refresh_holds", standing[start : start + MOST_AT_ONCE])
    enqueue("registry.recheck_policy", policy.pk)


def _check_scope(new: NewPolicy) -> None:
    if new.scope not in (SERVER, WORKSPACE, PATTERN, MODEL):
        raise Invalid(f"scope: one of {SERVER}, {WORKSPACE}, {PATTERN}, {MODEL}")
    if new.scope == MODEL:
        rules.check_model_name(new.subject, "subject")
    elif new.scope == PATTERN and not 0 < len(new.subject) <= rules.MAX_NAME:
        raise Invalid("subject: a pattern such as fraud-* is needed")
    elif new.scope in (SERVER, WORKSPACE) and new.subject:
        raise Invalid(f"subject: a policy for the {new.scope} has none")
    if new.target_kind not in (STAGE, ALIAS):
        raise Invalid(f"target_kind: {STAGE} or {ALIAS}")
    if new.target_kind == ALIAS:
        rules.check_new_alias(new.target)
    elif new.target not in stages.ACTIVE:
        raise Invalid(f"target: a policy protects one of {', '.join(stages.ACTIVE)}, or an alias")


def _check_comment(comment: str) -> None:
    if len(comment) > MAX_COMMENT:
        raise Invalid(f"comment: at most {MAX_COMMENT} characters")


def _user_id(name: str) -> int:
    row = User.objects.filter(key=name_key(name), deleted_at=None).values_list("pk", "kind").first()
    if row is None:
        raise Missing(f"User with username={name} not found")
    if row[1] != User.Kind.PERSON:
        raise Invalid(f"{name} is a service account, and service accounts never approve")
    return int(row[0])


def _team_id(name: str) -> int:
    found = Team.objects.filter(key=name_key(name)).values_list("pk", flat=True).first()
    if found is None:
        raise Missing(f"Team with name={name} not found")
    return int(found)


DIRECTORY = Directory(_user_id, _team_id)
