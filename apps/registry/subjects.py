"""What an act is about, and which policies stand before it."""

from dataclasses import dataclass

from apps.core.actor import Actor
from apps.core.errors import Invalid
from apps.registry import acts, rules, stages
from apps.registry.access import ModelAccess, VersionAccess, access_model, access_version
from apps.registry.governance import Governing, Target, binding_stages, bound_aliases, governing, holders, of_targets, targets_of
from apps.registry.models import Alias, ModelVersion, TransitionRequest
from apps.registry.models.policies import ALIAS, STAGE


@dataclass(frozen=True, slots=True)
class Subject:
    """An act on a model, or on one of its versions, with its target (a stage, an alias, a new name, or nothing)."""

    model: ModelAccess
    version: VersionAccess | None
    act: str
    target: str = ""

    @property
    def number(self) -> int | None:
        """The version's number."""
        return self.version.number if self.version else None

    @property
    def words(self) -> str:
        """The act as a noun phrase."""
        what = self.version.label if self.version else self.model.name
        return {
            acts.TRANSITION: f"{what} to {self.target}",
            acts.SET_ALIAS: f"alias {self.target} for {what}",
            acts.DELETE_ALIAS: f"removing alias {self.target} of {what}",
            acts.DELETE_VERSION: f"deleting {what}",
            acts.DELETE_MODEL: f"deleting {what}",
            acts.RENAME_MODEL: f"renaming {what} to {self.target}",
        }[self.act]


def access_subject(actor: Actor, name: str, version: str, act: str, target: str, needs: str, *, lock: bool = False) -> Subject:
    """The subject of a request as somebody writes it; `needs` is the act that the actor has to be allowed.

    Raises Invalid, Missing, Denied.
    """
    if act not in acts.ALL:
        raise Invalid(f"Invalid act '{act}'. Value must be one of {', '.join(acts.ALL)}.")
    if act in acts.OF_VERSION:
        found = access_version(actor, name, version, needs, lock=lock)
        subject = Subject(found.model, found, act, target)
    else:
        subject = Subject(access_model(actor, name, needs, lock=lock), None, act, target)
    return _as_bound(_with_target(subject))


def _as_bound(subject: Subject) -> Subject:
    """Setting an alias that a policy binds is the move to its stage; it cannot be deleted alone. Raises Invalid."""
    if subject.act not in (acts.SET_ALIAS, acts.DELETE_ALIAS):
        return subject
    bound = binding_stages(governing(subject.model.workspace_id, subject.model.name), subject.target)
    if not bound:
        return subject
    if subject.act == acts.DELETE_ALIAS:
        raise Invalid(f"Alias {subject.target} is bound to {bound[0]} by a policy: it goes when its holder is archived")
    if subject.version and subject.version.stage == bound[0]:
        return subject
    return Subject(subject.model, subject.version, acts.TRANSITION, bound[0])


def _with_target(subject: Subject) -> Subject:
    target = subject.target
    if subject.act == acts.TRANSITION:
        target = stages.parse(target)
    elif subject.act == acts.SET_ALIAS:
        rules.check_new_alias(target)
    elif subject.act == acts.DELETE_ALIAS:
        rules.check_alias(target)
    elif subject.act == acts.RENAME_MODEL:
        rules.check_model_name(target, "new_name")
    else:
        target = ""
    return Subject(subject.model, subject.version, subject.act, target)


def of_request(request: TransitionRequest, model: ModelAccess) -> Subject:
    """What a request is about, with the version as it is now."""
    version = None
    if request.version_id is not None:
        row = ModelVersion.objects.get(pk=request.version_id)
        version = VersionAccess(row.pk, row.number, row.stage, model)
    return Subject(model, version, request.act, request.target)


def touched(subject: Subject, policies: list[Governing]) -> list[Target]:
    """The stages and aliases whose meaning the act changes; the aliases that `policies` bind to a stage move along with it."""
    version = subject.version
    if subject.act == acts.TRANSITION:
        assert version is not None
        if version.stage == subject.target:
            return []
        stages_of_both = (version.stage, subject.target)
        bound = {alias for stage in stages_of_both for alias in bound_aliases(policies, stage)}
        return [*((STAGE, stage) for stage in stages_of_both), *((ALIAS, alias) for alias in sorted(bound))]
    if subject.act in (acts.SET_ALIAS, acts.DELETE_ALIAS):
        return [(ALIAS, subject.target)]
    if subject.act == acts.DELETE_VERSION:
        assert version is not None
        return targets_of(version.stage, Alias.objects.filter(version_id=version.id).values_list("name", flat=True))
    return [target for _, stage, aliases in holders(subject.model.id) for target in targets_of(stage, aliases)]


def applicable(subject: Subject) -> list[Governing]:
    """The policies that the act has to pass, in force now."""
    policies = governing(subject.model.workspace_id, subject.model.name)
    targets = touched(subject, policies)
    if subject.act == acts.RENAME_MODEL:
        known = {one.version_id for one in policies}
        policies += [one for one in governing(subject.model.workspace_id, subject.target) if one.version_id not in known]
    return of_targets(policies, targets)


def entered(act: str, target: str, policies: list[Governing]) -> list[Governing]:
    """Those of an act's policies into whose stage or alias it brings the version: their gates are asked; on the way out none is.

    An alias that one policy binds to a stage may be another's: it is entered with the stage.
    """
    coming = {target} if act == acts.SET_ALIAS else set()
    if act == acts.TRANSITION:
        coming = set(bound_aliases(policies, target))
    return [
        one
        for one in policies
        if (act == acts.TRANSITION and (one.kind, one.target) == (STAGE, target))
        or (one.kind == ALIAS and one.target in coming)
        or one.terms.bound_alias in coming
    ]
