"""Which policies apply. All that match a model and a target apply together, so none can loosen another."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from django.db.models import Q

from apps.registry import stages
from apps.registry.models import Alias, ModelVersion, Policy, PolicyVersion, RequestPolicy
from apps.registry.models.policies import ALIAS, CURRENT, MODEL, PATTERN, SERVER, STAGE, WORKSPACE
from apps.registry.models.registered import ACTIVE
from apps.registry.terms import Terms, load

Target = tuple[str, str]  # ("stage", "Production") or ("alias", "champion")


@dataclass(frozen=True, slots=True)
class Governing:
    """A policy in one of its versions, as it applies to a model."""

    policy_id: int
    version_id: int
    number: int
    scope: str
    subject: str
    kind: str
    target: str
    terms: Terms
    digest: str

    @property
    def label(self) -> str:
        """`7.3`: policy 7 in its third version."""
        return f"{self.policy_id}.{self.number}"

    @property
    def words(self) -> str:
        """What it is about."""
        what = self.target if self.kind == STAGE else f"alias {self.target}"
        where = {SERVER: "every model", WORKSPACE: "every model of the workspace", PATTERN: f"models like {self.subject}"}
        return f"{what} of {where.get(self.scope, self.subject)}"


def governing(workspace_id: int, name: str) -> list[Governing]:
    """The policies in force for a model of that name, whether it exists or not."""
    here = Q(policy__workspace_id=workspace_id)
    rows = PolicyVersion.objects.filter(
        Q(policy__scope=SERVER)
        | (here & Q(policy__scope=WORKSPACE))
        | (here & Q(policy__scope=MODEL, policy__subject=name))
        | ((here | Q(policy__workspace=None)) & Q(policy__scope=PATTERN)),
        state=CURRENT,
        policy__retired_at=None,
    )
    found = [of_row(row) for row in rows.select_related("policy").order_by("policy_id")]
    return [one for one in found if one.scope != PATTERN or matches(one.subject, name)]


def matches(pattern: str, name: str) -> bool:
    """Whether a name fits a pattern: `*` is any run of characters, `?` one, all else is itself, case too."""
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def of_row(row: PolicyVersion) -> Governing:
    """A policy version with its policy (select it along)."""
    policy = row.policy
    return Governing(
        policy.pk,
        row.pk,
        row.number,
        policy.scope,
        policy.subject,
        policy.target_kind,
        policy.target,
        load(row.terms),
        row.digest,
    )


def pinned(request_id: int) -> list[Governing]:
    """The policy versions that a request was opened under."""
    ids = RequestPolicy.objects.filter(request_id=request_id).values("policy_version_id")
    rows = PolicyVersion.objects.filter(pk__in=ids).select_related("policy").order_by("policy_id", "number")
    return [of_row(row) for row in rows]


def pinned_of(request_ids: Iterable[int]) -> dict[int, list[Governing]]:
    """The same for many requests at once."""
    found: dict[int, list[Governing]] = {}
    links = RequestPolicy.objects.filter(request_id__in=list(request_ids)).select_related("policy_version__policy")
    known: dict[int, Governing] = {}
    for link in links.order_by("policy_version_id"):
        if link.policy_version_id not in known:
            known[link.policy_version_id] = of_row(link.policy_version)
        found.setdefault(link.request_id, []).append(known[link.policy_version_id])
    return found


def of_targets(policies: Iterable[Governing], targets: Iterable[Target]) -> list[Governing]:
    """Those that protect one of the targets. A stage's policy protects the alias that it binds, too."""
    wanted = set(targets)
    return [
        one
        for one in policies
        if (one.kind, one.target) in wanted or (one.terms.bound_alias and (ALIAS, one.terms.bound_alias) in wanted)
    ]


def bound_aliases(policies: Iterable[Governing], stage: str) -> list[str]:
    """The aliases that move with a stage."""
    return sorted(
        {one.terms.bound_alias for one in policies if one.kind == STAGE and one.target == stage and one.terms.bound_alias}
    )


def binding_stages(policies: Iterable[Governing], alias: str) -> list[str]:
    """The stages that an alias is bound to."""
    found = {one.target for one in policies if one.kind == STAGE and one.terms.bound_alias == alias}
    return [stage for stage in stages.ALL if stage in found]


def targets_of(stage: str, aliases: Iterable[str]) -> list[Target]:
    """What a version in that stage with those aliases stands in."""
    return [(STAGE, stage), *((ALIAS, alias) for alias in aliases)]


def archives(policies: Iterable[Governing], stage: str) -> bool:
    """Whether moving into that stage archives what stands there."""
    return stage in stages.ACTIVE and any(
        one.terms.archive_existing for one in policies if one.kind == STAGE and one.target == stage
    )


def holders(model_id: int) -> list[tuple[int, str, list[str]]]:
    """(number, stage, aliases) of each version that is in a stage or has an alias."""
    found: dict[int, tuple[str, list[str]]] = {}
    staged = ModelVersion.objects.filter(model_id=model_id, lifecycle=ACTIVE).exclude(stage=stages.NONE)
    for number, stage in staged.values_list("number", "stage"):
        found[number] = (stage, [])
    for number, stage, alias in Alias.objects.filter(model_id=model_id).values_list("version__number", "version__stage", "name"):
        found.setdefault(number, (stage, []))[1].append(alias)
    return [(number, stage, aliases) for number, (stage, aliases) in sorted(found.items())]


def versions_in(policy: Policy) -> list[int]:
    """The versions that stand in what a policy protects, and those with the alias that it binds."""
    rows = ModelVersion.objects.filter(lifecycle=ACTIVE, model__lifecycle=ACTIVE)
    if policy.workspace_id is not None:
        rows = rows.filter(model__workspace_id=policy.workspace_id)
    if policy.scope == MODEL:
        rows = rows.filter(model__name=policy.subject)
    if policy.target_kind == STAGE:
        rows = rows.filter(stage=policy.target)
    else:
        rows = rows.filter(pk__in=Alias.objects.filter(name=policy.target).values("version_id"))
    found = rows.order_by("pk").values_list("pk", "model__name")
    return [pk for pk, name in found if policy.scope != PATTERN or matches(policy.subject, name)]
