"""A folder becomes an archive that a worker takes: only what belongs to it, only as much as may be sent."""

import os
import tarfile

import pytest
from mlflow.exceptions import ExecutionException

from apps.projects import archives


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    for name in (".git/HEAD", "mlruns/0/meta.yaml", "src/__pycache__/a.pyc", ".venv/pyvenv.cfg", ".venv/bin/python", "MLproject"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / "run.sh").write_text("echo")
    (folder / "run.sh").chmod(0o755)
    return folder


def packed(project, target, **more):
    from mlplatform_client.packing import pack

    remarks = pack(str(project), str(target), **more)
    with tarfile.open(target) as archive:
        return remarks, {entry.name: entry.mode for entry in archive}


def test_what_does_not_belong_to_the_project_stays_here(project, tmp_path):
    remarks, names = packed(project, tmp_path / "a.tar.gz")
    assert names == {"MLproject": 0o644, "run.sh": 0o755}
    assert remarks == [".venv is a virtual environment and stays here"]


def test_the_same_folder_gives_the_same_bytes(project, tmp_path):
    packed(project, tmp_path / "a.tar.gz")
    os.utime(project / "MLproject", (1, 1))
    packed(project, tmp_path / "b.tar.gz")
    assert (tmp_path / "a.tar.gz").read_bytes() == (tmp_path / "b.tar.gz").read_bytes()


def test_a_worker_takes_the_archive_though_the_folder_has_links_and_pipes(project, tmp_path):
    (tmp_path / "data.csv").write_text("1")
    (project / "data.csv").symlink_to(tmp_path / "data.csv")
    (project / "elsewhere").symlink_to(tmp_path, target_is_directory=True)
    (project / "broken").symlink_to("nowhere")
    os.mkfifo(project / "pipe")
    remarks, _ = packed(project, tmp_path / "a.tar.gz")
    out = tmp_path / "out"
    out.mkdir()
    assert archives.unpack(tmp_path / "a.tar.gz", out).files == 3
    assert (out / "data.csv").read_text() == "1"
    assert sorted(remark.split()[0] for remark in remarks) == [".venv", "broken", "elsewhere", "pipe"]


def test_too_much_is_refused_before_anything_is_sent_and_the_largest_are_named(project, tmp_path):
    (project / "big.bin").write_bytes(b"x" * 2000)
    with pytest.raises(ExecutionException, match=r"big\.bin"):
        packed(project, tmp_path / "a.tar.gz", max_bytes=1000)
    assert not (tmp_path / "a.tar.gz").exists()
