"""Where a version could go from where it stands, and what is before each way."""

from dataclasses import dataclass

from apps.access.levels import Level
from apps.core.actor import Actor
from apps.registry import acts, stages
from apps.registry.access import access_model, access_version
from apps.registry.governance import Governing, archives, bound_aliases, governing, of_targets, targets_of
from apps.registry.models import Alias
from apps.registry.models.policies import ALIAS
from apps.registry.standing import holders_of, previous_in
from apps.registry.subjects import Subject, touched


@dataclass(frozen=True, slots=True)
class Move:
    """One stage. `policies` are the labels of those that the move has to pass; `holders` the numbers of what stands there."""

    stage: str
    is_current: bool
    holders: list[int]
    policies: list[str]
    archives: bool  # what the policies say of those that stand there


@dataclass(frozen=True, slots=True)
class Moves:
    """The ways of one version. `protected` are the aliases of the model that policies guard or bind, `is_guarded` whether it
    stands where one does: then deleting it takes a request.
    """

    level: Level
    stages: list[Move]
    protected: frozenset[str]
    is_guarded: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in the active stages of a model now, and what a roll-back would bring back; aliases that policies guard."""

    holders: dict[str, list[int]]
    previous: dict[str, int]
    protected: frozenset[str]


def version_moves(actor: Actor, name: str, version: str) -> Moves:
    """The ways of a version. Raises Invalid, Missing."""
    found = access_version(actor, name, version, "model_version.read")
    policies = governing(found.model.workspace_id, found.model.name)
    holders = holders_of(found.model.id)
    ways = []
    for stage in stages.ALL:
        before = of_targets(policies, touched(Subject(found.model, found, acts.TRANSITION, stage), policies))
        there = [number for number in holders.get(stage, []) if number != found.number]
        labels = [policy.label for policy in before]
        ways.append(Move(stage, stage == found.stage, there, labels, archives(before, stage)))
    aliases = Alias.objects.filter(version_id=found.id).values_list("name", flat=True)
    is_guarded = bool(policies and of_targets(policies, targets_of(found.stage, aliases)))
    return Moves(found.model.level, ways, _protected(policies), is_guarded)


def model_standing(actor: Actor, name: str) -> Standing:
    """What stands where in a model. Raises Invalid, Missing."""
    model = access_model(actor, name, "model.read")
    before = {stage: number for stage in stages.ACTIVE if (number := previous_in(model.id, stage)) is not None}
    return Standing(holders_of(model.id), before, _protected(governing(model.workspace_id, model.name)))


def _protected(policies: list[Governing]) -> frozenset[str]:
    guarded = {policy.target for policy in policies if policy.kind == ALIAS}
    return frozenset(guarded.union(*[bound_aliases(policies, stage) for stage in stages.ALL]))
