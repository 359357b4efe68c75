"""Changes of webhooks of both kinds behind one face, for our own API and the pages."""

from typing import Any

from apps.access.queries.workspaces import require_known
from apps.core.actor import Actor
from apps.core.errors import Invalid
from apps.notices.records import WebhookRecord
from apps.notices.services import deliveries, webhooks
from apps.notices.services.deliveries import Outcome
from apps.notices.services.webhooks import NewWebhook, WebhookChange
from apps.registry.queries.hooks import MLFLOW, is_mlflow
from apps.registry.services import webhooks as of_registry
from apps.registry.services.webhooks import NewRegistryWebhook


def create_hook(actor: Actor, kind: str, said: dict[str, Any]) -> WebhookRecord:
    """A new one from the fields of NewWebhook or NewRegistryWebhook; those that a kind has not are refused unless they are empty.

    Raises Invalid, Missing, Denied.
    """
    require_known(actor)
    if is_mlflow(actor, kind):
        new = {name: value for name, value in said.items() if not (name in ("model_name", "authorization") and not value)}
        if unknown := set(new) & {"model_name", "authorization"}:
            raise Invalid(f"Webhooks of MLflow's kind have no {' and no '.join(sorted(unknown))}")
        return webhooks.create_webhook(actor, NewWebhook(MLFLOW, **new))
    new = {name: value for name, value in said.items() if name != "name" or value}
    if "name" in new:
        raise Invalid("Webhooks of the registry have no name: describe them")
    return of_registry.create_registry_webhook(actor, NewRegistryWebhook(**new))


def change_hook(actor: Actor, kind: str, webhook_id: str, what: WebhookChange) -> WebhookRecord:
    """Change what is given. Raises Invalid, Missing, Denied."""
    require_known(actor)
    if is_mlflow(actor, kind):
        return webhooks.update_webhook(actor, webhook_id, MLFLOW, what)
    return of_registry.update_registry_webhook(actor, webhook_id, what)


def delete_hook(actor: Actor, kind: str, webhook_id: str) -> None:
    """Remove it with its log. Raises Missing, Denied."""
    require_known(actor)
    if is_mlflow(actor, kind):
        webhooks.delete_webhook(actor, webhook_id, MLFLOW)
    else:
        of_registry.delete_registry_webhook(actor, webhook_id)


def try_hook(actor: Actor, kind: str, webhook_id: str, event: str) -> Outcome:
    """Send an example now and tell what came of it. Raises Invalid, Missing, Denied."""
    require_known(actor)
    if is_mlflow(actor, kind):
        return deliveries.try_webhook(actor, webhook_id, MLFLOW, event)
    return of_registry.try_registry_webhook(actor, webhook_id, event)


def redeliver(actor: Actor, kind: str, webhook_id: str, delivery_id: str) -> str:
    """Send an old delivery again; the new one's id. Raises Missing, Invalid, Denied."""
    require_known(actor)
    if is_mlflow(actor, kind):
        return deliveries.redeliver(actor, webhook_id, delivery_id, MLFLOW)
    return of_registry.redeliver_registry_webhook(actor, webhook_id, delivery_id)
