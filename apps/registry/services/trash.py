"""Emptying the registry's trash for good. What happened stays in the activity and the audit.

May be killed and run again at any point.
"""

from dataclasses import dataclass

from apps.access.queries.workspaces import require_admin
from apps.audit.services.rows import record
from apps.core.actor import Actor
from apps.core.transactions import atomic
from apps.registry.models import ModelVersion, RegisteredModel
from apps.registry.models.registered import DELETED


@dataclass(slots=True)
class RegistryPurge:
    """What was removed, or would be in a dry run."""

    models: int = 0
    versions: int = 0


def purge_registry(actor: Actor, before: int, *, dry_run: bool = False) -> RegistryPurge:
    """Remove models and versions that were deleted before that moment (ms), each in a transaction of its own.

    Needs an administrator.
    """
    require_admin(actor, "trash.purge")
    trash = {"lifecycle": DELETED, "deleted_at__lt": before}
    report = RegistryPurge()
    for pk in list(RegisteredModel.objects.filter(**trash).order_by("pk").values_list("pk", flat=True)):
        report.models += dry_run or _purge_model(actor, pk, before)
    for pk in list(ModelVersion.objects.filter(**trash).order_by("pk").values_list("pk", flat=True)):
        report.versions += dry_run or _purge_version(actor, pk, before)
    return report


@atomic
def _purge_model(actor: Actor, pk: int, before: int) -> bool:
    """Looks again under a lock: somebody may have restored it meanwhile."""
    rows = RegisteredModel.objects.select_for_update(of=("self",)).select_related("workspace")
    model = rows.filter(pk=pk, lifecycle=DELETED, deleted_at__lt=before).first()
    if model is None:
        return False
    record(actor, "model.purge", noun="model", noun_id=pk, name=model.name, workspace=model.workspace.name)
    model.delete()
    return True


@atomic
def _purge_version(actor: Actor, pk: int, before: int) -> bool:
    rows = ModelVersion.objects.select_for_update(of=("self",)).select_related("model__workspace")
    version = rows.filter(pk=pk, lifecycle=DELETED, deleted_at__lt=before).first()
    if version is None:
        return False
    model = version.model
    noun_id = f"{model.pk}/{version.number}"
    record(actor, "model_version.purge", noun="model_version", noun_id=noun_id, name=model.name, workspace=model.workspace.name)
    version.delete()
    return True
