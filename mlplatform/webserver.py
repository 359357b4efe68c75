"""Gunicorn with our settings: threads, one loaded application for all its processes. docs/adr/0002 says why this server."""

import gc
import select
import signal
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.urls import get_resolver
from gunicorn.app.base import BaseApplication
from gunicorn.http import wsgi
from gunicorn.workers.gthread import ThreadWorker
from prometheus_client import multiprocess

from apps.core import stopping
from mlplatform import environment as env
from mlplatform import lifeline, patience

LINGER_MILLISECONDS = 5
PACKET = 16 * 1024  # bytes of a body that are worth a copy


def options() -> dict[str, Any]:
    """Gunicorn's settings, from ours and from the environment."""
    host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
    return {
        "bind": f"{host}:{settings.PORT}",
        "worker_class": Worker,
        "workers": env.integer("MLPLATFORM_WEB_WORKERS", 3, 1, 256),
        "threads": env.integer("MLPLATFORM_WEB_THREADS", 24, 1, 1024),
        # Loaded once and forked: half the processor time at the start, and the processes share their memory.
        "preload_app": True,
        "timeout": 60,
        "graceful_timeout": env.integer("MLPLATFORM_GRACEFUL_SECONDS", 30, 1, 3600),
        "keepalive": 75,
        "limit_request_line": 8190,
        "limit_request_field_size": 16380,
        # Forwarding headers are ours to judge (middleware.trust), by MLPLATFORM_TRUSTED_PROXIES.
        "forwarded_allow_ips": "",
        "secure_scheme_headers": {},
        "control_socket_disable": True,
        "loglevel": "warning",
        "accesslog": "-" if env.flag("MLPLATFORM_ACCESS_LOG") else None,
        "proc_name": "mlplatform-web",
        "pre_fork": _before_fork,
        "post_fork": _after_fork,
        "post_worker_init": _ready,
        "child_exit": _forget_numbers,
    }


class Worker(ThreadWorker):
    """gunicorn's threads, which stay with their connection for a moment after each answer.

    A job that logs sends its next request a fraction of a millisecond after the answer. Handing the connection back to the thread
    that watches the idle ones, which hands it to the next free thread, costs more processor time than answering /health.
    """

    def handle(self, conn: Any) -> Any:
        """Answer a request, and what follows it at once. Returns what ThreadWorker.handle does: whether the connection stays."""
        stays = super().handle(conn)
        while stays is True and self._has_time() and follows_at_once(conn):
            stays = super().handle(conn)
        return stays

    def _has_time(self) -> bool:
        """Nobody else waits for a thread, and the server is not about to stop."""
        return self.alive and self.tpool._work_queue.empty()


def follows_at_once(conn: Any) -> bool:
    """Whether the client of a kept connection says more within a few milliseconds."""
    if conn.parser.unreader.buf.getvalue():
        return True
    poll = select.poll()
    poll.register(conn.sock, select.POLLIN)
    return bool(poll.poll(LINGER_MILLISECONDS))


class Answer(wsgi.Response):
    """gunicorn's answer, of which the headers and a short body leave as one packet: gunicorn sends two, for which the client is
    woken twice."""

    headers_sent: bool
    _ready = b""

    def send_headers(self) -> None:
        """Send them, with what has been kept for the purpose by `write`."""
        if not self.headers_sent:
            lines = [*self.default_headers(), *(f"{name}: {value}\r\n" for name, value in self.headers), "\r\n"]
            self.headers_sent = True
            self.sock.sendall("".join(lines).encode("latin-1") + self._ready)

    def write(self, data: bytes) -> None:
        """Send a part of the body, the headers before it."""
        if self.headers_sent or self.response_length != len(data) or len(data) > PACKET or self._omits_body:
            super().write(data)
            return
        self._ready, self.sent = data, len(data)
        self.send_headers()


class WebServer(BaseApplication):
    """`WebServer().run()` serves until it is told to stop."""

    def load_config(self) -> None:
        wsgi.Response = Answer  # what `wsgi.create` makes; gthread passes no `response_class`
        for name, value in options().items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Iterable[bytes]]:
        """The application, imported when settings and environment are complete; addresses load now, not at the first call."""
        from mlplatform.wsgi import application

        get_resolver()._populate()
        return application


def _before_fork(_arbiter: Any, _worker: Any) -> None:
    """Objects of the loaded application stay out of the collector, whose marks would copy their pages into each process."""
    gc.collect()
    gc.freeze()


def _after_fork(_arbiter: Any, _worker: Any) -> None:
    lifeline.die_with_parent()
    patience.install()


def _ready(_worker: Any) -> None:
    _tell_who_waits()
    lifeline.say_ready()


def _tell_who_waits() -> None:
    """At SIGTERM answers without an end (a followed log) end too, instead of holding their threads until they are killed."""
    stop: Any = signal.getsignal(signal.SIGTERM)

    def asked(number: int, frame: Any) -> None:
        stopping.ASKED.set()
        stop(number, frame)

    signal.signal(signal.SIGTERM, asked)
    signal.siginterrupt(signal.SIGTERM, False)


def _forget_numbers(_arbiter: Any, worker: Any) -> None:
    multiprocess.mark_process_dead(worker.pid)
