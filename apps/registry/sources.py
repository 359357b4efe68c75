"""Where a version comes from: the `source` that a client names and the place where its artifacts lie. Pure."""

import posixpath
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote_plus, urlsplit

from apps.core.errors import Invalid
from apps.experiments.rules import check_text
from apps.registry import rules

PROMPT_PLACEHOLDERS = {"dummy-source", "prompt-template"}

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]+):", re.ASCII)  # two letters at least: one is a drive of Windows
_LOGGED_MODEL = re.compile(r"models:/+(m-[0-9a-f]{32})/*")
_VERSION = re.compile(r"models:/([^/:@]+)/(\d{1,9})/*")
_PROXY = re.compile(r"/(?:ajax-)?api/2\.0/mlflow-artifacts/artifacts/(.*)", re.DOTALL)
_MODEL_PLACE = re.compile(r"\d{1,18}/models/([\w-]{1,255})/artifacts(?:/(.*))?", re.ASCII | re.DOTALL)
_RUN_PLACE = re.compile(r"\d{1,18}/([0-9a-zA-Z][\w-]{0,255})/artifacts(?:/(.*))?", re.ASCII | re.DOTALL)
_RUNS = re.compile(r"runs:/+([0-9a-zA-Z][\w-]{0,255})(?:/(.*))?", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class VersionSource:
    """Another registered version: the new one is a copy of it."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A logged model."""

    model_id: str


@dataclass(frozen=True, slots=True)
class Place:
    """Artifacts that this server holds: those of a run or of a logged model, from `path` on."""

    kind: Literal["run", "logged_model"]
    id: str
    path: str


def read_source(source: str, *, is_prompt: bool = False) -> VersionSource | ModelSource | None:
    """What a `models:/` source points to; None for a place that is taken as it stands. Raises Invalid."""
    if not source.strip():
        raise Invalid("Missing value for required parameter 'source'")
    if len(source) > rules.MAX_SOURCE:
        raise Invalid(f"'source' exceeds the maximum length of {rules.MAX_SOURCE} characters, got {len(source)}")
    check_text(source, "source")
    if is_prompt and source in PROMPT_PLACEHOLDERS:
        return None
    scheme = _SCHEME.match(source)
    if scheme is None or scheme[1].lower() == "file":
        raise Invalid(
            f"Invalid model version source: '{source}'. To use a local path as a model version source, the run_id request "
            "parameter has to be specified and the local path has to be contained within the artifact directory of the run "
            "specified by the run_id. This server keeps all artifacts itself, so no local path is."
        )
    _check_path(source)
    if scheme[1].lower() == "models":
        return _read_registered(source)
    return None


def _read_registered(source: str) -> VersionSource | ModelSource:
    if match := _LOGGED_MODEL.fullmatch(source):
        return ModelSource(match[1])
    if match := _VERSION.fullmatch(source):
        return VersionSource(match[1], int(match[2]))
    raise Invalid(
        f"Invalid model version source: '{source}'. Unable to fetch model from model URI source artifact location: "
        "write models:/<name>/<version> or models:/<model_id>."
    )


def _check_path(source: str) -> None:
    """No `..`, no NUL and no path that would resolve to another one, however it is encoded. Raises Invalid."""
    plain = source
    while (decoded := unquote_plus(plain)) != plain:
        plain = decoded
    path = re.sub(r"/+", "/", urlsplit(plain).path.rstrip("/"))
    absolute = path if path.startswith("/") else f"/{path}"
    if "\x00" in plain or ".." in re.split(r"[/\\]", plain) or (path and posixpath.normpath(absolute) != absolute):
        raise Invalid(
            f"Invalid model version source: '{source}'. If supplying a source as an http, https, local file path, ftp, "
            "objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present. "
            "Please provide an absolute path."
        )


def place_of(location: str) -> Place | None:
    """Which run or logged model the artifacts at `location` belong to; None if they lie elsewhere.

    An http address of the artifact proxy counts as ours whatever its host: this server may have several names.
    """
    if match := _RUNS.fullmatch(location):
        return Place("run", match[1], (match[2] or "").strip("/"))
    scheme, _, _ = location.partition(":")
    if scheme == "mlflow-artifacts":
        path = urlsplit(location).path.lstrip("/")
    elif scheme in {"http", "https"} and (proxied := _PROXY.search(location)):
        path = proxied[1]
    else:
        return None
    if match := _MODEL_PLACE.fullmatch(path):
        return Place("logged_model", match[1], (match[2] or "").strip("/"))
    if match := _RUN_PLACE.fullmatch(path):
        return Place("run", match[1], (match[2] or "").strip("/"))
    return None
