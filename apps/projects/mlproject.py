"""The MLproject file: what a project is called, where it runs, what it can be asked to do, and the command that does it.

Pure: files in, data out. The reading is that of the official client, quirks of quoting included, because the same project
has to run the same command on a laptop and here; tests compare both on the same files.
"""

import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Any, Literal
from urllib.parse import urlparse
from urllib.request import url2pathname

from apps.core.errors import Invalid
from apps.runtime.yamlfile import read_mapping

FILE_NAME = "mlproject"
PYTHON_ENV_FILE = "python_env.yaml"
CONDA_FILE = "conda.yaml"
ENVIRONMENT_FIELDS = ("python_env", "conda_env", "docker_env")
SCRIPT_COMMANDS = {".py": "python", ".sh": "bash"}
DEFAULT_ENTRY_POINT = "main"
INVALID = "Project configuration (MLproject file) was invalid:"

EnvironmentKind = Literal["python", "conda", "docker"]
# (parameter, value, position of the parameter in its entry point) -> the value that goes into the command
Resolve = Callable[["Parameter", str, int], str]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter. `default` is None where a value has to be given; types other than the four count as string."""

    name: str
    type: str = "string"
    default: str | None = None

    @property
    def is_required(self) -> bool:
        """Whether a run without a value for it is refused."""
        return self.default is None

    def problem(self, value: str) -> str:
        """What is wrong with `value`, as a sentence for the form; "" if nothing is.

        The official client does not check numbers; the form does, because the answer then comes before the queue.
        """
        if self.type == "float" and not _is_number(value):
            return f"{value!r} is not a number"
        if self.type == "uri" and not is_uri(value):
            return f"Expected URI for parameter {self.name} but got {value}"
        return ""


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """Something that a project can be asked to do."""

    name: str
    command: str
    parameters: dict[str, Parameter] = field(default_factory=dict)
    is_declared: bool = True

    def problems(self, values: Mapping[str, str]) -> dict[str, str]:
        """Parameter name -> what is wrong with its value; {} if the run may start. Strict about numbers (see Parameter)."""
        found = {}
        for name, parameter in self.parameters.items():
            value = values.get(name, parameter.default)
            text = "A value is required" if value is None else parameter.problem(value)
            if text:
                found[name] = text
        return found

    def split(self, values: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """(values of the declared parameters with defaults, values given beyond them), unquoted.

        Raises Invalid for missing values and for a `uri` that is none, as the official client does.
        """
        missing = [name for name, parameter in self.parameters.items() if name not in values and parameter.is_required]
        if missing:
            raise Invalid("No value given for missing parameters: " + ", ".join(f"'{name}'" for name in missing))
        declared = {name: values.get(name, parameter.default or "") for name, parameter in self.parameters.items()}
        for name, value in declared.items():
            if self.parameters[name].type == "uri" and not is_uri(value):
                raise Invalid(f"Expected URI for parameter {name} but got {value}")
        return declared, {name: value for name, value in values.items() if name not in declared}

    def logged_params(self, values: Mapping[str, str]) -> dict[str, str]:
        """What the run records as its params: all values, shell-quoted as in the command, paths not resolved. Raises Invalid."""
        declared, extra = self.split(values)
        quoted = {name: shlex.quote(value) for name, value in declared.items()}
        return quoted | {shlex.quote(name): shlex.quote(value) for name, value in extra.items()}

    def command_line(self, values: Mapping[str, str], resolve: Resolve | None = None) -> str:
        """The line for `bash -c`. `resolve` turns the value of a `path` parameter into a local path. Raises Invalid."""
        declared, extra = self.split(values)
        if resolve is not None:
            for position, (name, parameter) in enumerate(self.parameters.items()):
                if parameter.type == "path":
                    declared[name] = resolve(parameter, declared[name], position)
        line = fill(self.command, {name: shlex.quote(value) for name, value in declared.items()}, self.name)
        return " ".join([line, *(f"--{shlex.quote(name)} {shlex.quote(value)}" for name, value in extra.items())])


@dataclass(frozen=True, slots=True)
class DockerEnvironment:
    """`docker_env`. An item of `environment` with a value defines it; one with None is copied from the worker's own."""

    image: str
    volumes: tuple[str, ...] = ()
    environment: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """What an MLproject file says. `environment_file` is absolute, None for a plain environment and for docker."""

    name: str
    environment: EnvironmentKind
    environment_file: Path | None
    docker: DockerEnvironment | None
    entry_points: dict[str, EntryPoint]
    file: Path | None

    def entry_point(self, name: str) -> EntryPoint:
        """The declared entry point, or the script of that name as one. Raises Invalid."""
        if name in self.entry_points:
            return self.entry_points[name]
        extension = os.path.splitext(name)[1]
        if extension in SCRIPT_COMMANDS:
            return EntryPoint(name, _literal(f"{SCRIPT_COMMANDS[extension]} {shlex.quote(name)}"), is_declared=False)
        if extension == ".R":
            return EntryPoint(
                name, _literal(f"Rscript -e \"mlflow::mlflow_source('{shlex.quote(name)}')\" --args"), is_declared=False
            )
        known = ", ".join(f"'{entry}'" for entry in self.entry_points) or "none"
        raise Invalid(
            f"Could not find {name} among entry points [{known}] or interpret {name} as a runnable script. "
            "Supported script file extensions: .py, .sh, .R"
        )


