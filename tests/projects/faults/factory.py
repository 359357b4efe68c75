"""A whole platform with worker and broker, as `manage.py run` starts it, and executions on it."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from tests.projects.real.repositories import repository
from tests.support import processes, session
from tests.support.server import LiveServer

PRELUDE = """
import json, os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlplatform.settings")
import django
django.setup()
from apps.accounts.models import User
from apps.accounts.queries.actors import actor_for_user
from apps.core.actor import Actor
from apps.projects.queries import logs
from apps.projects.records import NewExecution
from apps.projects.services import executions
admin = actor_for_user(User.objects.get(username="admin"), "token")
"""


class Factory:
    """Repositories, submissions and what becomes of them, for a server in a process of its own."""

    def __init__(self, base: Path, **environment: str):
        self.repositories = base / "repositories"
        self.repositories.mkdir()
        self.server = LiveServer(
            base / "home", worker=True, MLPLATFORM_PROJECT_ROOTS=str(self.repositories), MLPLATFORM_JOB_UID="64400", **environment
        )

    def repository(self, name: str, files: dict[str, str]) -> str:
        """Make one; answers with its address."""
        repository(self.repositories / name, files)
        return str(self.repositories / name)

    def call(self, program: str) -> object:
        """Run a program inside the platform's own code; the JSON that it prints last."""
        done = subprocess.run(
            [sys.executable, "-c", PRELUDE + program],
            cwd=session.CHECKOUT, env=self.server.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1])

    def submit(self, uri: str, count: int = 1, **new: object) -> list[int]:
        """Queue executions; their ids. `priorities`: one for each."""
        facts = {"uri": uri, "experiment_id": "0", **new}
        priorities = facts.pop("priorities", [0] * count)
        return self.call(
            f"print(json.dumps([executions.submit(admin, NewExecution(**{facts!r}, priority=p)) for p in {priorities!r}]))"
        )

    def cancel(self, pk: int) -> None:
        """As the administrator."""
        self.call(f"executions.cancel(admin, {pk}); print(0)")

    def log(self, pk: int) -> str:
        """The whole log."""
        return self.call(f"print(json.dumps(logs.read_log(admin, {pk}, limit=4_000_000).data.decode()))")

    def rows(self, columns: str, where: str = "1=1 ORDER BY id") -> list[tuple]:
        """Rows of the executions, read past the platform."""
        with closing(sqlite3.connect(f"file:{self.server.home / 'db.sqlite3'}?mode=ro", uri=True, timeout=20)) as database:
            return database.execute(f"SELECT {columns} FROM projects_execution WHERE {where}").fetchall()

    def state(self, pk: int) -> str:
        """The state of one."""
        return self.rows("state", f"id={pk}")[0][0]

    def wait(self, pk: int, *states: str, seconds: float = 60) -> float:
        """Wait until it is in one of the states; the seconds that it took."""
        begin = time.monotonic()
        processes.wait_for(
            lambda: self.state(pk) in states, seconds * processes.patience(), f"execution {pk} {states}", self.server.log
        )
        return time.monotonic() - begin

    def job_processes(self, pk: int, attempt: int = 1) -> list[int]:
        """Processes that carry the mark of the attempt."""
        base = str((self.server.home / "runtime").resolve())
        instance = hashlib.sha256(base.encode()).hexdigest()[:6]
        return processes.marked("MLPLATFORM_JOB", f"x{pk}-{attempt}-{instance}")

    def workers(self) -> tuple[int, list[int]]:
        """(the Celery worker's main process, its pool)."""
        found = [pid for pid in self.server.processes() if b"--worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        main = next(pid for pid in found if _parent(pid) not in found)
        return main, [pid for pid in found if pid != main]

    def holder(self, pk: int, attempt: int = 1) -> int:
        """The pool process that runs the attempt."""
        pool = self.workers()[1]
        for pid in self.job_processes(pk, attempt):
            while pid > 1:
                pid = _parent(pid)
                if pid in pool:
                    return pid
        raise AssertionError("nobody holds it")

    def broker(self) -> int:
        """The embedded broker's process."""
        return next(
            pid for pid in processes.descendants(self.server._leash) if "valkey-server" in os.readlink(f"/proc/{pid}/exe")
        )


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0
