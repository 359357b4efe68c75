"""One attempt at an execution, from the fetched code to the ending; what `mlflow run` does on a laptop, behind walls."""

import logging
import os
import shlex
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.core.actor import Actor
from apps.core.errors import DomainError, Invalid
from apps.experiments.records import Batch, Tag
from apps.experiments.services.batches import log_batch
from apps.projects import bounds, containers, fetching, machine, mlproject, rules
from apps.projects.keeper import Keeper
from apps.projects.mlproject import EntryPoint, Parameter, Project
from apps.projects.records import FAILED, FINISHED, KILLED, Claimed, Outcome
from apps.projects.services import leases
from apps.projects.slots import Slot
from apps.runtime import building, configuration, folders, specs
from apps.runtime.building import BuildFailed
from apps.runtime.cache import Environment
from apps.runtime.isolation import Isolation, Job, trusted
from apps.runtime.limits import Limits
from apps.runtime.logs import STAMP_LENGTH, LogWriter
from apps.runtime.masking import Masker
from apps.runtime.services import environments
from apps.runtime.supervision import Ending, supervise

log = logging.getLogger(__name__)

DOWNLOADER = Path(__file__).with_name("path_download.py")
DOWNLOAD_SECONDS = 1800
LONGEST_HINT = 300
SHELL = "/bin/bash"
OUTCOMES = {"finished": FINISHED, "failed": FAILED, "limit": FAILED, "stopped": KILLED, "unstartable": FAILED}


