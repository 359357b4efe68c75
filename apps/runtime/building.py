"""Building an environment: wheels by our own hands, everything that runs foreign code behind the walls of a job.

A package that is built from source runs its author's code, and so does a `.pth` file of an installed one. So: one call of uv
puts in wheels alone, into an environment whose Python has not started since, from a cache that no stranger's code ever wrote to.
Only where a source has to be built does uv itself go behind the walls, with a cache of its own that is thrown away.
"""

import json
import os
import re
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from apps.core.errors import DomainError, Invalid
from apps.runtime import folders, installers, interpreters, specs
from apps.runtime.cache import Cache, Environment, Lease
from apps.runtime.isolation import Isolation, Job, trusted
from apps.runtime.limits import MIB, Limits, Usage, duration_text, size_text
from apps.runtime.logs import LogWriter
from apps.runtime.specs import EnvironmentSpec
from apps.runtime.supervision import Ending, Tick, supervise

LIMITS = Limits(seconds=1800, memory=4096 * MIB, file_size=8192 * MIB, disk=30 * 1024 * MIB, log=50 * MIB)
# What uv says when only the ban on source builds stands in the way.
NEEDS_A_BUILD = re.compile(r"no (usable )?wheel|no-build|only-binary|building source dist|no matching distribution.*wheel", re.I)
WAIT_SECONDS = 0.3


class BuildFailed(DomainError):
    """An environment could not be built; the reason is for the page, the details are in the log."""


