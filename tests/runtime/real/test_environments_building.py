"""Environments: built once, by whom, with what, and what becomes of failures, rivals and the dead."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from apps.core.errors import Invalid
from apps.runtime import building, folders, installers, interpreters, specs
from apps.runtime.building import Builder, BuildFailed, Interrupted
from apps.runtime.cache import Cache
from apps.runtime.isolation import Job
from apps.runtime.logs import LogWriter
from apps.runtime.supervision import supervise
from tests.runtime.real.conftest import isolation_of
from tests.runtime.real.packages import source, source_files, wheel


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder of packages; nothing else is installed from."""
    folder = tmp_path / "index"
    folder.mkdir()
    folder.chmod(0o755)
    monkeypatch.setattr(installers, "index_settings", lambda: {installers.NO_INDEX: "1", "UV_FIND_LINKS": str(folder)})
    return folder


@pytest.fixture
def workshop(tmp_path, index):
    for folder in [tmp_path, *tmp_path.parents]:
        if folder.stat().st_uid == os.getuid() and str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    return Workshop(tmp_path)


class Workshop:
    def __init__(self, base: Path, level: str = "namespaces"):
        self.base = base
        self.builder = Builder(Cache(base / "cache"), isolation_of(level), slot=5)

    def obtain(self, spec, on_tick=None, secrets=()):
        with LogWriter(self.base / "log", secrets) as log:
            return self.builder.obtain(spec, log, on_tick, secrets)

    @property
    def log(self) -> str:
        return (self.base / "log").read_text()

    def run(self, environment, program: str) -> str:
        """The output of a Python program in the environment, as a job."""
        place = folders.create(self.base / "jobs", "job")
        (place.work / "p.py").write_text(program)
        variables = environment.variables()
        job = Job("job-of-test", ("/bin/bash", "-c", "python p.py"), place, variables, readable=environment.readable, slot=5)
        with LogWriter(place.path / "log") as log:
            supervise(job, self.builder.isolation, log)
        return "\n".join(line.split("Z ", 1)[-1] for line in (place.path / "log").read_text().splitlines())


def test_an_environment_is_built_once_and_then_free(workshop, index):
    wheel(index, "alpha", requires=("beta>=2",))
    wheel(index, "beta", "2.1")
    with workshop.obtain(specs.plain("", "alpha")) as lease:
        assert lease.was_built
        assert lease.environment.packages == ("alpha==1.0", "beta==2.1")
        assert workshop.run(lease.environment, "import alpha, beta, sys; print(beta.VERSION, sys.prefix)").endswith(
            lease.environment.key
        )
    begin = time.monotonic()
    with workshop.obtain(specs.plain("", "alpha")) as lease:
        assert not lease.was_built
    assert time.monotonic() - begin < 1
    assert "from the cache" in workshop.log


def test_byte_code_is_there_and_names_the_final_place(workshop, index):
    wheel(index, "alpha", files={"boom.py": "def f():\n    raise ValueError\n"})
    with workshop.obtain(specs.plain("", "alpha")) as lease:
        (compiled,) = lease.environment.path.rglob("boom.cpython-*.pyc")
        assert compiled.stat().st_mtime
        output = workshop.run(lease.environment, "import boom; print(boom.f.__code__.co_filename)")
        assert output.startswith(str(lease.environment.path))


def test_a_job_cannot_change_the_environment(workshop, index):
    wheel(index, "alpha")
    with workshop.obtain(specs.plain("", "alpha")) as lease:
        output = workshop.run(lease.environment, "import alpha; open(alpha.__file__, 'a').write('x')")
        assert "Error" in output


def test_code_in_a_wheel_does_not_run_while_it_is_installed(workshop, index):
    trap = f"import pathlib; pathlib.Path({str(workshop.base / 'sprung')!r}).touch()"
    wheel(index, "alpha", files={"alpha.pth": trap, "sitecustomize.py": trap})
    wheel(index, "beta")
    spec = specs.from_parts("", ["alpha"], ["beta"], Path("/"), Path("/"))
    with workshop.obtain(spec) as lease:
        assert lease.environment.packages == ("alpha==1.0", "beta==1.0")
    assert not (workshop.base / "sprung").exists()


