"""deploy/compose.yaml without a container engine: the same command lines and environments as processes of this machine.

What the file says is read from the file, so that neither can drift; only names and folders that exist in containers alone are
replaced by what they mean here.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.support import processes, session
from tests.support.http import HttpApi

DEPLOY = session.CHECKOUT / "deploy"
WEBS = ("web-1", "web-2")
OURS = (*WEBS, "worker", "beat", "runner")
PASSWORD = "correct horse battery staple"
# What env.example leaves to whoever installs.
CHOSEN = {
    "MLPLATFORM_ADMIN_PASSWORD": PASSWORD,
    "MLPLATFORM_SECRET_KEY": "a key for tests only, of the length that is asked for",
    "POSTGRES_PASSWORD": "p0stgres",
}


def example() -> dict[str, str]:
    """The variables of env.example."""
    lines = [line for line in (DEPLOY / "env.example").read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def image() -> dict[str, str]:
    """ENV of the Dockerfile."""
    text = re.sub(r"\\\n\s*", "", (DEPLOY / "Dockerfile").read_text())
    found = [line.removeprefix("ENV ") for line in text.splitlines() if line.startswith("ENV ")]
    return dict(pair.split("=", 1) for line in found for pair in line.split())


def services(variables: dict[str, str]) -> dict[str, Any]:
    """The services of compose.yaml, with `${NAME}`, `${NAME:-default}` and `${NAME:?message}` filled in as compose does it."""

    def one(match: re.Match[str]) -> str:
        value = variables.get(match[1], "") or (match[3] if match[2] == "-" else "")
        assert value or match[2] == "-", f"{match[1]} must be set"
        return value

    def fill(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: fill(value) for key, value in node.items()}
        if isinstance(node, list):
            return [fill(value) for value in node]
        return re.sub(r"\$\{(\w+)(?::([-?])([^}]*))?\}", one, node) if isinstance(node, str) else node

    return fill(yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"])


class Installation:
    """The platform's services of compose.yaml, on a database, a broker and a store of this machine.

    `more` are variables that a compose.override.yaml would add to each of them.
    """

    def __init__(self, folder: Path, database_url: str, redis_url: str, s3: dict[str, str], **more: str):
        self.folder, self.s3, self.database_url, self.more = folder, s3, database_url, more
        folder.mkdir(parents=True, exist_ok=True)
        self.ports = {name: processes.free_port() for name in WEBS}
        self.proxy = shutil.which("nginx")
        self.port = processes.free_port() if self.proxy else self.ports["web-1"]
        self.base = f"http://127.0.0.1:{self.port}"
        keys = {name: s3[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
        self.variables = {**example(), **CHOSEN, **keys, "MLPLATFORM_PUBLIC_URL": self.base}
        self.services = services(self.variables)
        self.replaced = {
            f"postgresql://mlplatform:{CHOSEN['POSTGRES_PASSWORD']}@postgres:5432/mlplatform": database_url,
            "redis://valkey:6379/0": redis_url,
            "http://store:8333": s3["MLPLATFORM_S3_ENDPOINT_URL"],
            "http://nginx:8080": self.base,
            "172.30.57.10": "127.0.0.1",
        }
        self.leashes: dict[str, int] = {}

    # --- one service

    def environment(self, name: str) -> dict[str, str]:
        """What a process of that service finds in its environment."""
        service = self.services[name]
        told = {**image(), **{key: str(value) for key, value in service["environment"].items()}}
        del told["PATH"]
        ours = ("MLPLATFORM_", "DJANGO_", "AWS_", "MLFLOW_")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        here = {key: self._here(name, value) for key, value in told.items()}
        if name in self.ports:  # each container has a port 8000 of its own
            here |= {"MLPLATFORM_PORT": str(self.ports[name])}
        if "hostname" in service:
            here["MLPLATFORM_WORKER_NAME"] = service["hostname"]
        return {**kept, **here, "MLPLATFORM_HOST": "127.0.0.1", **self.more}

    def _here(self, name: str, value: str) -> str:
        value = self.replaced.get(value, value)
        for mount in self.services[name].get("volumes", []):
            volume, inside = mount.split(":")[:2]
            value = self._below(inside, value, self.folder / volume)
        value = self._below("/tmp", value, self.folder / f"tmp-{name}")
        return self._below("/app", value, self.folder / "app")

    @staticmethod
    def _below(inside: str, value: str, outside: Path) -> str:
        if value != inside and not value.startswith(f"{inside}/"):
            return value
        outside.mkdir(exist_ok=True)
        return str(outside) + value[len(inside) :]

    def command(self, name: str) -> list[str]:
        """Its command line, by this Python."""
        program, *rest = self.services[name]["command"]
        assert program == "python"
        return [sys.executable, *rest]

    def log(self, name: str) -> Path:
        """What it printed."""
        return self.folder / f"{name}.log"

    def start(self, name: str) -> None:
        """Start one service and wait until its health check of compose.yaml is content."""
        self.leashes[name] = processes.start_leashed(
            self.command(name), self.log(name), env=self.environment(name), cwd=session.CHECKOUT
        )
        processes.wait_for(lambda: self.is_healthy(name), 60, name, self.log(name))

    def is_healthy(self, name: str) -> bool:
        """Its health check; NeverReady when it has ended."""
        if not processes.alive(self.leashes[name]):
            raise processes.NeverReady("it has ended")
        kind, program, *rest = self.services[name]["healthcheck"]["test"]
        assert (kind, program) == ("CMD", "python")
        return self.run(name, *rest).returncode == 0

    def stop(self, name: str) -> None:
        """As an engine stops a container: told once, and it has to end within the time that compose.yaml gives it."""
        leash = self.leashes.pop(name)
        os.kill(leash, signal.SIGTERM)
        seconds = int(self.services[name]["stop_grace_period"].removesuffix("s"))
        processes.wait_for(lambda: not processes.alive(leash), seconds, f"end of {name}", self.log(name))

    def run(self, service: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another process in the container of a service: `docker compose exec SERVICE python …`."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=session.CHECKOUT, env=self.environment(service), capture_output=True, text=True, check=False,
        )  # fmt: skip

    def manage(self, service: str, *arguments: str) -> str:
        """A management command there; its standard output."""
        done = self.run(service, "manage.py", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr[-3000:]
        return done.stdout

    # --- all of them

    def up(self, *names: str) -> "Installation":
        """`docker compose up`: prepare first, then the others at once, then the proxy."""
        done = self.run("prepare", *self.command("prepare")[1:])
        assert done.returncode == 0, done.stdout + done.stderr
        for name in names or OURS:
            self.leashes[name] = processes.start_leashed(
                self.command(name), self.log(name), env=self.environment(name), cwd=session.CHECKOUT
            )
        for name in names or OURS:
            processes.wait_for(lambda name=name: self.is_healthy(name), 60, name, self.log(name))
        if self.proxy:
            self.start_proxy()
        return self

    def start_proxy(self) -> None:
        """nginx with nginx.conf, its addresses and folders replaced."""
        text = (DEPLOY / "nginx.conf").read_text()
        here = self.folder / "nginx"
        here.mkdir()
        changes = {
            "listen 8080;": f"listen 127.0.0.1:{self.port};",
            "/tmp/": f"{here}/",
            "/etc/nginx/artifacts.conf": str(DEPLOY / "artifacts.conf"),
            "worker_processes auto;": "worker_processes 1;" + (" user root;" if os.getuid() == 0 else ""),
            **{f"{self.address(name)}:8000": f"127.0.0.1:{self.ports[name]}" for name in WEBS},
        }
        for old, new in changes.items():
            assert old in text, old
            text = text.replace(old, new)
        (here / "nginx.conf").write_text(text)
        command = [str(self.proxy), "-p", here, "-c", here / "nginx.conf", "-g", "daemon off;"]
        self.leashes["nginx"] = processes.start_leashed(command, self.log("nginx"))
        processes.wait_for(lambda: processes.listening(self.port), 20, "nginx", self.log("nginx"))

    def address(self, name: str) -> str:
        """The fixed address of a service."""
        return str(self.services[name]["networks"]["front"]["ipv4_address"])

    def down(self) -> None:
        """Stop whatever runs; nobody waits for connections that tests left open."""
        for leash in self.leashes.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(leash, signal.SIGTERM)
        for leash in self.leashes.values():
            processes.stop_process(leash, seconds=3)
        self.leashes = {}

    def token(self, name: str = "admin") -> str:
        """A token, made in the worker's container."""
        return self.manage("worker", "create_token", name, "--label", "tests").strip()

    def api(self, token: str, base: str = "") -> HttpApi:
        """A client with that token; by the proxy unless another address is given."""
        return HttpApi(base or self.base, token)
