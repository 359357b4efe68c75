"""What `mlflow run` is told to run, and which of its options have a meaning on a worker."""

import io
import tarfile

import pytest
from mlflow.exceptions import ExecutionException
from mlflow.projects import utils

from tests.projects.real.repositories import commit, git, repository


def opened(uri, version=None):
    from mlplatform_client.sources import opened as entered

    return entered(uri, version)


@pytest.mark.parametrize(
    ("uri", "address", "subdirectory"),
    [
        ("https://example.com/p.git#sub/x", "https://example.com/p.git", "sub/x"),
        ("git@example.com:team/p", "git@example.com:team/p", ""),
        ("git+ssh://git@example.com/p", "ssh://git@example.com/p", ""),
    ],
)
def test_a_repository_is_fetched_by_the_worker(uri, address, subdirectory):
    with opened(uri, "v1") as source:
        assert (source.uri, source.ref, source.subdirectory, source.path) == (address, "v1", subdirectory, "")


def test_a_folder_goes_along_with_the_commit_that_it_is_at(tmp_path):
    folder = tmp_path / "iris"
    head = repository(folder, {"MLproject": "name: iris"})
    with opened(folder.as_uri()) as source:
        assert (source.name, source.uri) == ("iris.tar.gz", "")
        assert source.tags == {"mlflow.source.git.commit": head, "mlflow.source.git.branch": "main"}
    (folder / "MLproject").write_text("name: changed")
    with opened(str(folder)) as source:
        assert source.tags["mlflow.source.git.dirty"] == "true"


def test_a_version_of_a_folder_is_the_one_of_its_repository(tmp_path):
    folder = tmp_path / "iris"
    first = repository(folder, {"MLproject": "name: first"})
    git(folder, "tag", "v1")
    commit(folder, {"MLproject": "name: second"})
    with opened(str(folder), "v1") as source:
        with tarfile.open(source.path) as archive:
            assert archive.extractfile("MLproject").read() == b"name: first"
        assert source.tags["mlflow.source.git.commit"] == first
    with pytest.raises(ExecutionException, match="no version 'v2'"), opened(str(folder), "v2"):
        pass


def test_an_archive_goes_as_it_is_and_has_no_versions(tmp_path):
    path = tmp_path / "p.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("MLproject"), io.BytesIO())
    with opened(f"{path}#sub") as source:
        assert (source.path, source.name, source.subdirectory) == (str(path), "p.tar.gz", "sub")
    for uri, version, words in ((str(path), "v1", "no versions"), (str(tmp_path / "none"), None, "no project at")):
        with pytest.raises(ExecutionException, match=words), opened(uri, version):
            pass


def test_options_without_a_meaning_on_a_worker_are_refused_with_words():
    from mlplatform_client.backend import read_config

    usual = {utils.PROJECT_ENV_MANAGER: "conda", utils.PROJECT_SYNCHRONOUS: False, utils.PROJECT_DOCKER_ARGS: {}}
    assert read_config({**usual, "priority": 3})["priority"] == 3
    for config, words in (
        ({utils.PROJECT_ENV_MANAGER: "local"}, "env-manager"),
        ({utils.PROJECT_DOCKER_ARGS: {"gpus": "all"}}, "-A"),
        ({utils.PROJECT_STORAGE_DIR: "x"}, "storage-dir"),
        ({utils.PROJECT_DOCKER_AUTH: {"username": "x"}}, "docker_auth"),
        ({"gpu": 1}, "Unknown in the backend's configuration: gpu"),
    ):
        with pytest.raises(ExecutionException, match=words):
            read_config({**usual, **config})


def test_a_tracking_uri_that_is_no_server_is_said_to_be_none():
    from mlplatform_client.server import Server

    with pytest.raises(ExecutionException, match="MLFLOW_TRACKING_URI"):
        Server("file:///tmp/mlruns")
