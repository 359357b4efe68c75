"""Serves pages and API, or works (--worker, --runner, --beat): the parts of run for production, without set-up and broker."""

import contextlib
import os
import stat
import warnings
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from celery.exceptions import SecurityWarning
from django.conf import settings
from django.core.management.base import BaseCommand

from mlplatform import environment, prepare


class Command(BaseCommand):
    """`serve` for the web, `serve --worker [--beat]` for tasks, `serve --runner` for projects; both may be one process.

    `serve --beat` alone never comes here (commands/__init__.py).
    """

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--worker", action="store_true", help="run tasks instead of serving pages and API")
        parser.add_argument("--runner", action="store_true", help="run projects, which the worker then leaves alone")
        parser.add_argument("--beat", action="store_true", help="send the scheduled tasks; exactly one process may do this")
        parser.add_argument(
            "--prepare", action="store_true", help="first migrate, create the administrator, collect static files"
        )

    def handle(self, *args: Any, worker: bool, runner: bool, beat: bool, prepare: bool, **options: Any) -> None:
        """Start; returns when the process is told to stop."""
        if worker or runner:
            _work(worker, runner, beat)
        else:
            _serve(prepare)


def _serve(with_preparation: bool) -> None:
    if with_preparation:
        prepare.prepare()
    else:
        prepare.check()
    folder = _share_numbers()
    from mlplatform.webserver import WebServer

    me = os.getpid()
    try:
        WebServer().run()
    finally:
        # The processes that the server forked come by here too.
        if os.getpid() == me:
            _empty(folder)
            if folder == environment.numbers_folder(settings.HOME):
                with contextlib.suppress(OSError):
                    folder.rmdir()


def _share_numbers() -> Path:
    """An empty folder in which the web processes keep their Prometheus numbers together.

    The library reads the variable when it is first imported, so nothing above may import it. Several webs on one home folder
    need a folder each, or one that starts empties the other's: then the variable is set from outside.
    """
    folder = Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR") or environment.numbers_folder(settings.HOME))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
        # Somebody else was there first, in a folder where everybody may make one.
        folder = Path(settings.HOME) / "metrics"
        folder.mkdir(mode=0o700, exist_ok=True)
    _empty(folder)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    return folder


def _empty(folder: Path) -> None:
    for old in folder.glob("*.db"):
        old.unlink(missing_ok=True)


def _work(worker: bool, runner: bool, beat: bool) -> None:
    prepare.check()
    from mlplatform.celery import app

    # Celery warns of root because of pickle, which we do not accept.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    # Workers find each other for nothing that we use: without gossip and mingle they start a second sooner.
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    app.start(["--quiet", "worker", "--loglevel=WARNING", *alone, *roles(worker, runner), *(["--beat"] if beat else [])])


def roles(worker: bool, runner: bool) -> list[str]:
    """Celery's options for what a process does: which queues it takes from, how many processes it has, what it is called.

    Executions have processes of their own, so that however many run, the other tasks go on. A runner without places keeps one
    process, which finds that there is none.
    """
    queues = [*([settings.CELERY_TASK_DEFAULT_QUEUE] if worker else []), *([settings.EXECUTION_QUEUE] if runner else [])]
    node = "worker" if worker else "runner"
    count = (settings.WORKER_PROCESSES if worker else 0) + (settings.EXECUTION_SLOTS if runner else 0)
    return [f"--queues={','.join(queues)}", f"--concurrency={max(count, 1)}", f"--hostname={node}@%h"]
