"""What an environment is made of, read from python_env.yaml or conda.yaml the way the official client reads them."""

import hashlib
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from apps.core.errors import Invalid
from apps.runtime.requirements import Flat, flatten
from apps.runtime.yamlfile import read_mapping

# The client's own expression, so that the same packages count as build packages on both sides.
_CONDA_DEPENDENCY = re.compile(r"^(?P<package>python|pip|setuptools|wheel)(?P<operator><|>|<=|>=|=|==|!=)?(?P<version>[\d.]+)?$")
_PYTHON_VERSION = re.compile(r"^\d+(\.\d+){1,2}$")


@dataclass(frozen=True, slots=True)
class EnvironmentSpec:
    """The wish: a Python version and what pip installs into it.

    `python` is "3.11" or "3.11.7", or "" for the Python that the platform runs on. `conda` is the canonical JSON of a whole
    conda.yaml, used where a conda tool is present; `left_out` names what only conda could have installed. `files` is the
    folder to which the lines beginning with `./` refer. `notes` are sentences for the build log.
    """

    python: str = ""
    build_dependencies: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    conda: str = ""
    left_out: tuple[str, ...] = ()
    builds: bool = False
    files: Path | None = None
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The wish as plain data, for the row of its environment."""
        return {
            "python": self.python,
            "build_dependencies": list(self.build_dependencies),
            "dependencies": list(self.dependencies),
            "constraints": list(self.constraints),
            "conda": self.conda,
        }


def plain(python: str = "", *dependencies: str) -> EnvironmentSpec:
    """An environment of the named requirements. Raises Invalid."""
    return from_parts(python, [], list(dependencies), Path("/nonexistent"), Path("/nonexistent"))


def read_python_env(path: Path, root: Path, boundary: Path) -> EnvironmentSpec:
    """The environment of a python_env.yaml; requirement files are relative to `root`, inside `boundary`. Raises Invalid."""
    data = read_mapping(path, path.name)
    unknown = sorted(str(key) for key in set(data) - {"python", "build_dependencies", "dependencies"})
    if unknown:
        raise Invalid(f"{path.name} has an unknown field: {', '.join(unknown)}")
    return from_parts(
        _python_text(data.get("python"), path.name),
        _texts(data.get("build_dependencies"), "build_dependencies", path.name),
        _texts(data.get("dependencies"), "dependencies", path.name),
        root,
        boundary,
    )


def read_conda(path: Path, root: Path, boundary: Path) -> EnvironmentSpec:
    """The environment of a conda.yaml, with the part that pip can install apart from the rest. Raises Invalid."""
    data = read_mapping(path, path.name)
    items = data.get("dependencies") or []
    if not isinstance(items, list):
        raise Invalid(f"The dependencies of {path.name} have to be a list")
    python, build, pip, left_out = "", [], [], []
    for item in items:
        if isinstance(item, dict) and "pip" in item:
            pip = _texts(item["pip"], "pip dependencies", path.name)
        elif not isinstance(item, str):
            raise Invalid(f'Invalid conda dependency: {item}. Must be str or dict in the form of {{"pip": [...]}}')
        elif not (match := _CONDA_DEPENDENCY.match(_without_wildcard(item))):
            left_out.append(item)
        elif match["package"] == "python" and not python:
            python = _conda_python(item, match)
        else:
            operator = "==" if match["operator"] == "=" else match["operator"] or ""
            build.append(match["package"] + operator + (match["version"] or ""))
    spec = from_parts(python, build, pip, root, boundary)
    return replace(spec, conda=json.dumps(data, sort_keys=True, default=str), left_out=tuple(left_out))


def from_parts(python: str, build: list[str], dependencies: list[str], root: Path, boundary: Path) -> EnvironmentSpec:
    """A spec whose requirement files are read in. Raises Invalid."""
    if python and not _PYTHON_VERSION.match(python):
        raise Invalid(f"{python!r} is not a Python version; write one like 3.11 or 3.11.7")
    first, second = flatten(build, root, boundary), flatten(dependencies, root, boundary)
    return EnvironmentSpec(
        python=python,
        build_dependencies=first.lines,
        dependencies=second.lines,
        constraints=first.constraints + second.constraints,
        builds=first.builds or second.builds,
        files=boundary.resolve() if first.local or second.local else None,
        notes=_notes(python, second),
    )


def key(spec: EnvironmentSpec, python_version: str, platform: str, conda_tool: str = "") -> str:
    """64 hex digits: the same for every spec that leads to the same environment on this kind of machine.

    `python_version` is the version really used. A spec that installs files of the project is keyed by their content too.
    """
    parts = [python_version, platform, conda_tool, list(spec.build_dependencies), list(spec.dependencies), list(spec.constraints)]
    parts.append(spec.conda if conda_tool else "")
    parts.append(tree_digest(spec.files) if spec.files else "")
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()


def tree_digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of all files below `folder`, links by their target, the .git folder left out."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if relative.parts[0] == ".git" or (path.is_dir() and not path.is_symlink()):
            continue
        content = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        digest.update(f"{relative}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _notes(python: str, flat: Flat) -> tuple[str, ...]:
    notes = []
    if not python:
        notes.append("No Python version is asked for: the platform's own is used.")
    if flat.local:
        notes.append("The environment installs files of the project, so it is kept for this state of them alone.")
    return tuple(notes)


def _python_text(value: Any, shown: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid(f"The python version in {shown} has to be quoted, or 3.10 would be read as 3.1")
    return value.strip()


def _conda_python(item: str, match: re.Match[str]) -> str:
    if match["operator"] is None:
        raise Invalid(f"Invalid dependency for python: {item}. It must be pinned (e.g. python=3.8.13).")
    if match["operator"] in {"<", ">", "!="}:
        raise Invalid(f"Invalid version comparator for python: '{match['operator']}'. Must be one of ['<=', '>=', '=', '=='].")
    return match["version"] or ""


def _without_wildcard(item: str) -> str:
    """`python=3.11.*` means what `python=3.11` means; the client does not know it and would take any Python."""
    return item.removesuffix(".*") if item.startswith("python") else item


def _texts(value: Any, what: str, shown: str) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Invalid(f"The {what} of {shown} have to be a list of texts")
    return value
