"""Registry webhooks, of a model or of the whole registry."""

from dataclasses import dataclass
from typing import Any

from apps.access.queries.workspaces import require_known
from apps.core.actor import Actor
from apps.core.transactions import atomic
from apps.notices.models.webhooks import DATABRICKS
from apps.notices.records import WebhookRecord
from apps.notices.services import deliveries, webhooks
from apps.notices.services.deliveries import Outcome
from apps.notices.services.webhooks import NewWebhook, WebhookChange
from apps.registry.access import access_model
from apps.registry.queries.webhooks import access_thing


@dataclass(frozen=True, slots=True)
class NewRegistryWebhook:
    """What somebody says of a registry webhook; without a model's name it is told of all models."""

    events: list[str]
    url: str
    model_name: str = ""
    description: str = ""
    status: str = "ACTIVE"
    secret: str = ""
    authorization: str = ""
    verify_tls: bool = True
    job: dict[str, Any] | None = None


@atomic
def create_registry_webhook(actor: Actor, new: NewRegistryWebhook) -> WebhookRecord:
    """A webhook. Needs MANAGE on the model, or on the workspace. Raises Invalid, Missing, Denied."""
    require_known(actor)
    thing = access_model(actor, new.model_name, "model.share").id if new.model_name else None
    said = NewWebhook(
        DATABRICKS, new.url, new.events, description=new.description, status=new.status, secret=new.secret,
        authorization=new.authorization, verify_tls=new.verify_tls, thing=thing, job=new.job,
    )  # fmt: skip
    return webhooks.create_webhook(actor, said)


@atomic
def update_registry_webhook(actor: Actor, webhook_id: str, change: WebhookChange) -> WebhookRecord:
    """Change what is given. Raises Invalid, Missing, Denied."""
    thing = access_thing(actor, webhook_id)
    return webhooks.update_webhook(actor, webhook_id, DATABRICKS, change, thing=thing)


@atomic
def delete_registry_webhook(actor: Actor, webhook_id: str) -> None:
    """Remove it. Raises Missing, Denied."""
    thing = access_thing(actor, webhook_id)
    webhooks.delete_webhook(actor, webhook_id, DATABRICKS, thing=thing)


def try_registry_webhook(actor: Actor, webhook_id: str, event: str = "") -> Outcome:
    """Send an example now. Raises Invalid, Missing, Denied."""
    thing = access_thing(actor, webhook_id)
    return deliveries.try_webhook(actor, webhook_id, DATABRICKS, event, thing=thing)


@atomic
def redeliver_registry_webhook(actor: Actor, webhook_id: str, delivery_id: str) -> str:
    """Send an old delivery again; the new one's id. Raises Missing, Invalid, Denied."""
    thing = access_thing(actor, webhook_id)
    return deliveries.redeliver(actor, webhook_id, delivery_id, DATABRICKS, thing=thing)
