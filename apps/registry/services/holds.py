"""Keeping the evidence of versions that stand in protected stages and aliases."""

from collections.abc import Iterable

from apps.access.queries.workspaces import require_admin, require_known
from apps.core.actor import Actor
from apps.core.transactions import atomic
from apps.experiments.models import Hold
from apps.experiments.services.holds import place_hold, release_hold
from apps.registry import evidence
from apps.registry.governance import Governing, governing, of_targets, targets_of, versions_in
from apps.registry.models import ModelVersion, Policy
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


def repair_holds(actor: Actor) -> int:
    """Place the holds that are missing: of a version that moved in the moment in which its policy was made. How many."""
    require_admin(actor, "request.execute")
    missing: list[int] = []
    for policy in Policy.objects.filter(retired_at=None).order_by("pk"):
        standing = versions_in(policy)
        held = set(Hold.objects.filter(key__in=[_key(pk) for pk in standing]).values_list("key", flat=True))
        missing += [pk for pk in standing if _key(pk) not in held]
    _refresh(actor, sorted(set(missing)))
    return len(set(missing))


@atomic
def _refresh(actor: Actor, version_ids: list[int]) -> None:
    refresh_holds(actor, version_ids)


def _key(version_id: int) -> str:
    return f"version:{version_id}"
