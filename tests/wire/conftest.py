"""The official client as a process of its own, in an empty folder, with nothing but a URL and a token."""

import functools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.server import LiveServer
from tests.support.session import CHECKOUT


class Job:
    """Somebody's training script: runs Python code with the environment of a client."""

    def __init__(self, server: LiveServer, folder: Path, token: str):
        self.server, self.folder, self.token = server, folder, token

    def run(self, code: str, python: str = sys.executable, seconds: float = 150, **environment: str) -> str:
        """Run the code; what it printed. Fails the test if it fails."""
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MLPLATFORM_", "DJANGO_", "MLFLOW_", "DATABASE_URL"))
        }
        client = {
            "MLFLOW_TRACKING_URI": self.server.base,
            "MLFLOW_TRACKING_TOKEN": self.token,
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "HOME": str(self.folder),
        }
        done = subprocess.run(
            [python, "-c", code],
            cwd=self.folder,
            env=clean | client | environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def json(self, code: str, **environment: str):
        """Run the code; the JSON of its last line."""
        return json.loads(self.run(code, **environment).strip().splitlines()[-1])


@pytest.fixture
def job(platform: LiveServer, tmp_path: Path) -> Job:
    """A job of an ordinary person."""
    platform.create_user("jo")
    return Job(platform, tmp_path, platform.token("jo"))


@pytest.fixture
def job_of(platform: LiveServer, tmp_path: Path) -> Callable[[str], Job]:
    """`job_of("ann")`: a job of that person, whose account is made if need be."""

    def made(name: str) -> Job:
        platform.create_user(name)
        return Job(platform, tmp_path, platform.token(name))

    return made


def make_environment(folder: Path, name: str, python: str = sys.executable) -> str:
    """An environment of the packages of requirements/client-<name>.txt, checked against their hashes; its interpreter."""
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "venv", "--quiet", "--python", python, str(folder)], check=True)
    made = str(folder / "bin/python")
    lock = str(CHECKOUT / f"requirements/client-{name}.txt")
    subprocess.run([uv, "pip", "install", "--quiet", "--python", made, "--require-hashes", "-r", lock], check=True)
    return made


@pytest.fixture(scope="session")
def client_python(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """`client_python("2")`: the interpreter of that client's own environment, made when it is first asked for."""
    return functools.cache(lambda name: make_environment(tmp_path_factory.mktemp(f"client-{name}") / "venv", name))


@pytest.fixture(scope="session")
def python_2x(client_python: Callable[[str], str]) -> str:
    """The interpreter of an environment with the locked 2.x client."""
    return client_python("2")
