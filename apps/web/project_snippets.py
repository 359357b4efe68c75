"""Lines that start a project, to paste into a terminal."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.web import snippets

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


def rest_line(request: HttpRequest, project_id: int, entry_point: str, params: dict[str, str]) -> str:
    """One execution of a project by REST."""
    values = ", ".join(f'"{name}": "{value}"' for name, value in params.items())
    return _rest(request, f'{{"project_id": {project_id}, "entry_point": "{entry_point}", "params": {{{values}}}}}')


def _client(request: HttpRequest) -> str:
    install = f"pip install mlflow {snippets.address(request)}{wheel}\n" if (wheel := _wheel()) else ""
    return f"{install}{snippets.environment(request)}\nmlflow run {EXAMPLE} --backend mlplatform -P alpha=0.5"


def _rest(request: HttpRequest, body: str) -> str:
    return (
        f"curl {snippets.address(request)}/api/v1/executions/ \\\n"
        f'  -H "Authorization: Bearer $MLFLOW_TRACKING_TOKEN" -H "Content-Type: application/json" \\\n'
        f"  -d '{body}'"
    )


def _wheel() -> str:
    """The address of the client's package, "" where the server gives none out."""
    try:
        return reverse("client-wheel")
    except NoReverseMatch:
        return ""
