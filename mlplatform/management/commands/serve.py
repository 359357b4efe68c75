"""Serves pages and API, or works (--worker, --beat): the production parts of run, without set-up and embedded services."""

import os
import warnings
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from celery.exceptions import SecurityWarning
from django.conf import settings
from django.core.management.base import BaseCommand

from mlplatform import prepare


class Command(BaseCommand):
    """`serve` for the web, `serve --worker [--beat]` for tasks; `serve --beat` alone never comes here (commands/__init__.py)."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--worker", action="store_true", help="run tasks instead of serving pages and API")
        parser.add_argument("--beat", action="store_true", help="send the scheduled tasks; exactly one process may do this")
        parser.add_argument(
            "--prepare", action="store_true", help="first migrate, create the administrator, collect static files"
        )

    def handle(self, *args: Any, worker: bool, beat: bool, prepare: bool, **options: Any) -> None:
        """Start; returns when the process is told to stop."""
        if worker:
            _work(beat)
        else:
            _serve(prepare)


def _serve(with_preparation: bool) -> None:
    if with_preparation:
        prepare.prepare()
    else:
        prepare.check()
    _share_numbers()
    from mlplatform.webserver import WebServer

    WebServer().run()


def _share_numbers() -> None:
    """An empty folder in which the web processes keep their Prometheus numbers together.

    The library reads the variable when it is first imported, so nothing above may import it.
    """
    folder = Path(settings.HOME) / "metrics"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink(missing_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _work(beat: bool) -> None:
    prepare.check()
    from mlplatform.celery import app

    # Celery warns of root because of pickle, which we do not accept.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    # Workers find each other for nothing that we use: without gossip and mingle they start a second sooner.
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    app.start(["--quiet", "worker", "--loglevel=WARNING", *alone, *(["--beat"] if beat else [])])
