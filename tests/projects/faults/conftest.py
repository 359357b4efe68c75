"""A factory to be broken."""

import os
from pathlib import Path

import pytest

from tests.projects.faults.factory import Factory


@pytest.fixture
def factory(tmp_path: Path):
    for folder in [tmp_path, *tmp_path.parents]:
        if folder.stat().st_uid == os.getuid() and str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    made = Factory(tmp_path)
    made.server.start()
    yield made
    made.server.kill()
