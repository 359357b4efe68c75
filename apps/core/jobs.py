"""Waking a worker. The only way in which a room starts something later or calls up: by name, after commit."""

import logging
from typing import Any

from celery import current_app
from django.db import transaction

log = logging.getLogger(__name__)


def enqueue(name: str, *args: Any, countdown: float = 0) -> None:
    """Send the task `name` with JSON arguments once the current transaction has committed.

    A broker that is away loses nothing but time: the row is the truth, and a periodic sweep of the room that owns it
    dispatches what was missed. So a failure to send is logged, never raised into an acknowledged write.
    """
    transaction.on_commit(lambda: _send(name, args, countdown))


def _send(name: str, args: tuple[Any, ...], countdown: float) -> None:
    try:
        current_app.send_task(name, args=args, countdown=countdown, retry=False, ignore_result=True)
    except Exception as error:  # kombu raises a family of its own for each transport
        log.warning("task %s not sent, its sweep will find it: %s", name, error)
