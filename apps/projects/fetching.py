"""Getting a project's code into a folder, whichever kind its source is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from apps.artifacts.queries.reading import open_file
from apps.core.actor import Actor
from apps.core.errors import DomainError, Invalid
from apps.projects import archives, git, rules, sources
from apps.projects.archives import project_root
from apps.projects.models import Project

GIB = 1024**3


class Interrupted(DomainError):
    """Somebody does not want the code any more."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where code comes from: columns of a project or an execution."""

    kind: str
    uri: str
    ref: str
    subdirectory: str
    archive_root: str
    archive_path: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """Code in a folder. `project` is the folder that the project lies in, inside `root`. `commit` is "" for what has none."""

    root: Path
    project: Path
    commit: str
    branch: str


def fetch(
    actor: Actor,
    source: Source,
    folder: Path,
    secrets: Mapping[str, str],
    *,
    seconds: float = 600,
    size: int = 4 * GIB,
    check: Callable[[], str | None] = lambda: None,
) -> Fetched:
    """Fetch into `folder`, which must not exist yet. `check` is asked now and then; a text from it is why to give up.

    Raises Invalid for a source that is refused, missing or too large, Unavailable for a slow one, Interrupted.
    """
    folder.mkdir(parents=True)
    if source.kind == Project.Source.ARCHIVE:
        _unpack(actor, source, folder, size)
        root = project_root(folder)
        return Fetched(folder, sources.subdirectory_of(root, source.subdirectory), "", "")
    address = sources.check_address(source.uri, rules.roots())
    if not address.is_repository:
        if source.ref:
            raise Invalid("Setting a version is only supported for Git project URIs")
        assert address.path is not None
        sources.copy_folder(address.path, folder, size)
        return Fetched(folder, sources.subdirectory_of(folder, source.subdirectory), "", "")
    found = git.fetch(address, source.ref, folder, _access(secrets), git.Bounds(seconds, size), lambda: _give_up(check))
    return Fetched(folder, sources.subdirectory_of(folder, source.subdirectory), found.commit, found.branch)


def _unpack(actor: Actor, source: Source, folder: Path, size: int) -> None:
    opened = open_file(actor, source.archive_root, source.archive_path)
    packed = folder.with_name(f"{folder.name}.packed")
    try:
        with packed.open("wb") as file:
            for block in opened.blocks():
                file.write(block)
        archives.unpack(packed, folder, archives.Limits(total_bytes=size))
    finally:
        packed.unlink(missing_ok=True)


def _access(secrets: Mapping[str, str]) -> git.Access:
    hosts = Path(settings.RUNTIME_DIR) / "known_hosts"
    return git.Access(secrets.get(rules.GIT_SSH_KEY, ""), secrets.get(rules.GIT_TOKEN, ""), hosts)


def _give_up(check: Callable[[], str | None]) -> None:
    reason = check()
    if reason:
        raise Interrupted(reason)