class Interrupted(DomainError):
    """The one who waits for the environment does not want it any more."""


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds into `cache`, foreign code behind `isolation` as the user of `slot`. `pythons` are further interpreters to try."""

    cache: Cache
    isolation: Isolation
    slot: int = 0
    pythons: tuple[str, ...] = ()
    limits: Limits = LIMITS

    def obtain(self, spec: EnvironmentSpec, log: LogWriter, on_tick: Tick | None = None, secrets: Sequence[str] = ()) -> Lease:
        """The environment for the wish, from the cache or built now; what happens is told to `log`.

        Raises Invalid for a Python that is not here, BuildFailed, and Interrupted when `on_tick` asks to end.
        """
        tool, interpreter, remark = self._means(spec)
        key = specs.key(spec, interpreter.version, _platform(), tool[0])

        def build() -> Environment:
            with LogWriter(_emptied(self.cache.log(key)), secrets, self.limits.log, also=log) as build_log:
                work = _Build(self, spec, key, interpreter, build_log, on_tick)
                return work.run(tool, remark)

        def wait(is_first: bool) -> None:
            if is_first:
                log.note("Waiting for the same environment, which another job builds")
            reason = on_tick and on_tick(Usage())
            if reason:
                raise Interrupted(reason)
            time.sleep(WAIT_SECONDS)

        lease = self.cache.obtain(key, build, wait)
        if not lease.was_built:
            log.note(f"Environment {key[:12]} from the cache (Python {lease.environment.python})")
        return lease

    def key(self, spec: EnvironmentSpec) -> str:
        """The key of the environment that the wish leads to on this machine. Raises Invalid for a Python that is not here."""
        tool, interpreter, _ = self._means(spec)
        return specs.key(spec, interpreter.version, _platform(), tool[0])

    def _means(self, spec: EnvironmentSpec) -> tuple[tuple[str, str], interpreters.Interpreter, str]:
        """(conda tool, interpreter, remark about it) by which the wish is met; without conda the tool is ("", "")."""
        tool = installers.conda_tool() if spec.conda else ("", "")
        interpreter, remark = (interpreters.own(), "") if tool[0] else self._interpreter(spec)
        return tool, interpreter, remark

    def _interpreter(self, spec: EnvironmentSpec) -> tuple[interpreters.Interpreter, str]:
        found, remark = interpreters.find(spec.python, self.pythons)
        if self.isolation.has_own_tree or self.isolation.first_uid is None or interpreters.is_open_to_all(found):
            return found, remark
        others = [one for one in interpreters.search(self.pythons) if interpreters.is_open_to_all(one)]
        if not others:
            raise Invalid(f"No Python on this machine can be started by the users that jobs run as ({found.executable} cannot)")
        wanted = spec.python or found.minor
        return interpreters.choose(wanted, others, next((one for one in others if one.minor == found.minor), others[0]))


class _Build:
    """One build, from the empty folder to the published environment."""

    def __init__(
        self,
        builder: Builder,
        spec: EnvironmentSpec,
        key: str,
        interpreter: interpreters.Interpreter,
        log: LogWriter,
        on_tick: Tick | None,
    ):
        self.builder, self.spec, self.key, self.interpreter = builder, spec, key, interpreter
        self.log, self.on_tick = log, on_tick
        self.place = folders.create(builder.cache.base / "building", f"{key}-{os.getpid()}")
        self.target = self.place.work / "environment"
        self.settings = installers.index_settings()

    def run(self, tool: tuple[str, str], remark: str) -> Environment:
        begin = time.monotonic()
        try:
            self.log.note(f"Building environment {self.key[:12]}")
            for note in (*self.spec.notes, remark):
                if note:
                    self.log.note(note)
            environment = self._with_conda(*tool) if tool[0] else self._with_uv()
            text = f"{len(environment.packages)} packages, {size_text(environment.size)}"
            self.log.note(f"Environment {self.key[:12]} is ready after {duration_text(time.monotonic() - begin)}: {text}")
            return environment
        except DomainError as error:
            self.log.note(f"The environment was not built: {error.message.split(': ', 1)[0]}")
            raise
        finally:
            folders.remove(self.place.path)

    # ---- uv

    def _with_uv(self) -> Environment:
        if self.spec.conda:
            left_out = ", ".join(self.spec.left_out)
            rest = f"; left out: {left_out}" if left_out else ""
            self.log.note(f"No conda tool on this machine: Python and the pip part of conda.yaml are installed{rest}")
        if self.spec.builds or not self._install_wheels():
            self._build_from_source()
        return self._publish("virtualenv", self.target, self.interpreter.prefix)

    def _install_wheels(self) -> bool:
        """Whether wheels were enough. Raises BuildFailed where a build from source would not help either."""
        self._venv(trusted())
        requirements = [*self.spec.build_dependencies, *self.spec.dependencies]
        if not requirements:
            return True
        start = self.log.path.stat().st_size
        ending = self._uv_install(trusted(), requirements, "--only-binary", ":all:")
        if ending.is_success:
            self._compile(trusted())
            return True
        with self.log.path.open("rb") as file:
            file.seek(start)
            said = file.read(1024 * 1024).decode("utf-8", "replace")
        if not NEEDS_A_BUILD.search(said):
            raise BuildFailed(f"Packages could not be installed: {last_words(said)}")
        self.log.note("Not every package has a wheel: building from source, behind the walls of a job")
        folders.remove(self.target)
        return False

    def _build_from_source(self) -> None:
        isolation = self.builder.isolation
        if self.spec.files:
            shutil.copytree(self.spec.files, self.place.work / "project", symlinks=True, ignore_dangling_symlinks=True)
        self._venv(isolation)
        for requirements in (self.spec.build_dependencies, self.spec.dependencies):
            if requirements:
                self._check(self._uv_install(isolation, requirements))
        self._compile(isolation)

    def _venv(self, isolation: Isolation) -> None:
        command = ["venv", "--no-project", "--relocatable", "--no-python-downloads", "--python", str(self.interpreter.executable)]
        self._check(self._run(isolation, installers.uv(), *command, str(self.target)))

    def _uv_install(self, isolation: Isolation, requirements: Sequence[str], *options: str) -> Ending:
        folder = self.place.work / "project" if self.spec.files and isolation.level != "none" else self.place.work
        listed = folder / "mlplatform-requirements.txt"
        listed.write_text("\n".join(requirements) + "\n")
        if self.spec.constraints:
            limits = folder / "mlplatform-constraints.txt"
            limits.write_text("\n".join(self.spec.constraints) + "\n")
            options = ("-c", str(limits), *options)
        if self.settings.get(installers.NO_INDEX, "").lower() in {"1", "true", "yes", "on"}:
            options = ("--no-index", *options)
        self.log.note(f"Installing {len(requirements)} requirements: {_shortened(requirements)}")
        python = str(self.target / "bin" / "python")
        command = ["pip", "install", "--python", python, "--no-python-downloads", "-r", str(listed), *options]
        return self._run(isolation, installers.uv(), *command, folder=folder)

    def _compile(self, isolation: Isolation) -> None:
        """Byte code is made now: jobs cannot write here, and would compile the same files at each start.

        By the bare interpreter, which runs nothing of the packages; files that are no Python of this version do not matter.
        """
        self.log.note("Compiling the packages, so that each run starts at once")
        paths = ["-s", str(self.target), "-p", str(self.builder.cache.place(self.key)), str(self.target / "lib")]
        # Half of the files of the large scientific packages are their tests, which nobody imports.
        options = ["-q", "-j", "2", "-x", "/tests/"]
        self._run(isolation, str(self.interpreter.executable), "-I", "-S", "-m", "compileall", *options, *paths)

    # ---- conda

    def _with_conda(self, name: str, path: str) -> Environment:
        """conda writes its own place into its files, so it is built where it will be; without the marker it does not count."""
        self.target = self.builder.cache.place(self.key)
        self.target.mkdir()
        folder = self.place.work / "project"
        if self.spec.files:
            shutil.copytree(self.spec.files, folder, symlinks=True, ignore_dangling_symlinks=True)
        folder.mkdir(exist_ok=True)
        file = folder / "mlplatform-conda.yaml"
        file.write_text(json.dumps(self._conda_file()))
        action = ["create", "--yes"] if name == "micromamba" else ["env", "create", "--quiet"]
        real = Path(os.path.realpath(path))
        readable = (real,) if name == "micromamba" else (real.parent.parent,)
        self.log.note(f"Building with {name}")
        uid = self.builder.isolation.uid(self.builder.slot)
        if uid is not None:
            folders.change_owner(self.target, uid)
        command = [str(real), *action, "--prefix", str(self.target), "--file", str(file)]
        try:
            self._check(self._run(self.builder.isolation, *command, folder=folder, readable=readable, writable=(self.target,)))
            return self._publish("conda", self.target, None)
        except BaseException:
            folders.remove(self.target)
            raise

    def _conda_file(self) -> dict[str, object]:
        """conda.yaml without name and place, its pip part with requirement files read in."""
        data = {name: value for name, value in json.loads(self.spec.conda).items() if name not in {"name", "prefix"}}
        plain = [item for item in data.get("dependencies") or [] if not (isinstance(item, dict) and "pip" in item)]
        data["dependencies"] = [*plain, {"pip": list(self.spec.dependencies)}] if self.spec.dependencies else plain
        return data

    # ---- both

    def _run(
        self,
        isolation: Isolation,
        *command: str,
        folder: Path | None = None,
        readable: tuple[Path, ...] = (),
        writable: tuple[Path, ...] = (),
    ) -> Ending:
        """A tool as a job; behind walls with a cache that is thrown away, else with the shared one."""
        reason = self.on_tick and self.on_tick(Usage())
        if reason:
            raise Interrupted(reason)
        is_ours = isolation.level == "none"
        shared = self.builder.cache.base / "packages"
        shared.mkdir(exist_ok=True)
        seen = [Path(installers.uv()), self.interpreter.prefix, *map(Path, installers.local_places(self.settings)), *readable]
        environment = {
            **self.settings,
            "UV_CACHE_DIR": str(shared if is_ours else self.place.home / "uv"),
            # Files shared with the cache by hard links are safe only from a user who may not write them.
            "UV_LINK_MODE": "hardlink" if is_ours and self.builder.isolation.first_uid is not None else "copy",
            "UV_NO_PROGRESS": "1",
            "NO_COLOR": "1",
            "MAMBA_ROOT_PREFIX": str(self.place.home / "mamba"),
            "CONDA_PKGS_DIRS": str(self.place.home / "packages"),
            "PIP_CACHE_DIR": str(self.place.home / "pip"),
        }
        job = Job(
            f"build-{self.key[:12]}-{os.getpid()}",
            command,
            self.place,
            environment,
            limits=replace(self.builder.limits, open_files=None),
            readable=tuple(dict.fromkeys(path for path in seen if path.exists())),
            writable=writable,
            slot=self.builder.slot,
            cwd=folder,
        )
        ending = supervise(job, isolation, self.log, self.on_tick)
        if ending.kind == "stopped":
            raise Interrupted(ending.reason)
        return ending

    def _check(self, ending: Ending) -> None:
        if not ending.is_success:
            reason = ending.reason if ending.kind != "failed" else f"{ending.reason}. {last_words(self._said())}".strip()
            raise BuildFailed(f"The environment could not be built: {reason}")

    def _said(self) -> str:
        with self.log.path.open("rb") as file:
            file.seek(max(0, self.log.size - 16 * 1024))
            return file.read().decode("utf-8", "replace")

    def _publish(self, kind: str, built: Path, prefix: Path | None) -> Environment:
        if not os.path.isdir(built) or os.path.islink(built):
            raise BuildFailed("The environment could not be built: the installer left nothing")
        if os.getuid() == 0:
            folders.change_owner(built, 0)
        packages = installed(built)
        python = self.interpreter.version if prefix else conda_python(built) or self.spec.python
        facts = {"python": python, "kind": kind, "prefix": str(prefix or ""), "packages": packages}
        return self.builder.cache.publish(self.key, built, facts)


def installed(environment: Path) -> list[str]:
    """`name==version` of every package, by the names of their folders alone: nothing of a stranger's is opened or run."""
    found = set()
    for folder in (environment / "lib").glob("python3*/site-packages"):
        for entry in os.listdir(folder):
            name, dot, kind = entry.rpartition(".")
            if dot and kind == "dist-info" and name.count("-") == 1:
                found.add(name.replace("-", "=="))
    return sorted(found, key=str.lower)


