"""`docker_env` on a real engine, from an image that is made of this machine's own shell."""

import os
import re
import shutil
import subprocess
import tarfile

import pytest

from apps.experiments.queries.runs import get_run
from apps.projects import containers
from apps.projects.services import executions, work
from tests.projects.services.conftest import SYSTEM
from tests.projects.services.test_executions_ending import beside, printed, wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("podman") is None, reason="podman is not installed"),
]

TOOLS = ["sh", "cat", "ls", "sleep", "env", "id", "touch"]
IMAGE = "localhost/tiny:1"


def image_archive(path):
    """A root with a shell and a handful of tools, as podman imports it."""
    files = {}
    for tool in TOOLS:
        real = shutil.which(tool)
        files[f"bin/{tool}"] = os.path.realpath(real)
        listed = subprocess.run(["ldd", real], capture_output=True, text=True, check=False).stdout
        files |= {found.lstrip("/"): os.path.realpath(found) for found in re.findall(r"(/\S+)", listed)}
    with tarfile.open(path, "w") as archive:
        for name, real in files.items():
            archive.add(real, arcname=name)
        folder = tarfile.TarInfo("tmp")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o1777
        archive.addfile(folder)
    return path


@pytest.fixture
def engine(tmp_path, monkeypatch, machine):
    """podman with a store of its own in the test's folder."""
    (tmp_path / "storage.conf").write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{tmp_path}/store"\nrunroot = "{tmp_path}/run"\n'
    )
    (tmp_path / "containers.conf").write_text(
        '[containers]\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\n'
        '[engine]\ncgroup_manager = "cgroupfs"\nruntime = "runc"\nevents_logger = "file"\n'
    )
    monkeypatch.setenv("CONTAINERS_STORAGE_CONF", str(tmp_path / "storage.conf"))
    monkeypatch.setenv("CONTAINERS_CONF", str(tmp_path / "containers.conf"))
    monkeypatch.setattr(containers, "engine", lambda: containers.Engine("podman", shutil.which("podman"), "test"))
    subprocess.run(["podman", "import", str(image_archive(tmp_path / "image.tar")), IMAGE], check=True, capture_output=True)
    yield
    subprocess.run(["podman", "rm", "--force", "--all"], check=False, capture_output=True)
    subprocess.run(["podman", "rmi", "--force", "--all"], check=False, capture_output=True)


def project(command, **docker):
    lines = "".join(f"  {name}: {value}\n" for name, value in docker.items())
    return {
        "MLproject": f'name: Tiny One\ndocker_env:\n  image: {IMAGE}\n{lines}entry_points: {{main: {{command: "{command}"}}}}\n',
        "data.txt": "the data",
    }


def test_a_project_runs_in_its_image(machine, people, engine):
    record, log = machine.run(people, project("ls; cat data.txt; id; touch written; env"))
    assert (record.state, record.reason) == ("FINISHED", "")
    assert "the data" in log
    assert f"MLFLOW_RUN_ID={record.run_id}" in log
    assert "MLFLOW_TRACKING_TOKEN=***" in log
    assert "uid=0" not in log
    tags = {tag.key: tag.value for tag in get_run(SYSTEM, record.run_id).tags}
    assert tags["mlflow.project.env"] == "docker"
    assert tags["mlflow.docker.image.uri"] == f"tiny-one:{record.commit[:7]}"
    assert tags["mlflow.docker.image.id"]


def test_the_image_of_the_same_code_is_built_once(machine, people, engine):
    first, _ = machine.run(people, project("id"))
    again, log = machine.run(people, uri=first.uri)
    assert (first.state, again.state) == ("FINISHED", "FINISHED")
    assert "was built before" in log
    assert "STEP" not in log
    ids = [{tag.key: tag.value for tag in get_run(SYSTEM, one.run_id).tags}["mlflow.docker.image.id"] for one in (first, again)]
    assert ids[0] == ids[1]
    containers.evict()  # young images stay
    assert machine.run(people, uri=first.uri)[1].count("was built before") == 1


def test_a_failing_container_fails(machine, people, engine):
    record, _ = machine.run(people, project("echo no luck; exit 3"))
    assert (record.state, record.reason) == ("FAILED", "The command ended with exit code 3: no luck")


def test_a_cancelled_container_is_gone(machine, people, engine):
    pk = machine.submit(people, project("echo started; sleep 300"))
    worker = beside(lambda: work.drain(SYSTEM))
    wait_for(lambda: printed(pk, "started\n"), 60)
    executions.cancel(people.editor.actor, pk)
    worker.join(60)
    assert machine.row(pk).state == "KILLED"
    assert subprocess.run(["podman", "ps", "-q"], check=True, capture_output=True).stdout == b""


def test_a_container_left_by_a_dead_worker_is_removed(machine, people, engine):
    machine.run(people, project("id"))
    command = ["podman", "run", "--detach", "--name", "x999-1", "--network", "host", IMAGE, "/bin/sleep", "300"]
    subprocess.run(command, check=True, capture_output=True)
    (machine.base / "runtime" / "slots" / "0").write_text("x999-1")
    work.tidy(SYSTEM)
    assert subprocess.run(["podman", "ps", "--all", "-q"], check=True, capture_output=True).stdout == b""


@pytest.mark.parametrize(
    ("docker", "words"),
    [
        ({"volumes": '["/etc:/host"]'}, "administrator"),
        ({"environment": '["MLPLATFORM_SECRET_KEY"]'}, "expects the variable MLPLATFORM_SECRET_KEY"),
    ],
)
def test_what_reaches_for_the_host_is_refused(machine, people, engine, docker, words):
    record, _ = machine.run(people, project("id", **docker))
    assert record.state == "FAILED"
    assert words in record.reason
