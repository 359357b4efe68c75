"""Both kinds of webhooks behind one face for the pages: MLflow's, which administrators have, and the registry's."""

from dataclasses import dataclass
from typing import Any

from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.notices.events import DATABRICKS_EVENTS, MLFLOW_EVENTS
from apps.notices.queries import webhooks as queries
from apps.notices.records import DeliveryRecord, WebhookRecord
from apps.notices.services import deliveries, webhooks
from apps.notices.services.deliveries import Outcome
from apps.notices.services.webhooks import NewWebhook, WebhookChange
from apps.registry.queries import webhooks as registry_queries
from apps.registry.services import webhooks as registry_services
from apps.registry.services.webhooks import NewRegistryWebhook

MLFLOW, REGISTRY = "mlflow", "registry"
EVENTS: dict[str, tuple[str, ...]] = {MLFLOW: tuple(MLFLOW_EVENTS), REGISTRY: DATABRICKS_EVENTS}


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook as the pages know it: its kind in addresses, and the name of its model ("" for all)."""

    kind: str
    webhook: WebhookRecord
    model: str

    @property
    def title(self) -> str:
        """What to call it."""
        return self.webhook.name or self.webhook.description.split("\n")[0][:80] or self.webhook.url


def list_hooks(actor: Actor, model: str = "") -> list[Hook]:
    """Those that the actor may manage, the newest first; with `model` only that model's. Raises Missing, Denied."""
    if model:
        found, _ = registry_queries.list_registry_webhooks(actor, model_name=model, max_results=queries.MOST)
        return [Hook(REGISTRY, webhook, model) for webhook in found]
    hooks = [Hook(REGISTRY, one.webhook, one.model) for one in registry_queries.list_managed_webhooks(actor)]
    if actor.is_admin:
        found, _ = queries.list_webhooks(actor, MLFLOW, max_results=queries.MOST)
        hooks += [Hook(MLFLOW, webhook, "") for webhook in found]
    return sorted(hooks, key=lambda hook: -hook.webhook.created_at)


def get(actor: Actor, kind: str, webhook_id: str) -> Hook:
    """One of them. Raises Missing, Denied."""
    if _is_mlflow(kind):
        return Hook(kind, queries.get_webhook(actor, webhook_id, MLFLOW), "")
    found = registry_queries.get_registry_webhook(actor, webhook_id)
    return Hook(kind, found.webhook, found.model)


def log(actor: Actor, kind: str, webhook_id: str) -> list[DeliveryRecord]:
    """Its newest deliveries. Raises Missing, Denied."""
    if _is_mlflow(kind):
        return queries.list_deliveries(actor, webhook_id, MLFLOW)
    return registry_queries.list_registry_deliveries(actor, webhook_id)


def create(actor: Actor, kind: str, said: dict[str, Any]) -> WebhookRecord:
    """A new one from the fields of its form. Raises Invalid, Missing, Denied."""
    if _is_mlflow(kind):
        return webhooks.create_webhook(actor, NewWebhook(MLFLOW, **said))
    return registry_services.create_registry_webhook(actor, NewRegistryWebhook(**said))


def change(actor: Actor, kind: str, webhook_id: str, what: WebhookChange) -> WebhookRecord:
    """Change what is given. Raises Invalid, Missing, Denied."""
    if _is_mlflow(kind):
        return webhooks.update_webhook(actor, webhook_id, MLFLOW, what)
    return registry_services.update_registry_webhook(actor, webhook_id, what)


def delete(actor: Actor, kind: str, webhook_id: str) -> None:
    """Remove it with its log. Raises Missing, Denied."""
    if _is_mlflow(kind):
        webhooks.delete_webhook(actor, webhook_id, MLFLOW)
    else:
        registry_services.delete_registry_webhook(actor, webhook_id)


def attempt(actor: Actor, kind: str, webhook_id: str, event: str) -> Outcome:
    """Send an example now and tell what came of it. Raises Invalid, Missing, Denied."""
    if _is_mlflow(kind):
        return deliveries.try_webhook(actor, webhook_id, MLFLOW, event)
    return registry_services.try_registry_webhook(actor, webhook_id, event)


def redeliver(actor: Actor, kind: str, webhook_id: str, delivery_id: str) -> str:
    """Send an old delivery again; the new one's id. Raises Missing, Invalid, Denied."""
    if _is_mlflow(kind):
        return deliveries.redeliver(actor, webhook_id, delivery_id, MLFLOW)
    return registry_services.redeliver_registry_webhook(actor, webhook_id, delivery_id)


def _is_mlflow(kind: str) -> bool:
    if kind not in EVENTS:
        raise Missing("There is no such page.")
    return kind == MLFLOW
