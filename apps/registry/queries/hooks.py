"""Both kinds of webhooks behind one face, for our own API and the pages: MLflow's for administrators, and the registry's."""

from dataclasses import dataclass

from apps.access.queries.workspaces import require_known
from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.notices.queries import webhooks
from apps.notices.records import DeliveryRecord, WebhookRecord
from apps.registry.queries import webhooks as of_registry

MLFLOW, REGISTRY = "mlflow", "registry"
KINDS = (MLFLOW, REGISTRY)


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook, its kind in addresses, and the name of its model ("" for all)."""

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
        found, _ = of_registry.list_registry_webhooks(actor, model_name=model, max_results=webhooks.MOST)
        return [Hook(REGISTRY, webhook, model) for webhook in found]
    hooks = [Hook(REGISTRY, one.webhook, one.model) for one in of_registry.list_managed_webhooks(actor)]
    if actor.is_admin:
        found, _ = webhooks.list_webhooks(actor, MLFLOW, max_results=webhooks.MOST)
        hooks += [Hook(MLFLOW, webhook, "") for webhook in found]
    return sorted(hooks, key=lambda hook: -hook.webhook.created_at)


def get_hook(actor: Actor, kind: str, webhook_id: str) -> Hook:
    """One of them. Raises Missing, Denied."""
    if is_mlflow(actor, kind):
        return Hook(kind, webhooks.get_webhook(actor, webhook_id, MLFLOW), "")
    found = of_registry.get_registry_webhook(actor, webhook_id)
    return Hook(kind, found.webhook, found.model)


def list_log(actor: Actor, kind: str, webhook_id: str) -> list[DeliveryRecord]:
    """Its newest deliveries. Raises Missing, Denied."""
    if is_mlflow(actor, kind):
        return webhooks.list_deliveries(actor, webhook_id, MLFLOW)
    return of_registry.list_registry_deliveries(actor, webhook_id)


def is_mlflow(actor: Actor, kind: str) -> bool:
    """Which of the kinds it is. Raises Missing for another word."""
    require_known(actor)
    if kind not in KINDS:
        raise Missing(f"There are no webhooks of kind '{kind}': use {MLFLOW} or {REGISTRY}")
    return kind == MLFLOW
