"""Projects of the manager as pages show them; nothing runs."""

import io
import zipfile

import pytest

from apps.access.levels import Level
from apps.core import jobs
from apps.core.actor import Actor
from apps.projects.models import Project
from apps.projects.records import NewExecution, NewProject
from apps.projects.services import executions, leases, projects

SYSTEM = Actor.system("tests")
URI = "https://github.com/acme/iris.git"
OFFER = {
    "name": "iris",
    "environment": "python",
    "environment_file": "python_env.yaml",
    "image": "",
    "has_file": True,
    "entry_points": [
        {
            "name": "main",
            "command": "python train.py {alpha} {data}",
            "parameters": [
                {"name": "alpha", "type": "float", "default": "0.1"},
                {"name": "data", "type": "uri", "default": None},
                {"name": "note", "type": "string", "default": ""},
            ],
        },
        {"name": "check", "command": "python check.py", "parameters": []},
    ],
}


@pytest.fixture(autouse=True)
def sent(monkeypatch) -> list:
    """Names of the jobs that would have been sent to workers."""
    names: list = []
    monkeypatch.setattr(jobs, "_send", lambda name, args, countdown: names.append(name))
    return names


@pytest.fixture
def project(people, worlds) -> int:
    """A project of the manager's that was looked at; the editor may run it, the reader see it."""
    actor = people.manager.actor
    pk = projects.create_project(actor, NewProject("iris", URI, ref="main", experiment_id=worlds.here.experiment_id))
    ready(pk)
    for name, level in (("editor", Level.USE), ("reader", Level.READ)):
        projects.put_grant(actor, pk, level, user=name)
    return pk


def ready(pk: int, **facts) -> None:
    """As if a worker had looked at it."""
    Project.objects.filter(pk=pk).update(**{"inspection": "READY", "offer": OFFER, "inspected_commit": "8c41f2e" * 5, **facts})


def submit(people, project: int, **new) -> int:
    """An execution of the editor's."""
    new = {"params": {"data": "https://host/d.csv"}, **new}
    return executions.submit(people.editor.actor, NewExecution(project_id=project, **new))


def take(pk: int):
    """As if a worker had taken it; it is the next in the queue."""
    claimed = leases.claim(SYSTEM, "gpu-03")
    assert claimed.id == pk
    return claimed


def zipped(**files) -> bytes:
    """A zip; `__` in a name is a dot."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return content.getvalue()