def test_a_source_package_is_built_behind_the_walls(workshop, index, monkeypatch):
    monkeypatch.setenv("MLPLATFORM_SECRET_KEY", "topsecret")
    secret = workshop.base / "secret"
    secret.write_text("x")
    source(index, "gamma", secret=str(secret))
    with workshop.obtain(specs.plain("", "gamma")) as lease:
        (report,) = lease.environment.path.rglob("gamma_seen.json")
        seen = json.loads(report.read_text())
        assert report.stat().st_uid == os.getuid()
    assert seen["uid"] == (64205 if os.getuid() == 0 else os.getuid())
    assert not seen["secret"]
    assert "MLPLATFORM_SECRET_KEY" not in seen["env"]
    assert "building from source" in workshop.log
    shared = workshop.base / "cache" / "packages"
    assert not [path for path in shared.rglob("*") if "gamma" in path.name and path.suffix == ".whl"]


def test_a_folder_of_the_project_is_installed(workshop, index, tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    for name, text in source_files("delta").items():
        (project / name).write_text(text)
    spec = specs.from_parts("", [], ["-e ."], project, project)
    with workshop.obtain(spec) as lease:
        assert lease.environment.packages == ("delta==1.0",)
        assert workshop.run(lease.environment, "import delta; print(delta.VERSION)") == "1.0"
    assert not list(project.rglob("*.egg-info"))


def test_constraints_hold(workshop, index, tmp_path):
    wheel(index, "alpha", "1.0")
    wheel(index, "alpha", "2.0")
    (tmp_path / "limits.txt").write_text("alpha<2\n")
    with workshop.obtain(specs.from_parts("", [], ["alpha", "-c limits.txt"], tmp_path, tmp_path)) as lease:
        assert lease.environment.packages == ("alpha==1.0",)


def test_a_missing_package_fails_with_its_name(workshop, index):
    with pytest.raises(BuildFailed, match="nonesuch"):
        workshop.obtain(specs.plain("", "nonesuch"))
    assert "nonesuch" in workshop.log
    assert list((workshop.base / "cache" / "building").iterdir()) == []


def test_a_failing_source_build_fails_with_its_reason(workshop, index):
    source(index, "gamma")
    with tarfile.open(index / "gamma-1.0.tar.gz", "w:gz") as archive:
        (workshop.base / "backend.py").write_text("def build_wheel(*a, **k): raise RuntimeError('no compiler here')")
        (workshop.base / "pyproject.toml").write_text(source_files("gamma")["pyproject.toml"])
        (workshop.base / "PKG-INFO").write_text(source_files("gamma")["PKG-INFO"])
        for name in ("backend.py", "pyproject.toml", "PKG-INFO"):
            archive.add(workshop.base / name, arcname=f"gamma-1.0/{name}")
    with pytest.raises(BuildFailed, match="gamma"):
        workshop.obtain(specs.plain("", "gamma"))
    assert "no compiler here" in workshop.log


def test_a_python_that_is_not_here_is_an_error(workshop):
    with pytest.raises(Invalid, match=r"Python 3\.99 is not on this machine. It has: .*3\.\d+\.\d+"):
        workshop.obtain(specs.plain("3.99", "alpha"))


def test_secrets_do_not_reach_the_build_log(workshop, index):
    with pytest.raises(BuildFailed):
        workshop.obtain(specs.plain("", "nonesuch-hunter22"), secrets=["hunter22"])
    logs = list((workshop.base / "cache" / "logs").iterdir())
    assert "hunter22" not in logs[0].read_text() + workshop.log


def test_the_log_of_the_build_is_kept(workshop, index):
    wheel(index, "alpha")
    with workshop.obtain(specs.plain("", "alpha")) as lease:
        text = workshop.builder.cache.log(lease.environment.key).read_text()
    assert "+ alpha==1.0" in text
    assert "is ready after" in text


def test_a_build_ends_when_nobody_wants_it_any_more(workshop, index):
    source(index, "gamma")
    with pytest.raises(Interrupted, match="Cancelled by alice"):
        workshop.obtain(specs.plain("", "gamma"), on_tick=lambda usage: "Cancelled by alice")
    assert list((workshop.base / "cache" / "building").iterdir()) == []


def test_an_environment_whose_python_went_away_is_built_again(workshop, index):
    wheel(index, "alpha")
    with workshop.obtain(specs.plain("", "alpha")) as lease:
        python = lease.environment.path / "bin" / "python"
        python.unlink()
        python.symlink_to("/nowhere/python")
    with workshop.obtain(specs.plain("", "alpha")) as lease:
        assert lease.was_built


def _obtain_in_a_process(base, index, queue):
    installers.index_settings = lambda: {installers.NO_INDEX: "1", "UV_FIND_LINKS": str(index)}
    with Workshop(base).obtain(specs.plain("", "gamma")) as lease:
        queue.put(lease.was_built)


def test_rivals_wait_for_one_build(workshop, index):
    source(index, "gamma")
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    rivals = [context.Process(target=_obtain_in_a_process, args=(workshop.base, index, queue)) for _ in range(3)]
    for rival in rivals:
        rival.start()
    built = [queue.get(timeout=90) for _ in rivals]
    for rival in rivals:
        rival.join()
    assert sorted(built) == [False, False, True]


BUILD = """
import sys
from pathlib import Path
from apps.runtime import building, installers, specs
from tests.runtime.real.test_environments_building import Workshop
installers.index_settings = lambda: {installers.NO_INDEX: "1", "UV_FIND_LINKS": sys.argv[2]}
building._Build._compile = lambda *_: (Path(sys.argv[1], "half").touch(), __import__("time").sleep(60))
Workshop(Path(sys.argv[1])).obtain(specs.plain("", "alpha"))
"""


def test_a_builder_that_is_killed_leaves_nothing_half(workshop, index):
    wheel(index, "alpha")
    builder = subprocess.Popen([sys.executable, "-c", BUILD, str(workshop.base), str(index)])
    deadline = time.monotonic() + 30
    while not (workshop.base / "half").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    builder.send_signal(signal.SIGKILL)
    builder.wait()
    with workshop.obtain(specs.plain("", "alpha")) as lease:
        assert lease.was_built
    workshop.builder.cache.clear_leftovers()
    assert list((workshop.base / "cache" / "building").iterdir()) == []


def test_old_environments_go_and_used_ones_stay(workshop, index):
    for name in ("alpha", "beta", "gamma"):
        wheel(index, name)
    cache = workshop.builder.cache
    keys = {}
    for name in ("alpha", "beta"):
        with workshop.obtain(specs.plain("", name)) as lease:
            keys[name] = lease.environment.key
        os.utime(cache.base / "locks" / keys[name], (1_000_000, 1_000_000))
    in_use = workshop.obtain(specs.plain("", "gamma"))
    os.utime(cache.base / "locks" / in_use.environment.key, (1_000_000, 1_000_000))
    assert sorted(cache.evict(max_age=3600, max_bytes=10**12)) == sorted(keys.values())
    assert cache.keys() == [in_use.environment.key]
    in_use.close()
    assert cache.evict(max_age=3600, max_bytes=10**12) == [in_use.environment.key]


def test_the_longest_unused_go_when_room_is_short(workshop, index):
    cache = workshop.builder.cache
    keys = []
    for number, name in enumerate(("alpha", "beta", "gamma")):
        wheel(index, name)
        with workshop.obtain(specs.plain("", name)) as lease:
            keys.append(lease.environment.key)
        moment = time.time() - 1000 + number
        os.utime(cache.base / "locks" / keys[-1], (moment, moment))
    size = cache.look(keys[0]).size
    assert cache.evict(max_age=10**9, max_bytes=int(size * 1.5)) == keys[:2]
    assert cache.keys() == keys[2:]


CONDA = """#!/bin/bash
echo "asked: $@"
for word in "$@"; do [ "$last" = --prefix ] && prefix=$word; [ "$last" = --file ] && file=$word; last=$word; done
cat "$file"
mkdir -p "$prefix/bin" "$prefix/conda-meta" "$prefix/lib/python3.10/site-packages/six-1.0.dist-info"
ln -s /bin/sh "$prefix/bin/python"
touch "$prefix/conda-meta/python-3.10.9-abc.json"
id -u > "$prefix/uid"
"""


def test_a_conda_tool_is_used_where_there_is_one(workshop, tmp_path, monkeypatch):
    """A stand-in for micromamba: no conda is to be had from wheels; what is asked of it is what we answer for."""
    tool = tmp_path / "tools" / "micromamba"
    tool.parent.mkdir()
    tool.write_text(CONDA)
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:{os.environ['PATH']}")
    (tmp_path / "r.txt").write_text("six\n")
    file = tmp_path / "conda.yaml"
    file.write_text("name: x\nchannels: [conda-forge]\ndependencies: [python=3.10, numpy, {pip: ['-r r.txt']}]\n")
    with workshop.obtain(specs.read_conda(file, tmp_path, tmp_path)) as lease:
        environment = lease.environment
        assert (environment.kind, environment.python, environment.packages) == ("conda", "3.10.9", ("six==1.0",))
        assert environment.variables()["CONDA_PREFIX"] == str(environment.path)
        assert int((environment.path / "uid").read_text()) == (64205 if os.getuid() == 0 else os.getuid())
    assert "asked: create --yes --prefix" in workshop.log
    assert '"channels": ["conda-forge"]' in workshop.log
    assert '{"pip": ["six"]}' in workshop.log


def test_without_a_conda_tool_the_pip_part_is_installed_and_the_log_says_so(workshop, index, tmp_path, monkeypatch):
    monkeypatch.setattr(installers, "conda_tool", lambda: ("", ""))
    wheel(index, "alpha")
    file = tmp_path / "conda.yaml"
    line = ".".join(map(str, sys.version_info[:2]))
    file.write_text(f"dependencies: [python={line}, numpy, scipy, {{pip: [alpha]}}]\n")
    with workshop.obtain(specs.read_conda(file, tmp_path, tmp_path)) as lease:
        assert lease.environment.packages == ("alpha==1.0",)
    assert "No conda tool on this machine" in workshop.log
    assert "left out: numpy, scipy" in workshop.log


def test_a_shim_that_stands_for_nothing_is_passed_over(tmp_path):
    shim = tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\necho 'pyenv: python3.12: command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    assert interpreters.ask(str(shim)) is None


def test_a_shim_that_works_leads_to_the_real_python(tmp_path):
    shim = tmp_path / "python3"
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    shim.chmod(0o755)
    found = interpreters.ask(str(shim))
    assert found.executable == Path(os.path.realpath(sys.executable))


def made(version: str) -> interpreters.Interpreter:
    return interpreters.Interpreter(version, Path(f"/p/{version}"), Path("/p"))


@pytest.mark.parametrize(
    ("wanted", "chosen", "words"),
    [
        ("", "3.11.7", ""),
        ("3.11", "3.11.7", ""),
        ("3.11.9", "3.11.9", ""),
        ("3.11.2", "3.11.9", "Python 3.11.2 is not on this machine; its newest 3.11 is used: 3.11.9."),
        ("3.12", "3.12.1", ""),
    ],
)
def test_the_wanted_python_is_chosen_and_another_patch_is_told(wanted, chosen, words):
    found, remark = interpreters.choose(wanted, [made("3.11.9"), made("3.12.1"), made("3.12.0")], made("3.11.7"))
    assert (found.version, remark) == (chosen, words)


@pytest.mark.parametrize("wanted", ["3.1", "3.13", "3.13.1", "2.7"])
def test_another_line_is_never_put_in_its_place(wanted):
    with pytest.raises(Invalid, match="is not on this machine"):
        interpreters.choose(wanted, [made("3.11.9")], made("3.12.1"))


def test_pips_settings_are_told_to_uv():
    text = (
        "global.index-url='https://m/simple'\nglobal.extra-index-url='https://a https://b'\n:env:.find-links='/w /v'\nlist.x='y'"
    )
    assert installers.parse_pip_settings(text) == {
        "UV_DEFAULT_INDEX": "https://m/simple",
        "UV_INDEX": "https://a https://b",
        "UV_FIND_LINKS": "/w,/v",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_the_last_words_are_those_of_the_tool():
    stamp = "2026-01-01T00:00:00.000Z"
    log = f"{stamp} === Installing ===\n{stamp} error: no\n{stamp}   cause: x\nhint: y"
    assert building.last_words(log) == "error: no cause: x"


def test_packages_that_nobody_has_are_named_in_a_sentence():
    log = (
        "error: No solution found when resolving dependencies\n  cause: Because nopack was not found in the package registry "
        "and you require nopack==9, we can conclude that your requirements are unsatisfiable."
    )
    assert building.last_words(log) == "nopack was not found in the package registry and you require nopack==9."
