"""Requirement lines of pip: nested files read in, what needs the project's own files found, what reaches outside refused."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from apps.core.errors import Invalid

MAX_LINES = 5_000
MAX_DEPTH = 10

_NESTED = re.compile(r"^(?:-r|--requirement)(?:\s*=\s*|\s+|(?=[^\s=-]))(?P<path>.+)$")
_CONSTRAINT = re.compile(r"^(?:-c|--constraint)(?:\s*=\s*|\s+|(?=[^\s=-]))(?P<path>.+)$")
_EDITABLE = re.compile(r"^(?:-e|--editable)(?:\s*=\s*|\s+)(?P<rest>.+)$")
_COMMENT = re.compile(r"(^|\s)#.*$")
_VCS = re.compile(r"(^|@\s*)(git|hg|svn|bzr)\+", re.IGNORECASE)
_LOCAL_PATH = re.compile(r"^\.{1,2}(/|\[|$)|^[\w.-]+/|^/")
_ARCHIVE = re.compile(r"^[^\s@:]+\.(whl|zip|tar\.gz|tgz|tar\.bz2)(\[|$)", re.IGNORECASE)
_NAMED_PATH = re.compile(r"^[\w.\[\],\s-]+@\s*(?![a-zA-Z][a-zA-Z0-9+.-]*://)(?!git\+|hg\+|svn\+|bzr\+)\S")
_LOCATION_OPTION = re.compile(r"^(?:-f|--find-links)(?:\s*=\s*|\s+)(?P<place>.+)$")


@dataclass(frozen=True, slots=True)
class Flat:
    """Requirements without references to further files.

    `builds` says that the author asks for a build from source (a checkout, a folder of the project), which runs foreign code.
    `local` says that the result depends on files of the project, so the environment belongs to this state of them alone.
    """

    lines: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    builds: bool = False
    local: bool = False


def flatten(lines: Iterable[str], folder: Path, boundary: Path) -> Flat:
    """The lines with `-r` and `-c` files read in; paths are relative to the file that names them.

    Every path has to stay inside `boundary`. Raises Invalid.
    """
    plain: list[str] = []
    constraints: list[str] = []
    _expand(_joined(lines), folder, boundary.resolve(), plain, constraints, 0)
    kept = tuple(_checked(line, boundary.resolve()) for line in plain)
    local = any(_is_local(line) for line in kept)
    return Flat(kept, tuple(constraints), builds=local or any(_VCS.search(line) for line in kept), local=local)


def _expand(lines: Iterable[str], folder: Path, boundary: Path, plain: list[str], constraints: list[str], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Invalid("Requirement files name each other in more than 10 steps")
    for line in lines:
        if match := _NESTED.match(line):
            path = _inside(match["path"], folder, boundary)
            _expand(_read(path), path.parent, boundary, plain, constraints, depth + 1)
        elif match := _CONSTRAINT.match(line):
            path = _inside(match["path"], folder, boundary)
            _expand(_read(path), path.parent, boundary, constraints, constraints, depth + 1)
        else:
            plain.append(_anchored(line, folder, boundary))
        if len(plain) + len(constraints) > MAX_LINES:
            raise Invalid(f"More than {MAX_LINES} requirements")


def _read(path: Path) -> list[str]:
    if not path.is_file():
        raise Invalid(f"The requirement file {path.name} does not exist")
    if path.stat().st_size > 1024 * 1024:
        raise Invalid(f"The requirement file {path.name} is larger than 1 MiB")
    try:
        return _joined(path.read_text(encoding="utf-8").splitlines())
    except UnicodeDecodeError:
        raise Invalid(f"The requirement file {path.name} is not UTF-8 text") from None


def _joined(lines: Iterable[str]) -> list[str]:
    """Lines without comments, continued ones (`\\` at the end) put together."""
    found: list[str] = []
    pending = ""
    for raw in lines:
        if not isinstance(raw, str):
            raise Invalid(f"A dependency has to be a text, not {raw!r}")
        for part in raw.splitlines() or [""]:
            text = _COMMENT.sub("", part).strip()
            if text.endswith("\\"):
                pending += text[:-1].rstrip() + " "
                continue
            text, pending = (pending + text).strip(), ""
            if text:
                found.append(text)
    return found + [pending.strip()] if pending.strip() else found


def _inside(name: str, folder: Path, boundary: Path) -> Path:
    name = name.strip().strip("'\"")
    if "://" in name:
        raise Invalid(f"Requirement files are read from the project only, not from {name}")
    path = (folder / name).resolve()
    if not path.is_relative_to(boundary):
        raise Invalid(f"{name} lies outside of the project")
    return path


def _anchored(line: str, folder: Path, boundary: Path) -> str:
    """A path of the project written relative to the boundary; an editable install made a plain one.

    The environment outlives the checkout, so nothing in it may point back there.
    """
    if match := _EDITABLE.match(line):
        line = match["rest"].strip()
    if _VCS.search(line) or not (_LOCAL_PATH.match(line) or _ARCHIVE.match(line)):
        return line
    path, bracket, extras = line.partition("[")
    inside = _inside(path, folder, boundary).relative_to(boundary)
    return f"./{inside}{bracket}{extras}"


def _checked(line: str, boundary: Path) -> str:
    if "file:" in line.lower() or _NAMED_PATH.match(line):
        raise Invalid(f"{line}: name a folder of the project by its relative path alone, as in ./package")
    if "${" in line:
        # The installer would put in the worker's own variables, and an address could carry them away.
        raise Invalid(f"{line}: variables are not filled in")
    match = _LOCATION_OPTION.match(line)
    if match and "://" not in match["place"]:
        return f"--find-links ./{_inside(match['place'], boundary, boundary).relative_to(boundary)}"
    return line


def _is_local(line: str) -> bool:
    return line.startswith(("./", "--find-links ./"))
