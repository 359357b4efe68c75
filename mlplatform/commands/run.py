"""Runs the whole platform in the foreground, from a bare checkout: sets up, migrates, then broker, web and worker."""

import argparse
import fcntl
import os
import socket
import sys
from pathlib import Path
from typing import IO

from mlplatform import broker, environment
from mlplatform.supervisor import Part, Supervisor

CHECKOUT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """Run until Ctrl-C; 0 then, 1 if it could not start."""
    options = _parser().parse_args(arguments)
    for name in ("home", "host", "port"):
        if getattr(options, name) is not None:
            os.environ[f"MLPLATFORM_{name.upper()}"] = str(getattr(options, name))
    home = environment.home()
    os.environ["MLPLATFORM_HOME"] = str(home)
    lock = _only_one(home)
    host, port = environment.text("MLPLATFORM_HOST", "127.0.0.1"), environment.integer("MLPLATFORM_PORT", 8000, 1, 65535)
    _require_free(host, port)
    code = Supervisor(parts(home, host, port, with_worker=not options.without_worker), say=_say).run()
    lock.close()
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py run", description=__doc__)
    parser.add_argument("--home", help="folder of all local state (MLPLATFORM_HOME; default .mlplatform in the checkout)")
    parser.add_argument("--host", help="address to listen at (MLPLATFORM_HOST; default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen at (MLPLATFORM_PORT; default 8000)")
    parser.add_argument("--without-worker", action="store_true", help="no background tasks: pages and API only")
    return parser


def parts(home: Path, host: str, port: int, *, with_worker: bool) -> list[Part]:
    """The processes of one platform."""
    serve = [sys.executable, str(CHECKOUT / "manage.py"), "serve"]
    common = {"MLPLATFORM_SKIP_SETUP": "1", "MLPLATFORM_GRACEFUL_SECONDS": "2"}
    found: list[Part] = []
    if not environment.redis():
        found.append(embedded_broker(home))
        common["MLPLATFORM_EMBEDDED_BROKER"] = "1"
    found.append(Part("web", [*serve, "--prepare"], 1, common, on_ready=lambda: _welcome(host, port)))
    if with_worker:
        found.append(Part("worker", [*serve, "--worker", "--runner"], 2, common, wait=False))
        found.append(Part("beat", [*serve, "--beat"], 2, common, wait=False))
    return found


def embedded_broker(home: Path) -> Part:
    """Valkey, on its socket."""
    path = environment.embedded_socket(home)
    broker.make_way(path)
    return Part(
        "broker",
        broker.command(home, path),
        0,
        probe=lambda: broker.is_ready(path),
        repair=lambda: broker.set_aside(home),
        orphan_signal=15,  # it flushes its file before it goes
    )


def _only_one(home: Path) -> IO[str]:
    """Lock the home folder for as long as this process lives. The system forgets the lock when we die, however we do."""
    lock = open(home / "run.lock", "a+", encoding="utf-8")  # noqa: SIM115 - held open on purpose
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        raise environment.BadEnvironment(
            f"The platform already runs on {home} (process {lock.read().strip() or '?'}); stop it, or choose another --home"
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _require_free(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        raise environment.BadEnvironment(
            f"Cannot listen at {host} port {port}: {error.strerror}; choose another --host or --port"
        ) from None


def _welcome(host: str, port: int) -> None:
    address = environment.url("MLPLATFORM_PUBLIC_URL") or f"http://{'localhost' if host in ('0.0.0.0', '::') else host}:{port}"
    _say(
        f"\nMLPlatform is ready at {address}/\n\n"
        "Point an mlflow client at it (tokens: Settings, then Tokens):\n"
        f"  export MLFLOW_TRACKING_URI={address}\n"
        "  export MLFLOW_TRACKING_TOKEN=…      or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD\n"
    )


def _say(line: str) -> None:
    print(line, flush=True)
