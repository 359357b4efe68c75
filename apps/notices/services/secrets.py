"""Secrets of webhooks and chats under the newest key."""

from django.db import models

from apps.access.queries.workspaces import require_admin
from apps.core import cipher
from apps.core.actor import Actor
from apps.core.transactions import atomic
from apps.notices.models import ChatChannel, PersonalChat, Webhook

_COLUMNS: tuple[tuple[type[models.Model], str], ...] = (
    (Webhook, "secret"),
    (Webhook, "authorization"),
    (ChatChannel, "url"),
    (PersonalChat, "url"),
)


@atomic
def renew_all(actor: Actor) -> int:
    """Encrypt every stored secret with the newest key, after one was put in front of the older ones. Answers how many.

    Raises Unavailable if one of them cannot be read with any of the keys; then nothing is changed.
    """
    require_admin(actor, "secrets.renew")
    count = 0
    for table, column in _COLUMNS:
        rows = table._default_manager.select_for_update().filter(**{f"{column}__isnull": False}).values_list("pk", column)
        for pk, value in list(rows):
            table._default_manager.filter(pk=pk).update(**{column: cipher.renew(value)})
            count += 1
    return count
