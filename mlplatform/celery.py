"""The Celery application. Tasks stand in the `tasks.py` of each room; what beat sends stands in schedule.py."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_before_create_process, worker_process_init, worker_ready

from mlplatform import lifeline

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlplatform.settings")
# Celery would run all of Django's checks, which load every address and view: a second and 30 MB that a worker has no use for.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("mlplatform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_before_create_process.connect
def _freeze(**_kwargs: Any) -> None:
    """Pool processes share what is loaded: the collector's marks would copy its pages into each."""
    gc.collect()
    gc.freeze()


@worker_process_init.connect
def _tie_pool_process(**_kwargs: Any) -> None:
    """A pool process must not outlive its worker, however that one died."""
    lifeline.die_with_parent()


@worker_ready.connect
def _say_ready(**_kwargs: Any) -> None:
    lifeline.say_ready()
