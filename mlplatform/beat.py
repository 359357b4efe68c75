"""`manage.py serve --beat`: the clock that sends what stands in schedule.py. It loads no Django, which halves its memory."""

import os
import sys
from typing import NoReturn

# With it, Celery would load Django and every task.
os.environ.pop("DJANGO_SETTINGS_MODULE", None)

from celery import Celery

from mlplatform import environment, lifeline, schedule


def main() -> NoReturn:
    """Send until told to stop."""
    home = environment.home()
    app = Celery("mlplatform", broker=environment.broker(environment.redis(), environment.embedded_socket(home)))
    app.conf.update(
        beat_schedule=schedule.ENTRIES,
        beat_schedule_filename=str(home / "beat"),
        broker_connection_retry_on_startup=True,
        task_ignore_result=True,
        timezone="UTC",
    )
    lifeline.say_ready()
    app.start(["--quiet", "beat", "--loglevel=WARNING", "--pidfile="])
    sys.exit(0)  # told to stop, Celery's clock comes back here, and who called us would go on to serve pages
