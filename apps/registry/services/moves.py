"""The moves themselves: stages and aliases change here and nowhere else.

Whoever calls has asked the policies and locked the model.
"""

from dataclasses import dataclass, field, replace

from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Conflict
from apps.registry import stages
from apps.registry.access import ModelAccess, VersionAccess, access_model
from apps.registry.governance import Governing, bound_aliases, governing
from apps.registry.lines import Line
from apps.registry.models import Alias, ModelVersion, RegisteredModel
from apps.registry.models.registered import ACTIVE
from apps.registry.services.announcing import tell_alias, tell_move
from apps.registry.services.history import note
from apps.registry.services.holds import refresh_holds
from apps.registry.sql.writers import upsert_alias


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why something moves, for its line in the history. All that moves together moves at one moment: there is no gap between."""

    kind: str = "transition"
    comment: str = ""
    system_comment: str = ""
    request_id: int | None = None
    policies: list[str] = field(default_factory=list)
    at: int = field(default_factory=now_ms)


def move_version(actor: Actor, version: VersionAccess, stage: str, archive_existing: bool, occasion: Occasion) -> None:
    """Bring a version into a stage, archive what stands there if asked, and move the bound aliases. Raises Conflict."""
    access_model(actor, version.model.name, "model.read")
    policies = governing(version.model.workspace_id, version.model.name)
    moved = [version.id]
    if archive_existing and stage != version.stage:
        moved += _archive_others(actor, version, stage, policies, occasion)
    _enter(version, stage, policies)
    RegisteredModel.objects.filter(pk=version.model.id).update(updated_at=now_ms())
    refresh_holds(actor, moved)
    _note_move(actor, version.model, version.number, version.stage, stage, occasion)


def _archive_others(actor: Actor, version: VersionAccess, stage: str, policies: list[Governing], occasion: Occasion) -> list[int]:
    others = ModelVersion.objects.filter(model_id=version.model.id, stage=stage, lifecycle=ACTIVE).exclude(pk=version.id)
    found = list(others.order_by("number").values_list("pk", "number"))
    why = replace(occasion, kind="transition", comment="", system_comment=f"version {version.number} moved to {stage}")
    for pk, number in found:
        _enter(VersionAccess(pk, number, stage, version.model), stages.ARCHIVED, policies)
        _note_move(actor, version.model, number, stage, stages.ARCHIVED, why)
    return [pk for pk, _ in found]


def _enter(version: VersionAccess, stage: str, policies: list[Governing]) -> None:
    """Compare and swap; then the aliases that the stage left and the stage entered bind."""
    now = now_ms()
    row = ModelVersion.objects.filter(pk=version.id, stage=version.stage, lifecycle=ACTIVE)
    since = {} if stage == version.stage else {"stage_since": now}
    if row.update(stage=stage, updated_at=now, **since) != 1:
        raise Conflict(f"{version.label} is not in {version.stage} any more")
    coming = bound_aliases(policies, stage)
    leaving = set(bound_aliases(policies, version.stage)) - set(coming)
    Alias.objects.filter(version_id=version.id, name__in=leaving).delete()
    for alias in coming:
        upsert_alias(version.model.id, alias, version.id)


def _note_move(actor: Actor, model: ModelAccess, number: int, old: str, new: str, occasion: Occasion) -> None:
    line = Line(
        occasion.kind, number, occasion.request_id, old, new,
        comment=occasion.comment, system_comment=occasion.system_comment, policies=occasion.policies, at=occasion.at,
    )  # fmt: skip
    tell_move(actor, model, number, old, new, note(actor, "model_version.transition", model, line))


def point_alias(actor: Actor, version: VersionAccess, alias: str, occasion: Occasion) -> None:
    """Let an alias point to a version; whichever had it before has it no more."""
    access_model(actor, version.model.name, "model.read")
    before = list(Alias.objects.filter(model_id=version.model.id, name=alias).values_list("version_id", flat=True))
    upsert_alias(version.model.id, alias, version.id)
    refresh_holds(actor, [version.id, *before])
    line = Line(
        "alias_set", version.number, occasion.request_id, alias=alias,
        comment=occasion.comment, system_comment=occasion.system_comment, policies=occasion.policies,
    )  # fmt: skip
    note(actor, "alias.set", version.model, line)
    tell_alias(actor, version.model, alias, version.number)


def drop_alias(actor: Actor, model: ModelAccess, alias: str, occasion: Occasion) -> bool:
    """Remove an alias; False if it was not there."""
    access_model(actor, model.name, "model.read")
    rows = Alias.objects.filter(model_id=model.id, name=alias)
    held = list(rows.values_list("version_id", "version__number"))
    if not held:
        return False
    rows.delete()
    refresh_holds(actor, [version_id for version_id, _ in held])
    line = Line(
        "alias_deleted", held[0][1], occasion.request_id, alias=alias,
        comment=occasion.comment, system_comment=occasion.system_comment, policies=occasion.policies,
    )  # fmt: skip
    note(actor, "alias.delete", model, line)
    tell_alias(actor, model, alias, None)
    return True
