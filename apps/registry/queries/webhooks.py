"""Registry webhooks: of a model for whoever may MANAGE it, of the whole registry for whoever may MANAGE the workspace."""

from apps.access.queries.workspaces import require_known
from apps.core.actor import Actor
from apps.notices.models.webhooks import DATABRICKS
from apps.notices.queries import webhooks
from apps.notices.records import DeliveryRecord, WebhookRecord
from apps.registry.access import access_model, access_model_by_id
from apps.registry.models import RegisteredModel


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
