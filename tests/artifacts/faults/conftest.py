"""The real platform, and uploads that are as bad as networks make them."""

import contextlib
import hashlib
import socket
import struct
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.http import HttpApi
from tests.support.server import LiveServer

PROXY = "/api/2.0/mlflow-artifacts/artifacts"


class Target:
    """A run on a server whose artifacts are written to and looked at."""

    def __init__(self, server: LiveServer):
        self.server = server
        self.api: HttpApi = server.api()
        info = self.api.post("runs/create", {"experiment_id": "0"}).ok["run"]["info"]
        self.root = f"0/{info['run_id']}/artifacts"

    @property
    def folder(self) -> Path:
        """Where the server keeps artifacts."""
        return Path(self.server.environment.get("MLPLATFORM_ARTIFACT_ROOT") or self.server.home / "artifacts")

    def url(self, path: str) -> str:
        return f"{PROXY}/{self.root}/{path}"

    def put(self, path: str, data: bytes):
        return self.api.put(self.url(path), data)

    def sha(self, path: str) -> str:
        answer = self.api.get(self.url(path))
        assert answer.status == 200, answer
        return hashlib.sha256(answer.body).hexdigest()

    def names(self) -> list[str]:
        return [item["path"] for item in self.api.get(PROXY, path=self.root).ok.get("files", [])]

    def temporary(self) -> list[Path]:
        """What lies in staging."""
        return list((self.folder / "staging").iterdir())

    def connect(self, path: str, *headers: str, token: str | None = None) -> socket.socket:
        """A connection on which the head of a PUT has been sent."""
        parts = urlsplit(self.server.base)
        raw = socket.create_connection((parts.hostname, parts.port), timeout=60)
        head = [
            f"PUT {self.url(path)} HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {token or self.server.token()}",
            *headers,
            "",
            "",
        ]
        raw.sendall("\r\n".join(head).encode())
        return raw


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Without worker, its own: some of these tests kill it."""
    server = LiveServer(tmp_path_factory.mktemp("artifacts") / "home")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def target(server):
    return Target(server)


def reset(raw: socket.socket) -> None:
    """Go away as a crashed machine does: RST, not FIN."""
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raw.close()


def answer_of(raw: socket.socket) -> int | None:
    """The status of the answer, None if the server only closed."""
    data = b""
    with contextlib.suppress(OSError):
        while b"\r\n" not in data and (block := raw.recv(4096)):
            data += block
    raw.close()
    return int(data.split()[1]) if data else None
