"""Keeping the evidence of versions that stand in protected stages and aliases."""

from collections.abc import Iterable

from apps.access.queries.workspaces import require_known
from apps.core.actor import Actor
from apps.experiments.services.holds import place_hold, release_hold
from apps.registry import evidence
from apps.registry.governance import Governing, governing, of_targets, targets_of
from apps.registry.models import ModelVersion
from apps.registry.models.registered import ACTIVE
from apps.registry.sql import rows


def refresh_holds(actor: Actor, version_ids: Iterable[int]) -> None:
    """Place or release the hold of each version, as policies and where it stands now say. Within the caller's transaction."""
    require_known(actor)
    known: dict[int, list[Governing]] = {}
    keys = sorted(set(version_ids))
    found = ModelVersion.objects.filter(pk__in=keys).select_related("model").prefetch_related("aliases").order_by("pk")
    for version in found:
        model = version.model
        policies = known.setdefault(model.pk, governing(model.workspace_id, model.name))
        aliases = [alias.name for alias in version.aliases.all()]
        there = version.lifecycle == ACTIVE and model.lifecycle == ACTIVE
        against = of_targets(policies, targets_of(version.stage, aliases)) if there else []
        if against:
            where = ", ".join(sorted({one.target for one in against}))
            runs, models = evidence.subjects(rows.version_by_pk(version.pk))
            place_hold(actor, _key(version.pk), f"version {version.number} of {model.name} in {where}", runs, models)
        else:
            release_hold(actor, _key(version.pk))


def _key(version_id: int) -> str:
    return f"version:{version_id}"
