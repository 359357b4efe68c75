"""Registry webhooks: of a model for whoever may MANAGE it, of the whole registry for whoever may MANAGE the workspace."""

from dataclasses import dataclass
from typing import Any

from apps.access import policy
from apps.access.levels import Level
from apps.access.queries.workspaces import access_workspace, require_known
from apps.core.actor import Actor
from apps.core.errors import Denied, Missing
from apps.notices.models.webhooks import DATABRICKS
from apps.notices.queries import webhooks
from apps.notices.records import DeliveryRecord, WebhookRecord
from apps.registry.access import MODEL, access_model, access_model_by_id
from apps.registry.models import RegisteredModel
from apps.registry.models.registered import ACTIVE


@dataclass(frozen=True, slots=True)
class RegistryWebhook:
    """A webhook and the name of the model that it is narrowed to, "" for one of the whole registry."""

    webhook: WebhookRecord
    model: str


def list_managed_webhooks(actor: Actor) -> list[RegistryWebhook]:
    """Every webhook of the registry that the actor may manage, of models and of the whole registry, the newest first.

    Raises Missing (the workspace).
    """
    of_models = webhooks.list_narrowed_webhooks(actor, DATABRICKS)
    names = _managed_models(actor, {webhook.thing for webhook in of_models if webhook.thing})
    found = [RegistryWebhook(webhook, names[webhook.thing]) for webhook in of_models if webhook.thing in names]
    if may_manage_registry(actor):
        of_all, _ = webhooks.list_webhooks(actor, DATABRICKS, max_results=webhooks.MOST)
        found += [RegistryWebhook(webhook, "") for webhook in of_all]
    return sorted(found, key=lambda one: -one.webhook.created_at)


def may_manage_registry(actor: Actor) -> bool:
    """Whether the actor may have webhooks of the whole registry."""
    try:
        access_workspace(actor, actor.workspace, "workspace.share")
    except (Denied, Missing):
        return False
    return True


def list_managed_models(actor: Actor, limit: int = 500) -> list[str]:
    """Names of the models of the actor's workspace that may have a webhook of the actor's."""
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    if actor.limits:
        return []
    rows: Any = policy.annotate(RegisteredModel.objects.filter(workspace_id=workspace.id, lifecycle=ACTIVE), actor, MODEL)
    return list(rows.filter(level__gte=Level.MANAGE).order_by("name").values_list("name", flat=True)[:limit])


def _managed_models(actor: Actor, ids: set[int]) -> dict[int, str]:
    if actor.limits:
        return {}
    rows: Any = policy.annotate(RegisteredModel.objects.filter(pk__in=ids, lifecycle=ACTIVE), actor, MODEL)
    return dict(rows.filter(level__gte=Level.MANAGE).values_list("pk", "name"))


def get_registry_webhook(actor: Actor, webhook_id: str) -> RegistryWebhook:
    """One webhook with its model. Raises Missing, Denied."""
    thing = access_thing(actor, webhook_id)
    webhook = webhooks.get_webhook(actor, webhook_id, DATABRICKS, thing=thing)
    return RegistryWebhook(webhook, model_name_of(actor, webhook))


def list_registry_webhooks(
    actor: Actor, *, model_name: str = "", events: list[str] | None = None, max_results: int = 100, page_token: str = ""
) -> tuple[list[WebhookRecord], str]:
    """A page of a model's webhooks, or of the registry's without a name, and the next token. Raises Invalid, Missing, Denied."""
    thing = access_model(actor, model_name, "model.share").id if model_name else None
    return webhooks.list_webhooks(
        actor, DATABRICKS, thing=thing, max_results=max_results, page_token=page_token, events=events or None
    )


def list_registry_deliveries(actor: Actor, webhook_id: str) -> list[DeliveryRecord]:
    """The newest deliveries of a registry webhook. Raises Missing, Denied."""
    return webhooks.list_deliveries(actor, webhook_id, DATABRICKS, thing=access_thing(actor, webhook_id))


def access_thing(actor: Actor, webhook_id: str) -> int | None:
    """The key of the model that a webhook is narrowed to, if the actor may MANAGE it; None for one of the registry.

    Raises Missing, Denied.
    """
    thing = webhooks.find_thing(actor, webhook_id, DATABRICKS)
    if thing is not None:
        access_model_by_id(actor, thing, "model.share")
    return thing


def model_name_of(actor: Actor, webhook: WebhookRecord) -> str:
    """The name of the model that a webhook is narrowed to, "" if it is not."""
    require_known(actor)
    found = RegisteredModel.objects.filter(pk=webhook.thing or 0).values_list("name", flat=True).first()
    return found or ""
