"""The MLproject file: what is read from it and what is refused."""

from pathlib import Path

import pytest

from apps.core.errors import Invalid
from apps.projects import mlproject


def write(folder: Path, text: str, name: str = "MLproject", **files: str) -> Path:
    (folder / name).write_text(text)
    for file, content in files.items():
        (folder / file.replace("__", ".")).write_text(content)
    return folder


WHOLE = """
name: iris
python_env: env.yaml
entry_points:
  main:
    parameters:
      data_file: path
      alpha: {type: float, default: 0.5}
      url: {type: uri, default: "s3://b/k"}
      note: {default: ""}
    command: "python train.py -a {alpha} {data_file}"
  check:
    command: "python check.py"
"""


def test_all_fields_are_read(tmp_path):
    project = mlproject.load(write(tmp_path, WHOLE, env__yaml="python: '3.11'"))
    assert (project.name, project.environment) == ("iris", "python")
    assert project.environment_file == (tmp_path / "env.yaml").resolve()
    assert list(project.entry_points) == ["main", "check"]
    parameters = project.entry_points["main"].parameters
    assert parameters["data_file"] == mlproject.Parameter("data_file", "path", None)
    assert parameters["alpha"] == mlproject.Parameter("alpha", "float", "0.5")
    assert parameters["note"].default == ""
    assert not parameters["note"].is_required


@pytest.mark.parametrize("name", ["MLproject", "mlproject", "MLPROJECT", "MlProject"])
def test_the_file_is_found_in_any_case(tmp_path, name):
    assert mlproject.load(write(tmp_path, "name: a", name)).name == "a"


def test_a_folder_without_the_file_is_a_plain_project(tmp_path):
    project = mlproject.load(tmp_path)
    assert (project.name, project.environment, project.environment_file, project.entry_points) == ("", "python", None, {})


@pytest.mark.parametrize("text", ["", "# nothing\n", "entry_points:\n"])
def test_a_file_that_says_nothing_is_a_plain_project(tmp_path, text):
    assert mlproject.load(write(tmp_path, text)).entry_points == {}


def test_python_env_yaml_in_the_root_comes_before_conda_yaml(tmp_path):
    project = mlproject.load(write(tmp_path, "name: a", python_env__yaml="", conda__yaml=""))
    assert project.environment_file == (tmp_path / "python_env.yaml").resolve()


def test_docker_settings_are_read(tmp_path):
    text = 'docker_env: {image: "r/i:1", volumes: ["/a:/b"], environment: [["NEW", "v"], "COPY"]}'
    assert mlproject.load(write(tmp_path, text)).docker == mlproject.DockerEnvironment(
        "r/i:1", ("/a:/b",), (("NEW", "v"), ("COPY", None))
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("python_env: a\nconda_env: b", "multiple environment fields"),
        ("docker_env: {volumes: []}", "no image attribute found"),
        ("docker_env: {image: a, volumes: x}", "volumes must be a list of strings"),
        ("docker_env: {image: a, environment: [[X]]}", "environment must be a list"),
        ("python_env: nowhere.yaml", "no such file was found"),
        ("conda_env: ../outside.yaml", "outside of the project"),
        ("python_env: /etc/hostname", "outside of the project"),
        ("entry_points: [main]", "entry_points has to be a mapping"),
        ("entry_points: {main: train.py}", "has to be a mapping with a command"),
        ("entry_points: {main: {parameters: {a: float}}}", "has no command"),
        ("entry_points: {main: {command: x, parameters: [a]}}", "have to be a mapping"),
        ("entry_points: {main: {command: x, parameters: {a: 0.5}}}", "has to be a type or a mapping"),
        ("databricks_spark_job: {python_file: a.py}", "Databricks only"),
        ("- a\n- b", "has to be a mapping"),
        ("a: [1", "not valid YAML (line 1"),
        ("!!python/object/apply:os.system [id]", "not valid YAML"),
    ],
)
def test_mistakes_are_named(tmp_path, text, words):
    with pytest.raises(Invalid) as refusal:
        mlproject.load(write(tmp_path, text))
    assert words in refusal.value.message


def test_a_subdirectory_may_name_a_file_of_its_checkout(tmp_path):
    folder = tmp_path / "sub"
    folder.mkdir()
    (tmp_path / "env.yaml").write_text("python: '3.11'")
    write(folder, "python_env: ../env.yaml")
    assert mlproject.load(folder, boundary=tmp_path).environment_file == (tmp_path / "env.yaml").resolve()


def test_a_link_that_leaves_the_project_is_refused(tmp_path):
    (tmp_path / "python_env.yaml").symlink_to("/etc/hostname")
    with pytest.raises(Invalid, match="outside of the project"):
        mlproject.load(tmp_path)


def test_a_file_that_doubles_itself_is_refused_at_once(tmp_path):
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    with pytest.raises(Invalid, match="more than 20000 values"):
        mlproject.load(write(tmp_path, "\n".join(lines)))


def test_a_deeply_nested_file_is_refused(tmp_path):
    with pytest.raises(Invalid, match="not valid YAML"):
        mlproject.load(write(tmp_path, "a: " + "[" * 100_000))


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("train.py", "python train.py"),
        ("my train.py", "python 'my train.py'"),
        ("go.sh", "bash go.sh"),
        ("fit.R", "Rscript -e \"mlflow::mlflow_source('fit.R')\" --args"),
        ("{x}.py", "python '{x}.py'"),
    ],
)
def test_a_script_is_an_entry_point_of_its_own(tmp_path, name, command):
    assert mlproject.load(tmp_path).entry_point(name).command_line({}) == command


def test_an_unknown_entry_point_is_refused_with_the_known_ones(tmp_path):
    project = mlproject.load(write(tmp_path, "entry_points: {main: {command: x}}"))
    with pytest.raises(Invalid, match=r"Could not find train among entry points \['main'\]"):
        project.entry_point("train")
