"""The real platform, started as a person starts it (`manage.py run`), in a home of its own on a free port."""

import base64
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from urllib3.exceptions import HTTPError

from mlplatform import environment
from tests.support import processes, session
from tests.support.http import Answer, HttpApi

ADMIN_PASSWORD = "correct horse battery staple"


def copy_tables(home: Path) -> None:
    """Lay a database with tables and nothing else into a home: migrating takes longer than all the rest of a first start."""
    made = session.once("tables", _make_tables)["database"]
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(made, home / "db.sqlite3")
    for place in (home / "db.sqlite3", home):  # some of these homes lose their power
        handle = os.open(place, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def _make_tables() -> dict[str, str]:
    home = session.FOLDER / "tables"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLPLATFORM_", "DJANGO_", "DATABASE_URL"))}
    told = {**kept, "MLPLATFORM_HOME": str(home), "MLPLATFORM_SKIP_SETUP": "1"}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    done = subprocess.run(command, cwd=session.CHECKOUT, env=told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return {"database": str(home / "db.sqlite3")}


class LiveServer:
    """One platform: web, embedded broker and, if asked for, worker. Kill and restart it as you like; the port stays.

    Its first start finds the tables of SQLite made, as they are made once for the session; if it is `bare`, it makes them.
    """

    def __init__(self, home: Path, database_url: str = "", worker: bool = False, bare: bool = False, **environment: str):
        self.home, self.worker, self.bare = home, worker, bare
        self.port = processes.free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = home.with_name(home.name + ".log")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("MLPLATFORM_", "DJANGO_"))},
            "MLPLATFORM_HOME": str(home),
            "MLPLATFORM_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "MLPLATFORM_SKIP_SETUP": "1",
            **environment,
        }
        self.environment.pop("DATABASE_URL", None)
        if database_url:
            self.environment["DATABASE_URL"] = database_url
        self._leash: int | None = None
        self._tokens: dict[str, str] = {}
        self._passwords = {"admin": self.environment["MLPLATFORM_ADMIN_PASSWORD"]}

    def start(self, seconds: float = 60) -> float:
        """Start and wait for /health; returns the seconds that it took."""
        if not (self.bare or "DATABASE_URL" in self.environment or (self.home / "db.sqlite3").exists()):
            copy_tables(self.home)
        command = [sys.executable, "manage.py", "run", "--home", str(self.home), "--host", "127.0.0.1", "--port", str(self.port)]
        began = time.monotonic()
        self._leash = processes.start_leashed(
            [*command, *([] if self.worker else ["--without-worker"])],
            self.log,
            stop=signal.SIGINT,
            env=self.environment,
            cwd=session.CHECKOUT,
        )
        processes.wait_for(self.is_healthy, seconds, "the platform", self.log)
        return time.monotonic() - began

    def is_healthy(self) -> bool:
        """Whether /health answers 200. Raises NeverReady when the process has ended."""
        if self._leash is None or not processes.alive(self._leash):
            raise processes.NeverReady("it has ended")
        with urlopen(f"{self.base}/health", timeout=5) as answer:
            return answer.status == 200

    def stop(self, seconds: float = 10) -> float:
        """Ctrl-C; returns the seconds until every process had ended."""
        began = time.monotonic()
        for child in processes.children(self._leash or 0) if processes.alive(self._leash or 0) else []:
            os.kill(child, signal.SIGINT)
        processes.wait_for(lambda: not self.processes(), seconds, "end of the platform", self.log)
        return time.monotonic() - began

    def kill(self) -> None:
        """SIGKILL for every process of it at once, and nothing of it stays in memory."""
        processes.kill_all(self.processes)
        shutil.rmtree(environment.numbers_folder(self.home), ignore_errors=True)

    def processes(self) -> list[int]:
        """Every process that was started for this home, wherever it went; our own leash too."""
        if self._leash is not None:
            processes.alive(self._leash)
        return processes.marked("MLPLATFORM_HOME", str(self.home))

    def web_workers(self) -> list[int]:
        """The processes that answer requests: those that hold the listening socket and have no children that do."""
        holders = [pid for pid in self.processes() if holds_port(pid, self.port)]
        return [pid for pid in holders if not set(processes.children(pid)) & set(holders)]

    def manage(self, *arguments: str, text: str | None = None) -> str:
        """Run a management command against this home; its standard output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=session.CHECKOUT, env=self.environment, input=text, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def create_user(self, name: str, admin: bool = False, password: str = "") -> None:
        """A person with that name. Asked for over the wire where the server is up: each command is a process that starts."""
        if not admin and self._makes(name, password):
            return
        options = [*(["--admin"] if admin else []), *(["--password-stdin"] if password else [])]
        self.manage("create_user", name, *options, text=password or None)

    def _makes(self, name: str, password: str) -> bool:
        answer = self._asked("admin", "users/create", {"username": name, "password": password or ADMIN_PASSWORD})
        if answer is not None and answer.status == 200:
            self._passwords[name] = password or ADMIN_PASSWORD
            return True
        return answer is not None and answer.error_code == "RESOURCE_ALREADY_EXISTS" and not password

    def token(self, name: str = "admin") -> str:
        """A token of that person; made once."""
        if name not in self._tokens:
            answer = self._asked(name, "/api/v1/tokens/", {"label": "tests"}) if name in self._passwords else None
            made = answer.json["token"] if answer is not None and answer.status == 201 else ""
            self._tokens[name] = made or self.manage("create_token", name, "--label", "tests").strip()
        return self._tokens[name]

    def _asked(self, name: str, path: str, body: dict[str, str]) -> Answer | None:
        """What the server says to that person with a password; None where it says nothing."""
        pair = base64.b64encode(f"{name}:{self._passwords[name]}".encode()).decode()
        try:
            return HttpApi(self.base, Authorization=f"Basic {pair}").post(path, body) if self._leash is not None else None
        except (OSError, HTTPError):
            return None

    def api(self, name: str | None = "admin", **headers: str) -> HttpApi:
        """A client that is that person; None: nobody."""
        return HttpApi(self.base, self.token(name) if name else "", **headers)


def holds_port(pid: int, port: int) -> bool:
    """Whether the process has the listening socket of 127.0.0.1:port open."""
    inodes = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and int(fields[1].rsplit(":", 1)[1], 16) == port:
            inodes.add(f"socket:[{fields[9]}]")
    try:
        return any(os.readlink(entry.path) in inodes for entry in os.scandir(f"/proc/{pid}/fd"))
    except OSError:
        return False
