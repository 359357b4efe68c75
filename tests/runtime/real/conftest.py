"""A place for jobs that other users may pass through, and every level of isolation that this machine can do."""

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from apps.runtime import folders
from apps.runtime.isolation import Isolation, Job, candidates
from apps.runtime.limits import Limits
from apps.runtime.logs import LogWriter
from apps.runtime.supervision import Ending, supervise

FIRST_UID = 64200
LEVELS = ["namespaces", "process"] + (["bwrap"] if shutil.which("bwrap") else [])


def isolation_of(level: str) -> Isolation:
    found = candidates(level, FIRST_UID)
    assert found, f"{level} is not to be had on this machine"
    return found[0]


class Bench:
    """Runs small programs as jobs below one folder."""

    def __init__(self, base: Path, isolation: Isolation):
        self.base, self.isolation = base, isolation
        self.count = 0

    def job(self, script: str, limits: Limits | None = None, **changes) -> Job:
        """A job that runs a shell script."""
        self.count += 1
        name = f"{self.base.name}-{self.count}"
        job = Job(name, ("/bin/bash", "-c", script), folders.create(self.base, name), limits=limits or Limits(seconds=60))
        return replace(job, **changes)

    def python(self, program: str, limits: Limits | None = None, **changes) -> Job:
        """A job that runs a Python program with the system's Python, or ours where it has none."""
        job = self.job("", limits, **changes)
        (job.folders.work / "program.py").write_text(program)
        return replace(job, argv=(system_python(), "program.py"))

    def run(self, job: Job, on_tick=None, grace: float = 2.0, secrets=()) -> tuple[Ending, str]:
        """(how it ended, its log without times)."""
        with LogWriter(job.folders.path / "log", secrets, job.limits.log) as log:
            ending = supervise(job, self.isolation, log, on_tick, tick_seconds=0.2, grace=grace)
        text = (job.folders.path / "log").read_text(errors="replace")
        return ending, "\n".join(line.split("Z ", 1)[-1] for line in text.splitlines())


def system_python() -> str:
    """A Python that every user of the machine can start."""
    return "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else os.path.realpath(sys.executable)


@pytest.fixture(params=LEVELS)
def bench(request, tmp_path):
    for folder in [tmp_path, *tmp_path.parents]:
        if folder.stat().st_uid == os.getuid() and str(folder).startswith("/tmp/") and folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o011)
    return Bench(tmp_path, isolation_of(request.param))
