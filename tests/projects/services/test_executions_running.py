"""Executions from submission to ending, with real git, real environments and real processes."""

import pytest

from apps.experiments.queries.runs import get_run
from apps.projects.services import logs
from tests.projects.services.conftest import SYSTEM
from tests.runtime.real.packages import wheel

pytestmark = pytest.mark.django_db(transaction=True)

MAIN = "{main: {parameters: {alpha: {type: float, default: 0.5}}, command: 'bash go.sh {alpha}'}}"
SCRIPT = {"MLproject": f"name: p\nentry_points: {MAIN}"}


def run_of(record):
    return get_run(SYSTEM, record.run_id)


def tags_of(record):
    return {tag.key: tag.value for tag in run_of(record).tags}


def test_a_project_runs_and_finishes(machine, people):
    record, log = machine.run(people, {**SCRIPT, "go.sh": "echo alpha is $1; pwd; env | grep MLFLOW_ | sort"})
    assert (record.state, record.reason, record.exit_code) == ("FINISHED", "", 0)
    assert "alpha is 0.5" in log
    assert f"MLFLOW_RUN_ID={record.run_id}" in log
    assert "MLFLOW_EXPERIMENT_ID=0" in log
    assert "MLFLOW_TRACKING_URI=http" in log
    assert "MLFLOW_TRACKING_TOKEN=***" in log
    assert (record.commit, record.branch) == (machine.commit, "main")
    assert record.command == "bash go.sh 0.5"
    assert record.usage["seconds"] > 0


def test_the_run_is_there_at_once_and_says_where_it_comes_from(machine, people):
    pk = machine.submit(people, {**SCRIPT, "go.sh": "true"}, run_name="first try")
    row = machine.row(pk)
    run = get_run(SYSTEM, row.run.run_id)
    assert (run.name, run.status, run.owner) == ("first try", 2, "editor")
    tags = {tag.key: tag.value for tag in run.tags}
    assert tags["mlflow.source.type"] == "PROJECT"
    assert tags["mlflow.source.name"] == str(machine.repositories / "project")
    assert tags["mlflow.project.entryPoint"] == "main"
    assert tags["mlflow.project.backend"] == "mlplatform"
    assert tags["mlflow.user"] == "editor"


def test_the_run_gets_params_commit_and_status(machine, people):
    record, _ = machine.run(people, {**SCRIPT, "go.sh": "true"}, params={"alpha": "0.7", "extra": "a b"})
    run = run_of(record)
    assert {(param.key, param.value) for param in run.params} == {("alpha", "0.7"), ("extra", "'a b'")}
    assert run.status == 3
    assert run.end_time
    tags = tags_of(record)
    assert tags["mlflow.source.git.commit"] == machine.commit
    assert tags["mlflow.source.git.branch"] == "main"
    assert tags["mlflow.project.env"] == "virtualenv"


def test_a_failing_script_fails_with_its_last_words(machine, people):
    record, _ = machine.run(
        people, {"main.py": "import sys\nprint('working')\nraise ValueError('no data today')"}, entry_point="main.py"
    )
    assert record.state == "FAILED"
    assert record.reason == "The command ended with exit code 1: ValueError: no data today"
    assert run_of(record).status == 4


@pytest.mark.parametrize(
    ("files", "new", "words"),
    [
        ({**SCRIPT}, {"entry_point": "nonesuch"}, "Could not find nonesuch among entry points"),
        ({"MLproject": "entry_points: {main: {parameters: {a: float}, command: 'x {a}'}}"}, {}, "missing parameters: 'a'"),
        ({"MLproject": "python_env: a\nconda_env: b"}, {}, "multiple environment fields"),
        ({"MLproject": "python_env: e.yaml", "e.yaml": "python: '3.99'"}, {"entry_point": "a.py"}, "Python 3.99 is not on"),
        ({"MLproject": "python_env: e.yaml", "e.yaml": "dependencies: [nonesuch-pkg]"}, {"entry_point": "a.py"}, "nonesuch-pkg"),
        (
            {"MLproject": "entry_points: {main: {parameters: {d: path}, command: 'x {d}'}}"},
            {"params": {"d": "no"}},
            "no such file",
        ),
        (
            {"MLproject": "entry_points: {main: {parameters: {d: path}, command: 'x {d}'}}"},
            {"params": {"d": "/etc/hostname"}},
            "no such",
        ),
        ({"x": ""}, {"ref": "nonesuch"}, "no branch, tag or commit 'nonesuch'"),
        ({"x": ""}, {"subdirectory": "sub"}, "Could not find subdirectory sub"),
    ],
)
def test_what_cannot_run_fails_with_the_reason(machine, people, files, new, words):
    record, log = machine.run(people, files, **new)
    assert record.state == "FAILED"
    assert words in record.reason
    assert words in log
    assert run_of(record).status == 4


