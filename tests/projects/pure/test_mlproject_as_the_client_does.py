"""The same files and values through the official client and through ours: the same commands, params and environments."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mlflow.exceptions import MlflowException
from mlflow.projects import _project_spec as official
from mlflow.utils.file_utils import get_local_path_or_none

from apps.core.errors import Invalid
from apps.projects import mlproject

PROJECTS = {
    "short": "entry_points: {main: {parameters: {a: float, b: string}, command: 'run {a} {b}'}}",
    "long": "entry_points: {main: {parameters: {a: {type: float, default: 0.5}, b: {default: true}}, command: 'x {a} --b {b}'}}",
    "typed": "entry_points: {main: {parameters: {a: {type: uri, default: 's3://b/k'}, b: path}, command: 'run {a} {b}'}}",
    "odd": "entry_points: {main: {parameters: {a: {type: int, default: [1, 2]}, b: {default: {x: 1}}}, command: 'run {a} {b}'}}",
    "dates": "entry_points: {main: {parameters: {a: {default: 2026-01-02}, b: {default: 1e3}}, command: 'run {a} {b}'}}",
    "null": "entry_points: {main: {parameters: {a: {default: null}, b: {type: string, default: ''}}, command: 'run {a} {b}'}}",
    "braces": "entry_points: {main: {parameters: {a: string, b: string}, command: 'awk ''{{x}}'' {a} {b:>5} {a!r}'}}",
    "unused": "entry_points: {main: {parameters: {a: string, b: string}, command: 'run'}}",
    "lines": "name: x\nentry_points:\n  main:\n    parameters: {a: string, b: string}\n    command: |\n      a {a}\n      b",
}
VALUES = [
    {},
    {"a": "1", "b": "2"},
    {"a": "x y", "b": "$HOME; `id`"},
    {"a": "http://h/p?q='1'", "b": ""},
    {"b": "it's", "a": 'say "hi"', "c d": "\n", "--e": "é"},
]


def folder_of(tmp_path: Path, text: str) -> Path:
    if text:
        (tmp_path / "MLproject").write_text(text)
    return tmp_path


def outcome(function):
    try:
        return function()
    except (MlflowException, Invalid):
        return "refused"


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("entry_point", ["main", "a b.py", "go.sh", "fit.R", "other"])
@pytest.mark.parametrize("project", list(PROJECTS))
def test_commands_are_the_same(tmp_path, monkeypatch, project, entry_point, values):
    monkeypatch.delenv("SHELL", raising=False)
    folder = folder_of(tmp_path, PROJECTS[project])
    theirs = outcome(lambda: official.load_project(folder).get_entry_point(entry_point).compute_command(values, None))
    assert outcome(lambda: mlproject.load(folder).entry_point(entry_point).command_line(values)) == theirs


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("project", list(PROJECTS))
def test_recorded_params_are_the_same(tmp_path, project, values):
    folder = folder_of(tmp_path, PROJECTS[project])

    def theirs():
        declared, extra = official.load_project(folder).get_entry_point("main").compute_parameters(values, None)
        return declared | extra

    assert outcome(lambda: mlproject.load(folder).entry_point("main").logged_params(values)) == outcome(theirs)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values=st.dictionaries(st.text(min_size=1), st.text()), a=st.text(), b=st.text())
def test_any_text_is_quoted_alike(values, a, b):
    values = {**values, "a": a, "b": b}
    theirs = official.EntryPoint("main", {"a": "string", "b": {"default": 1}}, "run {a} -- {b}")
    ours = mlproject.EntryPoint(
        "main", "run {a} -- {b}", {"a": mlproject.Parameter("a"), "b": mlproject.Parameter("b", "string", "1")}
    )
    assert ours.command_line(values) == theirs.compute_command(values, None)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"python_env.yaml": ""},
        {"conda.yaml": ""},
        {"python_env.yaml": "", "conda.yaml": ""},
        {"mlproject": "python_env: e.yaml", "e.yaml": ""},
        {"MLProject": "conda_env: e.yaml", "e.yaml": "", "python_env.yaml": ""},
        {"MLproject": "conda_env: e.yaml"},
        {"MLproject": "python_env: e.yaml"},
        {"MLproject": "python_env: e.yaml\nconda_env: e.yaml", "e.yaml": ""},
        {"MLproject": "docker_env: {image: i}\npython_env: e.yaml", "e.yaml": ""},
        {"MLproject": "docker_env: {image: i, volumes: [a], environment: [[A, B], C]}"},
        {"MLproject": "docker_env: {volumes: [a]}"},
        {"MLproject": "docker_env: {image: i, volumes: a}"},
        {"MLproject": "docker_env: {image: i, volumes: [1]}"},
        {"MLproject": "docker_env: {image: i, environment: a}"},
        {"MLproject": "docker_env: {image: i, environment: [1]}"},
        {"MLproject": "python_env:\nname: 7", "conda.yaml": ""},
    ],
)
def test_the_environment_is_chosen_alike(tmp_path, files):
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    def theirs():
        project = official.load_project(tmp_path)
        path = Path(project.env_config_path).resolve() if project.env_config_path else None
        return project.env_type.removesuffix("_env"), path, (project.docker_env or {}).get("image")

    def ours():
        project = mlproject.load(tmp_path)
        return project.environment, project.environment_file, project.docker.image if project.docker else None

    assert outcome(ours) == outcome(theirs)


@pytest.mark.parametrize(
    "text", ["a", "/a b", "file:///a%20b", "file://h/a", "s3://b/k", "C:\\x", "runs:/1/x", "a:b", "", "./x", "dbfs:/x"]
)
def test_paths_are_told_from_addresses_alike(text):
    assert mlproject.local_path(text) == get_local_path_or_none(text)