def load(root: Path, boundary: Path | None = None) -> Project:
    """The project in the folder `root`; a folder without an MLproject file is a project too.

    `boundary` is the checkout that `root` lies in (default: `root`); files that the project names stay inside it. Raises Invalid.
    """
    path = find(root)
    shown = path.name if path else "MLproject"
    data = read_mapping(path, shown) if path else {}
    return parse(data, root, boundary or root, path)


def find(root: Path) -> Path | None:
    """The MLproject file of the folder, its name in any case."""
    try:
        names = sorted(os.listdir(root))
    except OSError as error:
        raise Invalid(f"The project folder cannot be read: {error.strerror}") from None
    return next((root / name for name in names if name.lower() == FILE_NAME), None)


def parse(data: Mapping[str, Any], root: Path, boundary: Path, path: Path | None = None) -> Project:
    """The project that the mapping of an MLproject file describes. Raises Invalid."""
    if "databricks_spark_job" in data:
        raise Invalid("databricks_spark_job projects run on Databricks only; use python_env, conda_env or docker_env")
    fields = [name for name in ENVIRONMENT_FIELDS if name in data]
    if len(fields) > 1:
        raise Invalid(f"Project cannot contain multiple environment fields: {', '.join(fields)}")
    kind, file = _environment(data, root, boundary)
    return Project(
        name="" if data.get("name") is None else str(data["name"]),
        environment=kind,
        environment_file=file,
        docker=_docker(data["docker_env"]) if kind == "docker" else None,
        entry_points=_entry_points(data.get("entry_points") or {}),
        file=path,
    )


def is_uri(text: str) -> bool:
    """Whether `text` has a scheme; the client's own test for parameters of type `uri`."""
    try:
        return bool(urlparse(text).scheme)
    except ValueError:
        return False


def local_path(text: str) -> str | None:
    """The path that a parameter of type `path` names on this machine, or None where it is a URI to be downloaded."""
    try:
        parts = urlparse(text)
    except ValueError:
        raise Invalid(f"{text!r} is neither a path nor a URI") from None
    if parts.scheme and not (parts.scheme == "file" and not parts.netloc):
        return None
    return url2pathname(parts.path if text.startswith("file:") else text)


def fill(template: str, values: Mapping[str, str], entry_point: str) -> str:
    """`template` with `{name}` replaced, as `str.format` does, for plain names only. Raises Invalid.

    Attributes, indexes and wide paddings are refused: `{a:>9999999999}` would fill the memory of whoever formats it.
    """
    try:
        parts = list(Formatter().parse(template))
        for _, name, spec, _ in parts:
            if name is not None and (name not in values or len(spec or "") > 8 or "{" in (spec or "")):
                raise Invalid(f"The command of entry point '{entry_point}' uses {{{name}}}, which is not a declared parameter")
        return template.format(**values)
    except (ValueError, IndexError, KeyError) as error:
        raise Invalid(f"The command of entry point '{entry_point}' is not a valid template: {error}") from None