class Attempt:
    """Runs what was claimed, in a slot; its folders, its log and its lease end with it."""

    def __init__(self, actor: Actor, claimed: Claimed, slot: Slot):
        self.actor, self.claimed, self.slot = actor, claimed, slot
        self.isolation: Isolation = configuration.isolation()
        self.name = machine.job_name(claimed.id, claimed.attempt)
        self.limits = bounds.for_job(claimed.limits)
        self.masked = [claimed.token, *claimed.secrets.values()]
        self.masker = Masker(self.masked)
        self._readable: tuple[Path, ...] = ()

    def run(self) -> None:
        """Never raises for anything that the execution did; the row says how it ended."""
        self.slot.enter(self.name)
        self.folders = folders.create(configuration.jobs(), self.name)
        path = self.folders.path / "log"
        self.keeper = Keeper(self.actor, self.claimed, path)
        self.keeper.start()
        try:
            with LogWriter(path, self.masked, self.limits.log) as self.log:
                outcome = self._outcome()
                outcome = replace(outcome, reason=self.masker.text(outcome.reason))
                if outcome.reason and not self.keeper.is_lost:
                    self.log.note(outcome.reason)
        finally:
            self.keeper.stop()
            self.keeper.finish()
            self.slot.leave(self.name)
        if not self.keeper.is_lost:
            leases.end(self.actor, self.claimed.id, self.claimed.claim, outcome)

    def _outcome(self) -> Outcome:
        try:
            with ExitStack() as stack:
                return self._work(stack)
        except (fetching.Interrupted, building.Interrupted) as error:
            return Outcome(KILLED, error.message)
        except DomainError as error:
            return Outcome(FAILED, error.message)
        except OSError as error:
            log.exception("execution %s", self.claimed.id)
            return Outcome(FAILED, f"The worker could not do it: {error}")
        except Exception as error:
            log.exception("execution %s", self.claimed.id)
            return Outcome(FAILED, f"The platform made a mistake: {type(error).__name__}: {error}")

    def _work(self, stack: ExitStack) -> Outcome:
        if self.claimed.attempt > 1:
            self.log.note(f"Attempt {self.claimed.attempt}: the worker of the one before was lost")
        fetched = self._fetch()
        project = mlproject.load(fetched.project, fetched.root)
        entry = project.entry_point(self.claimed.entry_point)
        self._record(fetched, project, entry)
        if project.docker is not None:
            return self._run_container(fetched, project, entry)
        environment = self._environment(stack, fetched, project)
        command = entry.command_line(self.claimed.params, lambda *asked: self._resolve(fetched, environment, *asked))
        variables = {**self._variables(), **environment.variables()}
        argv = (SHELL if Path(SHELL).exists() else "/bin/sh", "-c", command)
        readable = (*environment.readable, *self._readable)
        job = Job(self.name, argv, self.folders, variables, self.limits, readable, slot=self.slot.number, cwd=fetched.project)
        job = self._closed(job)
        return self._run_command(job, self.isolation, command)

    # ---- the code

    def _fetch(self) -> fetching.Fetched:
        self._note(phase="Fetching the code", isolation=self.isolation.level)
        claimed = self.claimed
        place = claimed.uri or "the uploaded archive"
        self.log.note(f"Fetching {place}{f' ({claimed.ref})' if claimed.ref else ''}")
        ref = claimed.commit or claimed.ref  # an attempt after a lost one runs the same code
        source = fetching.Source(
            claimed.source, claimed.uri, ref, claimed.subdirectory, claimed.archive_root, claimed.archive_path
        )
        fetched = fetching.fetch(
            self.actor,
            source,
            self.folders.work / "code",
            claimed.secrets,
            size=self.limits.disk or 10**12,
            check=self.keeper.check,
        )
        if fetched.commit:
            self.log.note(f"Commit {fetched.commit}{f' of {fetched.branch}' if fetched.branch else ''}")
            branch = fetched.branch if not claimed.commit else ""
            self._note(commit=fetched.commit, **({"branch": branch} if branch else {}))
        return fetched

    def _record(self, fetched: fetching.Fetched, project: Project, entry: EntryPoint) -> None:
        """What the official client writes to the run: params as in the command, commit, kind of environment."""
        params = [Tag(name, value) for name, value in entry.logged_params(self.claimed.params).items()]
        kind = {"docker": "docker", "conda": "conda"}.get(project.environment, "virtualenv")
        tags = {"mlflow.project.env": kind}
        if fetched.commit:
            tags["mlflow.source.git.commit"] = fetched.commit
        if fetched.branch and not self.claimed.commit:
            tags["mlflow.source.git.branch"] = fetched.branch
        log_batch(self.actor, self.claimed.run_id, Batch(params=params, tags=[Tag(*pair) for pair in tags.items()]))

    # ---- the environment

    def _environment(self, stack: ExitStack, fetched: fetching.Fetched, project: Project) -> Environment:
        self._note(phase="Building the environment")
        root = fetched.project
        if project.environment_file is None:
            spec = specs.from_parts("", [], [], root, fetched.root)
        elif project.environment == "conda":
            spec = specs.read_conda(project.environment_file, root, fetched.root)
        else:
            spec = specs.read_python_env(project.environment_file, root, fetched.root)
        try:
            lease = stack.enter_context(
                environments.obtain(
                    self.actor,
                    spec,
                    self.log,
                    slot=self.slot.number,
                    on_tick=self.keeper.tick,
                    secrets=self.masked,
                )
            )
        except BuildFailed as error:
            raise Invalid(error.message) from None
        found = lease.environment
        self._note(environment=found.key, environment_kind=found.kind, python=found.python)
        return found

    def _variables(self) -> dict[str, str]:
        """What the official client sets, our credentials for it, and the project's secrets."""
        hidden = {rules.GIT_TOKEN, rules.GIT_SSH_KEY}
        return {
            **{name: value for name, value in self.claimed.secrets.items() if name not in hidden},
            "MLFLOW_RUN_ID": self.claimed.run_id,
            "MLFLOW_EXPERIMENT_ID": self.claimed.experiment_id,
            "MLFLOW_TRACKING_URI": settings.INTERNAL_URL,
            "MLFLOW_TRACKING_TOKEN": self.claimed.token,
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "GIT_PYTHON_REFRESH": "quiet",
        }

    # ---- parameters that are paths

    def _resolve(
        self, fetched: fetching.Fetched, environment: Environment, parameter: Parameter, value: str, position: int
    ) -> str:
        """The local path that a `path` parameter stands for: in the project, below an allowed root, or downloaded now."""
        local = mlproject.local_path(value)
        if local is None:
            return self._download(environment, parameter, value, position)
        path = (fetched.project / local).resolve()
        if path.is_relative_to(fetched.root.resolve()) and path.exists():
            return str(path)
        if any(path.is_relative_to(root.resolve()) for root in rules.roots()) and path.exists():
            self._readable = (*self._readable, path)
            return str(path)
        raise Invalid(f"Got value {value} for parameter {parameter.name}, but no such file or directory was found.")

    def _download(self, environment: Environment, parameter: Parameter, value: str, position: int) -> str:
        self._note(phase=f"Downloading {parameter.name}")
        self.log.note(f"Downloading {value} for parameter {parameter.name}")
        folder = self.folders.work / "parameters" / f"param_{position}"
        result = self.folders.work / f"param_{position}.path"
        argv = (str(environment.executables / "python"), str(DOWNLOADER), value, str(folder), str(result))
        variables = {**self._variables(), **environment.variables()}
        limits = Limits(
            seconds=DOWNLOAD_SECONDS, memory=self.limits.memory, disk=self.limits.disk, file_size=self.limits.file_size
        )
        readable = (*environment.readable, DOWNLOADER)
        job = Job(f"{self.name}-p{position}", argv, self.folders, variables, limits, readable, slot=self.slot.number)
        ending = supervise(job, self.isolation, self.log, self.keeper.tick)
        if ending.kind == "stopped":
            raise building.Interrupted(ending.reason)
        if not ending.is_success:
            raise Invalid(f"Parameter {parameter.name}: {self._last_line() or ending.reason}")
        path = Path(_read_short(result))
        if not path.resolve().is_relative_to(self.folders.work.resolve()):
            raise Invalid(f"The value of parameter {parameter.name} was downloaded to an impossible place")
        return str(path)

    # ---- containers

    def _run_container(self, fetched: fetching.Fetched, project: Project, entry: EntryPoint) -> Outcome:
        docker = project.docker
        assert docker is not None
        found = containers.require_engine()
        if not project.name:
            raise Invalid("Project name in MLProject must be specified when using docker for image tagging.")
        base = containers.check_image(docker.image)
        volumes = containers.check_volumes(docker.volumes, [Path(root) for root in settings.VOLUME_ROOTS])
        command = entry.command_line(self.claimed.params, lambda *asked: self._resolve_in_container(fetched, *asked))
        variables = containers.variables(docker, self._variables(), {})
        image = self._image(found, fetched, project.name, base)
        uid = self.isolation.uid(self.slot.number)
        line = containers.run_command(found, self.name, image, command, sorted(variables), volumes, self.claimed.limits, uid)
        environment = {**variables, **containers.client_environment()}
        job = Job(self.name, tuple(line), self.folders, environment, Limits(seconds=self.limits.seconds, memory=None, disk=None))
        try:
            return self._run_command(job, trusted(), shlex.join(["/bin/sh", "-c", command]))
        finally:
            containers.remove(self.name)

    def _image(self, found: containers.Engine, fetched: fetching.Fetched, name: str, base: str) -> str:
        """The id of the base with the code in it: the one that was built for the same code before, or built now.

        By its id and not by its tag: another slot may build the same tag for its own user meanwhile.
        """
        self._note(phase="Building the image", environment_kind="docker")
        uid = self.isolation.uid(self.slot.number)
        tag = containers.tag_of(name, fetched.commit or f"x{self.claimed.id}")
        claimed = self.claimed
        place = f"{claimed.uri}#{claimed.subdirectory}" if fetched.commit else f"{claimed.archive_root}/{claimed.archive_path}"
        mark = containers.mark_of(place, fetched.commit, claimed.subdirectory, containers.image_id(found, base), str(uid))
        image = containers.find_image(found, mark)
        if image:
            self.log.note(f"Image {tag} was built before")
        else:
            image = self._build_image(found, fetched, base, tag, mark)
        log_batch(
            self.actor, claimed.run_id, Batch(tags=[Tag("mlflow.docker.image.uri", tag), Tag("mlflow.docker.image.id", image)])
        )
        self._note(environment=tag[:64])
        return image

    def _build_image(self, found: containers.Engine, fetched: fetching.Fetched, base: str, tag: str, mark: str) -> str:
        file, told = self.folders.path / containers.DOCKERFILE, self.folders.path / "image"
        file.write_text(containers.build_file(base, self.isolation.uid(self.slot.number)))
        argv = tuple(containers.build_command(found, tag, mark, file, told, fetched.project))
        limits = Limits(seconds=DOWNLOAD_SECONDS, memory=None, disk=None, file_size=None, processes=None)
        job = Job(f"{self.name}-b", argv, self.folders, containers.client_environment(), limits)
        ending = supervise(job, trusted(), self.log, self.keeper.tick)
        if ending.kind == "stopped":
            raise building.Interrupted(ending.reason)
        if not ending.is_success:
            raise Invalid(f"The image could not be built: {self._last_line() or ending.reason}")
        return _read_short(told)

    def _resolve_in_container(self, fetched: fetching.Fetched, parameter: Parameter, value: str, position: int) -> str:
        local = mlproject.local_path(value)
        path = (fetched.project / (local or "")).resolve()
        if local is None or not path.is_relative_to(fetched.project.resolve()) or not path.exists():
            raise Invalid(f"Parameter {parameter.name}: in a container a path has to lie in the project, and {value} does not")
        return f"{containers.WORK_FOLDER}/{path.relative_to(fetched.project.resolve())}"

    # ---- running

    def _run_command(self, job: Job, isolation: Isolation, command: str) -> Outcome:
        if (reason := self.keeper.check()) is not None:
            return Outcome(KILLED, reason)
        shown = self.masker.text(command)
        self.log.note(f"Running {shown}")
        if not leases.begin(self.actor, self.claimed.id, self.claimed.claim, shown):
            return Outcome(KILLED, self.keeper.check() or "The lease of this execution is another worker's")
        ending = supervise(job, isolation, self.log, self.keeper.tick)
        return Outcome(OUTCOMES[ending.kind], self._reason(ending), ending.code, asdict(ending.usage))

    def _closed(self, job: Job) -> Job:
        return job if self.claimed.limits.get("network", True) else replace(job, network=False)

    def _reason(self, ending: Ending) -> str:
        if ending.kind == "failed" and 0 < ending.code < 126:
            hint = self._last_line()
            return f"{ending.reason}: {hint}" if hint else ending.reason
        return ending.reason

    def _last_line(self) -> str:
        """The last line of the job's own, which most often says what went wrong; already masked."""
        self.log.settle()
        with self.log.path.open("rb") as file:
            file.seek(max(0, self.log.size - 8192))
            lines = file.read().decode("utf-8", "replace").splitlines()
        for line in reversed(lines):
            text = line[STAMP_LENGTH:].strip()
            if text and not text.startswith("==="):
                return text[:LONGEST_HINT]
        return ""

    def _note(self, **facts: Any) -> None:
        leases.note(self.actor, self.claimed.id, self.claimed.claim, **facts)


def _read_short(path: Path) -> str:
    """The text of a small file that a job left; a link or a pipe in its place is nothing."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as file:
        return file.read(4096).decode("utf-8", "replace").strip()
