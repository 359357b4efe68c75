"""Lines that start a project, to paste into a terminal."""

import json
import shlex
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.projects.mlproject import EntryPoint
from apps.projects.records import ProjectRecord
from apps.web import snippets
from apps.web.forms.projects import GIT

EXAMPLE = "https://github.com/mlflow/mlflow-example"


@dataclass(frozen=True, slots=True)
class Way:
    """A way to start a project: what it is called, the lines, their id on the page."""

    title: str | Promise
    code: str
    id: str


def ways(request: HttpRequest) -> list[Way]:
    """From a terminal by the official client, and by REST; making a project on a page is a button."""
    return [
        Way(_("From a terminal"), _client(request), "ways-client"),
        Way(_("By REST"), _rest(request, f'{{"uri": "{EXAMPLE}", "params": {{"alpha": "0.5"}}}}'), "ways-rest"),
    ]


def ways_of(request: HttpRequest, project: ProjectRecord, entry: EntryPoint | None) -> list[Way]:
    """The same for a project that is kept here: its entry point with its parameters, those without a default to be filled in."""
    name = entry.name if entry else "main"
    values = {one.name: "…" if one.default is None else one.default for one in entry.parameters.values()} if entry else {}
    body = json.dumps({"project_id": project.id, "entry_point": name, "params": values}, ensure_ascii=False)
    found = [Way(_("By REST"), _rest(request, body), "ways-rest")]
    if project.source == GIT:
        found.insert(0, Way(_("From a terminal"), _run(project, name, values), "ways-client"))
    return found


def _run(project: ProjectRecord, name: str, values: dict[str, str]) -> str:
    place = f"{project.uri}#{project.subdirectory}" if project.subdirectory else project.uri
    words = ["mlflow", "run", place, "--backend", "mlplatform", "-e", name]
    words += ["-v", project.ref] if project.ref else []
    for one in values.items():
        words += ["-P", "=".join(one)]
    return shlex.join(words)


def _client(request: HttpRequest) -> str:
    install = f"pip install mlflow {snippets.address(request)}{wheel}\n" if (wheel := _wheel()) else ""
    return f"{install}{snippets.environment(request)}\nmlflow run {EXAMPLE} --backend mlplatform -P alpha=0.5"


def _rest(request: HttpRequest, body: str) -> str:
    return (
        f"curl {snippets.address(request)}/api/v1/executions/ \\\n"
        f'  -H "Authorization: Bearer $MLFLOW_TRACKING_TOKEN" -H "Content-Type: application/json" \\\n'
        f"  -d {shlex.quote(body)}"
    )


def _wheel() -> str:
    """The address of the client's package, "" where the server gives none out."""
    try:
        return reverse("client-wheel")
    except NoReverseMatch:
        return ""