def conda_python(environment: Path) -> str:
    """The version of the Python that conda installed, by the name of its record; "" if there is none."""
    with suppress(OSError):
        for name in os.listdir(environment / "conda-meta"):
            match = re.match(r"^python-(\d+\.\d+\.\d+)-", name)
            if match:
                return match[1]
    return ""


def last_words(text: str) -> str:
    """The last lines that say something, without our own and their times: what the page shows of a failed build."""
    lines = [re.sub(r"^\S+Z ", "", line).strip(" │×╰─▶├") for line in text.splitlines()]
    said = [line for line in lines if line and not line.startswith("===") and not line.lower().startswith("hint:")]
    errors = [number for number, line in enumerate(said) if line.lower().startswith("error")]
    return _plainly(" ".join(said[errors[-1] :][:6] if errors else said[-4:]))[:600]


def _plainly(text: str) -> str:
    """What uv says of packages that do not go together, as a sentence: the cause without the proof around it."""
    proof = re.match(r"error: No solution found when resolving dependencies:?\s*(?:cause: )?Because (.+)$", text)
    if proof is None:
        return text
    return re.sub(r",? we can conclude that your requirements are unsatisfiable\.?$", ".", proof[1])


def _shortened(requirements: Sequence[str]) -> str:
    text = ", ".join(requirements[:12])
    return f"{text}, …" if len(requirements) > 12 else text


def _platform() -> str:
    names = os.uname()
    return f"{names.sysname.lower()}-{names.machine}"


def _emptied(path: Path) -> Path:
    path.unlink(missing_ok=True)
    return path
