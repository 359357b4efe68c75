"""What queries return and services take: plain data, no rows of the ORM."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

QUEUED, PREPARING, RUNNING = "QUEUED", "PREPARING", "RUNNING"
FINISHED, FAILED, KILLED = "FINISHED", "FAILED", "KILLED"
ACTIVE = (PREPARING, RUNNING)
ENDED = (FINISHED, FAILED, KILLED)


@dataclass(frozen=True, slots=True)
class NewProject:
    """A project to be made. Either `uri` (git, or a folder that an administrator allows) or `archive_id` of an upload."""

    name: str
    uri: str = ""
    ref: str = ""
    subdirectory: str = ""
    archive_id: int | None = None
    description: str = ""
    experiment_id: str = ""
    limits: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """A project as it is shown; `offer` as apps.projects.offers writes it."""

    id: int
    name: str
    workspace: str
    description: str
    source: str
    uri: str
    ref: str
    subdirectory: str
    archive: str  # the name of the uploaded file
    archive_sha256: str
    experiment_id: str
    limits: dict[str, Any]
    inspection: str
    inspected_at: datetime | None
    inspected_commit: str
    offer: dict[str, Any]
    problem: str
    owner: str
    created_at: datetime
    updated_at: datetime
    level: int


@dataclass(frozen=True, slots=True)
class SecretRecord:
    """That there is a secret; never what it is."""

    name: str
    updated_at: datetime
    updated_by: str


@dataclass(frozen=True, slots=True)
class NewExecution:
    """A submission. `project_id`, or `uri` or `archive_id` for a project that is not kept here.

    `experiment_id` or `experiment_name` (made if missing) say where the run goes; else the project's experiment, else Default.
    """

    project_id: int | None = None
    uri: str = ""
    archive_id: int | None = None
    ref: str = ""
    subdirectory: str = ""
    entry_point: str = "main"
    params: dict[str, str] = field(default_factory=dict)
    experiment_id: str = ""
    experiment_name: str = ""
    run_name: str = ""
    parent_run_id: str = ""
    priority: int = 0
    limits: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExecutionRecord:
    """An execution as it is shown. `position` in the queue from 1, None when not queued; `usage` as the runtime measures it."""

    id: int
    run_id: str
    run_name: str
    experiment_id: str
    project_id: int | None
    project_name: str
    workspace: str
    requested_by: str
    origin_id: int | None
    source: str
    uri: str
    ref: str
    subdirectory: str
    archive: str
    entry_point: str
    params: dict[str, str]
    limits: dict[str, Any]
    priority: int
    state: str
    phase: str
    phases: list[tuple[str, int]]  # of the last attempt: name, begin in ms
    reason: str
    attempts: int
    worker: str
    position: int | None
    cancelled_by: str
    commit: str
    branch: str
    command: str
    environment: str
    environment_kind: str
    python: str
    isolation: str
    exit_code: int | None
    usage: dict[str, Any]
    log_size: int
    created_at: datetime
    claimed_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    level: int  # of the actor, on the run

    @property
    def is_ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ENDED


@dataclass(frozen=True, slots=True)
class LogPart:
    """A piece of the log: bytes from `start`, the offset to ask for next, the size so far, whether that is all there will be."""

    data: bytes
    start: int
    next: int
    size: int
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a worker that took an execution needs to know of it. Secrets and token are in here: never printed, never stored."""

    id: int
    claim: str
    attempt: int
    run_id: str
    experiment_id: str
    workspace: str
    source: str
    uri: str
    ref: str
    subdirectory: str
    commit: str
    archive_root: str
    archive_path: str
    entry_point: str
    params: dict[str, str]
    limits: dict[str, Any]
    log_size: int
    requested_by: str
    token: str = field(repr=False, default="")
    secrets: dict[str, str] = field(repr=False, default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: a state of ENDED, the reason as a sentence, the exit code, what was used."""

    state: str
    reason: str = ""
    exit_code: int | None = None
    usage: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """A worker as it is shown. `executions` are those that it holds now."""

    name: str
    host: str
    slots: int
    started_at: datetime
    heard_at: datetime
    is_alive: bool
    load: dict[str, Any]
    isolation: str
    walls: list[dict[str, Any]]
    engine: str
    problem: str
    executions: list[ExecutionRecord]
