"""The platform that the demo plays on: the one that runs, else one that it starts; its people, and calls in their name."""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from mlplatform import lifeline

CHECKOUT = Path(__file__).resolve().parent.parent
START_SECONDS = 120


class Stopped(SystemExit):
    """The demo cannot go on; its text says why."""


class Platform:
    """One server at one address; `process` if we started it."""

    def __init__(self, base: str):
        self.base = base
        self.process: subprocess.Popen[bytes] | None = None
        self._tokens: dict[str, str] = {}

    def is_there(self) -> bool:
        """Whether a platform answers at the address."""
        try:
            with urlopen(f"{self.base}/health", timeout=5) as answer:
                return answer.status == 200
        except (URLError, OSError):
            return False

    def start(self) -> None:
        """Start everything as `manage.py run` does, and wait until it answers. It ends when we do."""
        command = [sys.executable, str(CHECKOUT / "manage.py"), "run"]
        self.process = subprocess.Popen(
            command, start_new_session=True, preexec_fn=lambda: lifeline.die_with_parent(signal.SIGINT)
        )
        deadline = time.monotonic() + START_SECONDS
        while not self.is_there():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise Stopped("The platform did not start; what it said stands above")
            time.sleep(0.3)

    def stop(self) -> None:
        """Ctrl-C for the one that we started."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()

    def manage(self, *arguments: str) -> str:
        """A management command on the same home; its standard output. Raises Stopped."""
        done = subprocess.run(
            [sys.executable, str(CHECKOUT / "manage.py"), *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Stopped(f"manage.py {arguments[0]}: {done.stderr.strip().splitlines()[-1] if done.stderr else 'failed'}")
        return done.stdout.strip()

    def token(self, name: str) -> str:
        """A token of that person for a day; made once."""
        if name not in self._tokens:
            self._tokens[name] = self.manage("create_token", name, "--label", "demo", "--days", "1")
        return self._tokens[name]

    def call(self, name: str, method: str, path: str, body: Any = None) -> Any:
        """A call of the own API in somebody's name; its JSON. Bytes go as they are. Raises Refused."""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        headers = {"Authorization": f"Bearer {self.token(name)}", "Content-Type": kind}
        try:
            with urlopen(Request(f"{self.base}/api/v1/{path}", data, headers, method=method), timeout=60) as answer:
                return json.loads(answer.read() or b"null")
        except HTTPError as error:
            told = error.read()
            raise Refused(error.code, json.loads(told).get("message", "") if told.startswith(b"{") else "") from None

    def client(self, name: str, program: str, *arguments: str) -> list[str]:
        """Run one of the programs beside this file with the official client as that person; shows and returns its lines."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "MLPLATFORM_", "DJANGO_"))}
        own = {
            "MLFLOW_TRACKING_URI": self.base,
            "MLFLOW_TRACKING_TOKEN": self.token(name),
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "GIT_PYTHON_REFRESH": "quiet",
        }
        command = [sys.executable, str(Path(__file__).with_name(program)), *arguments]
        lines = []
        with tempfile.TemporaryDirectory(prefix="mlplatform-demo-") as folder:
            running = subprocess.Popen(
                command, cwd=folder, env=clean | own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            for line in running.stdout or ():
                lines.append(line.rstrip())
                if line.startswith(("digits", "breast cancer")):
                    say(f"  {lines[-1]}")
            if running.wait():
                raise Stopped("\n".join([*lines[-15:], f"{program} failed"]))
        return lines

    def person(self, name: str, display_name: str) -> int:
        """The id of that account, made if it is missing; nobody knows its password, an administrator can set one."""
        new = {"username": name, "display_name": display_name, "password": secrets.token_urlsafe(24)}
        try:
            return self.call("admin", "POST", "users/", new)["id"]
        except Refused:
            found = self.call("admin", "GET", f"users/?q={quote(name)}")["items"]
            return next(user["id"] for user in found if user["username"] == name)


class Refused(Exception):
    """The server's answer to a call that it did not follow."""

    def __init__(self, status: int, message: str):
        super().__init__(f"{status} {message}")
        self.status = status


def say(text: str) -> None:
    """One line for who watches."""
    print(text, flush=True)