def _entry_points(data: Any) -> dict[str, EntryPoint]:
    if not isinstance(data, dict):
        raise Invalid("entry_points has to be a mapping of names to entry points")
    return {str(name): _entry_point(str(name), body) for name, body in data.items()}


def _entry_point(name: str, data: Any) -> EntryPoint:
    if not isinstance(data, dict):
        raise Invalid(f"Entry point '{name}' has to be a mapping with a command")
    command = data.get("command")
    if not isinstance(command, str) or not command.strip():
        raise Invalid(f"Entry point '{name}' has no command")
    parameters = data.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise Invalid(f"The parameters of entry point '{name}' have to be a mapping of names to types")
    return EntryPoint(name, command, {str(key): _parameter(name, str(key), body) for key, body in parameters.items()})


def _parameter(entry_point: str, name: str, data: Any) -> Parameter:
    if isinstance(data, str):
        return Parameter(name, data)
    if not isinstance(data, dict):
        raise Invalid(f"Parameter '{name}' of entry point '{entry_point}' has to be a type or a mapping with type and default")
    kind, default = data.get("type", "string"), data.get("default")
    if not isinstance(kind, str):
        raise Invalid(f"The type of parameter '{name}' of entry point '{entry_point}' has to be a word")
    return Parameter(name, kind, None if default is None else str(default))


def _environment(data: Mapping[str, Any], root: Path, boundary: Path) -> tuple[EnvironmentKind, Path | None]:
    if data.get("docker_env"):
        return "docker", None
    if data.get("python_env"):
        return "python", _named_file(data["python_env"], "python_env", root, boundary)
    if data.get("conda_env"):
        return "conda", _named_file(data["conda_env"], "conda environment", root, boundary)
    if (root / PYTHON_ENV_FILE).exists():
        return "python", _named_file(PYTHON_ENV_FILE, "python_env", root, boundary)
    if (root / CONDA_FILE).exists():
        return "conda", _named_file(CONDA_FILE, "conda environment", root, boundary)
    return "python", None


def _named_file(name: Any, what: str, root: Path, boundary: Path) -> Path:
    if not isinstance(name, str):
        raise Invalid(f"The {what} file has to be named by its path")
    path = (root / name).resolve()
    if not path.is_relative_to(boundary.resolve()):
        raise Invalid(f"The {what} file {name} lies outside of the project")
    if not path.is_file():
        raise Invalid(f"Project specified {what} file {name}, but no such file was found.")
    return path


def _docker(data: Any) -> DockerEnvironment:
    if not isinstance(data, dict) or not data.get("image") or not isinstance(data["image"], str):
        raise Invalid(
            "Project configuration (MLproject file) was invalid: Docker environment specified but no image attribute found."
        )
    volumes = data.get("volumes") or []
    if not isinstance(volumes, list) or not all(isinstance(item, str) for item in volumes):
        raise Invalid(
            f"{INVALID} Docker volumes must be a list of strings, "
            """e.g.: '["/path1/:/path1", "/path2/:/path2"])"""
        )
    environment = data.get("environment") or []
    if not isinstance(environment, list) or not all(_is_variable(item) for item in environment):
        raise Invalid(
            f"{INVALID} environment must be a list containing either strings (to copy "
            "environment variables from host system) or lists of string pairs (to define new environment variables). "
            """E.g.: '[["NEW_VAR", "new_value"], "VAR_TO_COPY_FROM_HOST"])"""
        )
    pairs = tuple((item, None) if isinstance(item, str) else (str(item[0]), str(item[1])) for item in environment)
    return DockerEnvironment(data["image"], tuple(volumes), pairs)


def _is_variable(item: Any) -> bool:
    if isinstance(item, str):
        return True
    return isinstance(item, list) and len(item) == 2 and not any(isinstance(part, (list, dict)) for part in item)


def _literal(command: str) -> str:
    """A command without placeholders: a script called `{x}.py` must reach the shell as it is."""
    return command.replace("{", "{{").replace("}", "}}")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
