"""Containers: what may be asked for, and the command line that comes of it."""

from pathlib import Path

import pytest

from apps.core.errors import Invalid, Unavailable
from apps.projects import containers
from apps.projects.containers import Engine
from apps.projects.mlproject import DockerEnvironment

ENGINE = Engine("podman", "/usr/bin/podman", "4.3.1")


@pytest.mark.parametrize("image", ["python:3.11", "registry.example.com:5000/team/img:1.0", "img@sha256:" + "0" * 64])
def test_names_of_images_pass(image):
    assert containers.check_image(image) == image


@pytest.mark.parametrize("image", ["", "--privileged", "img name", "img\nRUN id", "-v/:/x", "$(id)"])
def test_what_is_no_name_of_an_image_is_refused(image):
    with pytest.raises(Invalid):
        containers.check_image(image)


def test_volumes_lie_below_allowed_folders(tmp_path):
    (tmp_path / "data").mkdir()
    volume = f"{tmp_path}/data:/data:ro"
    assert containers.check_volumes([volume], [tmp_path]) == [volume]


@pytest.mark.parametrize(
    "volume", ["/etc:/x", "{0}/../:/x", "{0}/link:/x", "data:/x", "{0}", "{0}:x", "{0}:/x:exec", "~:/x", "{0}:/x:ro:rw"]
)
def test_other_volumes_are_refused(tmp_path, volume):
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to("/etc")
    with pytest.raises(Invalid):
        containers.check_volumes([volume.format(root)], [root])


def test_no_folder_is_allowed_by_default(tmp_path):
    with pytest.raises(Invalid, match="administrator"):
        containers.check_volumes([f"{tmp_path}:/x"], [])


def test_variables_are_declared_or_copied_from_what_the_execution_has():
    docker = DockerEnvironment("i", (), (("NEW", "v"), ("DB_PASSWORD", None)))
    given = {"MLFLOW_RUN_ID": "r", "DB_PASSWORD": "hunter22"}
    assert containers.variables(docker, given, {}) == {"NEW": "v", **given}


def test_a_variable_of_the_worker_is_not_copied_unless_it_was_meant_for_jobs():
    docker = DockerEnvironment("i", (), (("MLPLATFORM_SECRET_KEY", None),))
    with pytest.raises(Invalid, match="MLPLATFORM_SECRET_KEY"):
        containers.variables(docker, {}, {"MLPLATFORM_SECRET_KEY": "topsecret"})
    assert containers.variables(DockerEnvironment("i", (), (("A", None),)), {}, {"MLPLATFORM_JOB_ENV_A": "x"}) == {"A": "x"}


def test_the_command_line_holds_no_value_of_a_variable_and_limits_the_container():
    limits = {"memory_mb": 512, "cpus": 2, "network": False}
    line = containers.run_command(ENGINE, "x1-1", "img", "python a.py; id", ["TOKEN"], ["/d:/d"], limits, 64100)
    assert line[:3] == ["/usr/bin/podman", "run", "--rm"]
    assert line[-4:] == ["/bin/sh", "img", "-c", "python a.py; id"]
    text = " ".join(line)
    for part in (
        "--network none",
        "--memory 536870912",
        "--cpus 2",
        "--user 64100:64100",
        "--cap-drop ALL",
        "--volume /d:/d",
        "--env TOKEN",
    ):
        assert part in text
    assert "no-new-privileges" in text


def test_the_image_gets_the_code_and_its_owner():
    assert containers.build_file("python:3.11", 64100) == (
        "FROM python:3.11\nCOPY --chown=64100:64100 . /mlflow/projects/code/\nWORKDIR /mlflow/projects/code/\n"
    )


@pytest.mark.parametrize(
    ("name", "commit", "tag"),
    [("My Project!", "a" * 40, "my-project:aaaaaaa"), ("iris", "", "iris"), ("…", "", "docker-project")],
)
def test_images_are_called_by_project_and_commit(name, commit, tag):
    assert containers.tag_of(name, commit) == tag


def test_a_worker_without_engine_says_why(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    containers._engine.cache_clear()
    with pytest.raises(Unavailable, match="docker is not installed; podman is not installed"):
        containers.require_engine()
    broken = tmp_path / "docker"
    broken.write_text("#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n")
    broken.chmod(0o755)
    containers._engine.cache_clear()
    with pytest.raises(Unavailable, match="Cannot connect to the Docker daemon"):
        containers.require_engine()
    containers._engine.cache_clear()


def test_an_engine_that_answers_is_used(monkeypatch, tmp_path):
    good = tmp_path / "podman"
    good.write_text('#!/bin/sh\necho \'{"Client": {"Version": "4.3.1"}}\'\n')
    good.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    containers._engine.cache_clear()
    assert containers.engine().label == "podman 4.3.1"
    containers._engine.cache_clear()


def test_an_image_is_marked_with_what_it_is_made_of():
    mark = containers.mark_of("https://h/r", "c1", "", "sha256:base", "64100")
    assert mark == containers.mark_of("https://h/r", "c1", "", "sha256:base", "64100")
    assert (
        len({mark, containers.mark_of("https://h/r", "c1", "", "sha256:base", "64101"), containers.mark_of("https://h/r", "c1")})
        == 3
    )
    line = containers.build_command(ENGINE, "iris:c1", mark, Path("/j/Dockerfile"), Path("/j/image"), Path("/j/code"))
    assert line[:6] == ["/usr/bin/podman", "build", "--tag", "iris:c1", "--label", f"mlplatform.code={mark}"]
    assert line[6:] == ["--iidfile", "/j/image", "--file", "/j/Dockerfile", "/j/code"]


def test_without_an_engine_nothing_is_evicted(monkeypatch):
    monkeypatch.setattr(containers, "engine", lambda: Engine(reason="none"))
    monkeypatch.setattr(containers.subprocess, "run", lambda *_a, **_k: pytest.fail("asked an engine that is not there"))
    containers.evict()