def test_an_environment_is_built_and_used(machine, people):
    wheel(machine.index, "alpha", "2.0")
    files = {
        "MLproject": "python_env: python_env.yaml\nentry_points: {main: {command: 'python go.py'}}",
        "python_env.yaml": "dependencies: ['-r requirements.txt']",
        "requirements.txt": "alpha\n",
        "go.py": "import alpha; print('alpha', alpha.VERSION)",
    }
    record, log = machine.run(people, files)
    assert record.state == "FINISHED"
    assert "alpha 2.0" in log
    assert "+ alpha==2.0" in log
    assert (record.environment_kind, len(record.environment)) == ("virtualenv", 64)
    again, log = machine.run(people, uri=record.uri)
    assert again.environment == record.environment
    assert "from the cache" in log


def test_conda_files_run_without_conda_and_say_so(machine, people):
    wheel(machine.index, "alpha", "2.0")
    files = {
        "conda.yaml": "dependencies: [python=3.11, numpy, {pip: [alpha]}]",
        "go.py": "import alpha; print('alpha', alpha.VERSION)",
    }
    record, log = machine.run(people, files, entry_point="go.py")
    assert record.state == "FINISHED", record.reason
    assert "left out: numpy" in log
    assert tags_of(record)["mlflow.project.env"] == "conda"


def test_a_subdirectory_is_the_project(machine, people):
    record, log = machine.run(people, {"sub/go.py": "import os; print(os.getcwd())"}, subdirectory="sub", entry_point="go.py")
    assert record.state == "FINISHED"
    assert "/code/sub" in log
    assert tags_of(record)["mlflow.source.name"].endswith("project#sub")


def test_a_file_of_the_project_is_a_path_parameter(machine, people):
    files = {"MLproject": "entry_points: {main: {parameters: {d: path}, command: 'cat {d}'}}", "data/x y.txt": "the data"}
    record, log = machine.run(people, files, params={"d": "data/x y.txt"})
    assert "the data" in log
    assert record.command.endswith("/code/data/x y.txt'")


def test_the_environment_of_the_worker_and_its_files_stay_outside(machine, people, monkeypatch):
    monkeypatch.setenv("MLPLATFORM_SECRET_KEY", "topsecret")
    script = "env; cat $HOME/../../../*.sqlite3 /proc/1/environ 2>&1; ls /; id -u"
    record, log = machine.run(people, {"go.sh": script}, entry_point="go.sh")
    assert "topsecret" not in log
    assert record.isolation in {"bwrap", "namespaces", "process"}


def test_the_log_is_an_artifact_of_the_run_afterwards(machine, people):
    record, before = machine.run(people, {"go.sh": "echo hello"}, entry_point="go.sh")
    assert logs.archive(SYSTEM, record.id)
    row = machine.row(record.id)
    assert row.log_archived
    assert not row.chunks.exists()
    assert machine.log(record.id) == before
    assert logs.archive(SYSTEM, record.id)


def test_nothing_is_left_on_the_machine(machine, people):
    machine.run(people, {"go.sh": "echo x > $TMPDIR/y; setsid sleep 300 & echo $!"}, entry_point="go.sh")
    assert list((machine.base / "runtime" / "jobs").iterdir()) == []
    assert (machine.base / "runtime" / "slots" / "0").read_text() == ""
