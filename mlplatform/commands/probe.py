"""Tells by its exit code whether the web, worker, runner or beat of this container does its work: for health checks.

No Django is loaded, so it costs little beside what it asks.
"""

import argparse
import os
import socket
import time
from urllib.error import URLError
from urllib.request import urlopen

from mlplatform import environment

SECONDS = 4
# The clock writes down what it sent every three minutes.
SILENT_SECONDS = 600


def main(arguments: list[str]) -> int:
    """0 if it does, 1 with a line that says why not."""
    parser = argparse.ArgumentParser(prog="manage.py probe", description=__doc__)
    parser.add_argument("role", choices=["web", "worker", "runner", "beat"])
    role = parser.parse_args(arguments).role
    problem = {"web": _web, "beat": _beat}.get(role, lambda: _node(role))()
    if problem:
        print(f"{role}: {problem}")
    return 1 if problem else 0


def _web() -> str:
    """Its own process alone: a database that is away must not get healthy processes killed."""
    port = environment.integer("MLPLATFORM_PORT", 8000, 1, 65535)
    host = environment.text("MLPLATFORM_HOST", "127.0.0.1")
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    try:
        with urlopen(f"http://{host}:{port}/health", timeout=SECONDS) as answer:
            return "" if answer.status == 200 else f"answered {answer.status}"
    except (URLError, OSError) as error:
        return f"does not answer: {error}"


def _node(role: str) -> str:
    """Whether the worker of this machine answers over the broker."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)  # with it, Celery would load Django
    from celery import Celery

    broker = environment.broker(environment.redis(), environment.embedded_socket(environment.home()))
    app = Celery("probe", broker=broker)
    app.conf.update(broker_transport_options={"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS, "max_retries": 0})
    try:
        answers = app.control.ping(destination=[f"{role}@{socket.gethostname()}"], timeout=SECONDS, limit=1)
    except Exception as error:  # kombu raises a family of its own for each transport
        return f"the broker does not answer: {error}"
    return "" if answers else "no answer over the broker"


def _beat() -> str:
    """Whether it wrote its notes lately."""
    notes = list(environment.home().glob("beat*"))
    if not notes:
        return "has not begun"
    silent = time.time() - max(path.stat().st_mtime for path in notes)
    return f"silent for {silent:.0f} s" if silent > SILENT_SECONDS else ""
