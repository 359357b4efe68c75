"""A machine for executions: folders of the test's own, packages from a folder, repositories below an allowed root."""

import os
from pathlib import Path

import pytest

from apps.core.actor import Actor
from apps.projects.models import Execution
from apps.projects.queries import executions as queries
from apps.projects.queries import logs
from apps.projects.records import NewExecution
from apps.projects.services import executions, work
from apps.runtime import configuration, installers
from tests.projects.real.repositories import repository
from tests.support.people import People

SYSTEM = Actor.system("tests")


@pytest.fixture
def machine(tmp_path, settings, monkeypatch):
    """This machine as a worker with two slots; jobs live below the test's folder."""
    for folder in [tmp_path, *tmp_path.parents]:
        if folder.stat().st_uid == os.getuid() and str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    settings.RUNTIME_DIR = str(tmp_path / "runtime")
    settings.PROJECT_ROOTS = [str(tmp_path / "repositories")]
    settings.EXECUTION_SLOTS = 2
    settings.JOB_UID = 64300
    settings.WORKER_NAME = "tester"
    configuration.machine.cache_clear()
    index = tmp_path / "index"
    index.mkdir()
    monkeypatch.setattr(installers, "index_settings", lambda: {installers.NO_INDEX: "1", "UV_FIND_LINKS": str(index)})
    (tmp_path / "repositories").mkdir()
    yield Machine(tmp_path)
    configuration.machine.cache_clear()


class Machine:
    """What tests do with it."""

    def __init__(self, base: Path):
        self.base = base
        self.index = base / "index"
        self.repositories = base / "repositories"

    def repository(self, files: dict[str, str], name: str = "project") -> str:
        """Make a repository; answers with its address. `self.commit` is its commit."""
        self.commit = repository(self.repositories / name, files)
        return str(self.repositories / name)

    def submit(self, people: People, files: dict[str, str] | None = None, **new) -> int:
        """Queue an execution of the editor's, of a fresh repository with the files unless a source is given."""
        if files is not None:
            new["uri"] = self.repository(files)
        return executions.submit(people.editor.actor, NewExecution(**{"experiment_id": "0", **new}))

    def run(self, people: People, files: dict[str, str] | None = None, **new):
        """Submit, work, and answer with (the execution's record, its log without times)."""
        pk = self.submit(people, files, **new)
        assert work.drain(SYSTEM) == 1
        return queries.get_execution(people.editor.actor, pk), self.log(pk)

    def log(self, pk: int) -> str:
        """The log, its times taken off."""
        text = logs.read_log(SYSTEM, pk, limit=4_000_000).data.decode()
        return "\n".join(line.split("Z ", 1)[-1] for line in text.splitlines())

    def row(self, pk: int) -> Execution:
        """The row itself."""
        return Execution.objects.get(pk=pk)
