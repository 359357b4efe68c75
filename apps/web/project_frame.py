"""What pages of projects and executions show of both: sources as links, offers as forms, states as words and steps."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from apps.core import clock
from apps.projects import offers
from apps.projects.mlproject import EntryPoint
from apps.projects.records import (
    ACTIVE,
    ENDED,
    FAILED,
    FINISHED,
    KILLED,
    PREPARING,
    QUEUED,
    RUNNING,
    ExecutionRecord,
    ProjectRecord,
)
from apps.web import formats

WORDS: dict[str, str | Promise] = {
    QUEUED: _lazy("Waiting"),
    PREPARING: _lazy("Preparing"),
    RUNNING: _lazy("Running"),
    FINISHED: _lazy("Finished"),
    FAILED: _lazy("Failed"),
    KILLED: _lazy("Stopped"),
}
BADGES: dict[str, dict[str, str]] = {
    QUEUED: {"kind": "", "icon": "clock"},
    PREPARING: {"kind": "info", "icon": "loader-2"},
    RUNNING: {"kind": "info", "icon": "loader-2"},
    FINISHED: {"kind": "good", "icon": "circle-check"},
    FAILED: {"kind": "bad", "icon": "circle-x"},
    KILLED: {"kind": "warn", "icon": "circle-minus"},
}
STATES = (("waiting", (QUEUED,)), ("running", ACTIVE), ("finished", (FINISHED,)), ("failed", (FAILED,)), ("stopped", (KILLED,)))
PHASES: dict[str, str | Promise] = {
    "Fetching the code": _lazy("Source"),
    "Building the environment": _lazy("Environment"),
    "Building the image": _lazy("Image"),
}
ENVIRONMENTS: dict[str, str | Promise] = {
    "python": _lazy("Python"),
    "virtualenv": _lazy("Python"),
    "conda": _lazy("conda"),
    "docker": _lazy("container"),
}
# Where the page of a commit lies on hosts that are known; others have no link.
_COMMITS = (
    ("github.com", "https://github.com/{path}/commit/{commit}"),
    ("gitlab.com", "https://gitlab.com/{path}/-/commit/{commit}"),
    ("bitbucket.org", "https://bitbucket.org/{path}/commits/{commit}"),
)
_REPOSITORY = re.compile(
    r"^(?:https://|ssh://(?:[\w.-]+@)?|[\w.-]+@)(?P<host>[\w.-]+)(?::\d+)?[/:](?P<path>[\w./~-]+?)(?:\.git)?/?$"
)


def commit_url(uri: str, commit: str) -> str:
    """The page of a commit, "" where nobody knows one."""
    match = _REPOSITORY.match(uri)
    form = dict(_COMMITS).get(match["host"]) if match and commit else None
    return form.format(path=match["path"], commit=commit) if match and form else ""


def source_line(record: ProjectRecord | ExecutionRecord) -> str:
    """Where the code comes from, in one line."""
    place = record.uri or record.archive
    return f"{place}#{record.subdirectory}" if record.subdirectory else place


@dataclass(frozen=True, slots=True)
class Row:
    """An execution in a table."""

    record: ExecutionRecord
    word: str | Promise
    status: str  # as ui/_status.html knows it
    took: str
    params: str


def row(record: ExecutionRecord) -> Row:
    """The execution as a line of a table."""
    status = RUNNING if record.state == PREPARING else record.state
    params = ", ".join(f"{name}={value}" for name, value in record.params.items())
    return Row(record, word(record), status, took(record), params[:300])


def word(record: ExecutionRecord) -> str | Promise:
    """Its state in a word."""
    return _("Stopping") if is_stopping(record) else WORDS[record.state]


def is_stopping(record: ExecutionRecord) -> bool:
    """Whether somebody cancelled it and it has not ended yet."""
    return bool(record.cancelled_by) and record.state in ACTIVE


def took(record: ExecutionRecord) -> str:
    """How long it ran, or has run so far; since a worker took it."""
    if record.claimed_at is None:
        return "–"
    return _span(record.claimed_at, record.ended_at)


def badge(record: ExecutionRecord) -> dict[str, Any]:
    """State and time, for the head of its page."""
    text = str(word(record))
    if record.state in ACTIVE:
        text = f"{text}, {took(record)}"
    elif record.state == QUEUED and record.position:
        text = _("%(word)s, place %(place)d") % {"word": text, "place": record.position}
    return {"text": text, **BADGES[record.state]}


def steps(record: ExecutionRecord, environment_note: str = "") -> list[dict[str, Any]]:
    """Its way so far and what is to come, with the time of each step. `environment_note` is said of a built environment."""
    if record.state == QUEUED:
        fact = _("place %(place)d") % {"place": record.position or 1}
        return [_step(_("Queued"), fact, "current"), *(_step(name) for name in _coming(())), _step(_("Done"))]
    if record.claimed_at is None:  # cancelled before a worker took it
        return [_step(_("Queued"), _span(record.created_at, record.ended_at), "done"), _last(record)]
    found = [_step(_("Queued"), _span(record.created_at, record.claimed_at), "done")]
    ends = [_moment(began) for _name, began in record.phases[1:]] + [record.started_at or record.ended_at]
    for (name, began), ended in zip(record.phases, ends, strict=False):
        is_now = ended is None
        fact = _span(_moment(began), ended)
        if name.startswith("Building the environment") and environment_note and not is_now:
            fact = f"{environment_note}, {fact}"
        found.append(_step(_phase(name), fact, "current" if is_now else "done"))
    if record.state == PREPARING:
        reached = tuple(name for name, _began in record.phases)
        coming = [_step(name) for name in _coming(reached)]
        if not reached:
            coming[0]["is"] = "current"
        return [*found, *coming, _step(_("Done"))]
    if record.started_at is not None:
        fact = _span(record.started_at, record.ended_at)
        if record.state == RUNNING and "minutes" in record.limits:
            fact = _("%(time)s of at most %(most)s") % {"time": fact, "most": formats.duration(record.limits["minutes"] * 60)}
        found.append(_step(_("Running"), fact, "current" if record.state == RUNNING else "done"))
    return [*found, _last(record) if record.state in ENDED else _step(_("Done"))]


def _coming(reached: tuple[str, ...]) -> list[str]:
    names = [] if reached else [_("Source")]
    names += [] if any(name.startswith("Building") for name in reached) else [_("Environment")]
    return [*names, _("Running")]


def _last(record: ExecutionRecord) -> dict[str, Any]:
    fact = _("exit code %(code)d") % {"code": record.exit_code} if record.exit_code else ""
    return _step(str(WORDS[record.state]), fact, {FAILED: "failed", KILLED: "stopped"}.get(record.state, "done"))


def _phase(name: str) -> str:
    if name.startswith("Downloading "):
        return _("Download of %(name)s") % {"name": name.removeprefix("Downloading ")}
    return str(PHASES.get(name, name))


def _step(name: str, fact: str = "", state: str = "") -> dict[str, Any]:
    return {"name": name, "fact": fact, "is": state}


def _span(begin: datetime, end: datetime | None) -> str:
    return formats.duration(max(0.0, ((end or clock.now()) - begin).total_seconds()))


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, tz=clock.now().tzinfo)


def limit_words(limits: dict[str, Any]) -> list[tuple[str, str]]:
    """Limits as label and value."""
    known = (
        ("minutes", _("Time"), lambda value: formats.duration(value * 60)),
        ("memory_mb", _("Memory"), lambda value: formats.size(value * 1024 * 1024)),
        ("cpus", _("Processors"), str),
        ("disk_mb", _("Disk"), lambda value: formats.size(value * 1024 * 1024)),
        ("processes", _("Processes"), formats.count),
    )
    found = [(label, text(limits[name])) for name, label, text in known if name in limits]
    return found + ([(_("Network"), _("none"))] if limits.get("network") is False else [])


def entry_of(offer: dict[str, Any], name: str) -> EntryPoint | None:
    """The entry point of that name, or None where only its name is known."""
    return offers.entry_point(offer, name)


def entry_names(offer: dict[str, Any]) -> list[str]:
    """Names of the declared entry points, `main` first."""
    names = [entry["name"] for entry in offer.get("entry_points", [])]
    return sorted(names, key=lambda name: (name != "main", names.index(name)))


def project_crumbs(project: ProjectRecord | None = None) -> list[dict[str, str]]:
    """The way to a project's pages."""
    crumbs = [{"label": _("Projects"), "url": reverse("web:projects")}]
    if project is not None:
        crumbs.append({"label": project.name, "url": reverse("web:project", args=[project.id])})
    return crumbs
