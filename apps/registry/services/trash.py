"""Emptying the registry's trash for good. What happened stays in the activity and the audit.

May be killed and run again at any point.
"""

from dataclasses import dataclass

from django.db.models import QuerySet

from apps.access.queries.workspaces import require_admin
from apps.audit.services.rows import record
from apps.core.actor import Actor
from apps.core.transactions import atomic
from apps.notices.models.webhooks import DATABRICKS
from apps.notices.services.comments import forget_comments
from apps.notices.services.webhooks import forget_webhooks
from apps.registry.access import access_deleted_model, access_version
from apps.registry.models import ModelVersion, RegisteredModel, TransitionRequest
from apps.registry.models.registered import DELETED
from apps.registry.queries.comments import REQUEST, VERSION


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


def purge_model(actor: Actor, model_id: int) -> None:
    """Remove one model of the trash for good, with its versions. Raises Missing, Denied."""
    model = access_deleted_model(actor, model_id, "model.purge")
    _purge_model(actor, model.id, _EVER)


def purge_version(actor: Actor, name: str, version: str) -> None:
    """Remove one version of the trash for good; its number is not used again. Raises Missing, Denied."""
    found = access_version(actor, name, version, "model_version.purge", lifecycle=DELETED)
    _purge_version(actor, found.id, _EVER)


_EVER = 2**63 - 1


@atomic
def _purge_model(actor: Actor, pk: int, before: int) -> bool:
    """Looks again under a lock: somebody may have restored it meanwhile."""
    rows = RegisteredModel.objects.select_for_update(of=("self",)).select_related("workspace")
    model = rows.filter(pk=pk, lifecycle=DELETED, deleted_at__lt=before).first()
    if model is None:
        return False
    record(actor, "model.purge", noun="model", noun_id=pk, name=model.name, workspace=model.workspace.name)
    _forget(actor, ModelVersion.objects.filter(model=model), TransitionRequest.objects.filter(model=model))
    forget_webhooks(Actor.system("trash"), DATABRICKS, pk)
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
    _forget(actor, ModelVersion.objects.filter(pk=pk), TransitionRequest.objects.filter(version=version))
    version.delete()
    return True


def _forget(actor: Actor, versions: QuerySet[ModelVersion], requests: QuerySet[TransitionRequest]) -> None:
    """What was said to them goes with them."""
    forget_comments(Actor.system("trash"), VERSION, [str(pk) for pk in versions.values_list("pk", flat=True)])
    forget_comments(Actor.system("trash"), REQUEST, [str(pk) for pk in requests.values_list("pk", flat=True)])
