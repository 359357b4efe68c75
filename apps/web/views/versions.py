"""One version of a model: what it is, where it stands and could go, how it compares, what people say of it."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.registry.queries import activities, contents
from apps.registry.queries.contents import Contents
from apps.registry.records import VersionRecord
from apps.web import formats, threads, version_frame
from apps.web.base import actor_of, render, signed_in
from apps.web.directions import direction
from apps.web.forms.models import DescriptionForm, TagForm
from apps.web.forms.refusals import status
from apps.web.registry_words import events
from apps.web.snippets import load_lines
from apps.web.version_frame import Refused

STATS = 3  # metrics beside the size
COLUMNS = 500  # rows of the signature's table


@signed_in
def version(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """The overview."""
    return render_version(request, name, version, Refused())


def render_version(request: HttpRequest, name: str, version: str, refused: Refused) -> HttpResponse:
    """The page, with forms as they were refused. Raises Invalid, Missing."""
    actor = actor_of(request)
    found = contents.version_contents(actor, name, version)
    record = found.record
    context = version_frame.frame(request, name, found, "overview")
    lines = activities.list_activity(actor, record.name, version=str(record.number), limit=200)
    said = [line for line in lines if line.kind != "comment"]  # comments stand in the thread themselves
    made = {"icon": "cube", "actor": record.owner, "text": _("registered this version"), "when": record.created_at}
    context |= {
        "contents": found,
        **version_frame.ways(request, context["moves"], record, refused),
        "describe_form": refused.describe or DescriptionForm(initial={"description": record.description}),
        "tag_form": refused.tag or TagForm(auto_id="tag-%s"),
        "stats": _stats(found),
        "base": found.comparison.before if found.comparison else None,
        "breaking": found.comparison.breaking if found.comparison else [],
        "signature": _signature(found),
        "example": _pretty(found.example),
        "load_code": load_lines(request, record.name, record.number),
        "other_ways": _other_ways(found),
        "packages": sorted(found.packages.items()),
        "thread": _thread(request, record, [made, *reversed(events(said, name, of_version=True))]),
    }
    return render(request, "web/models/version.html", context, status=max(refused.status, status(*refused.forms)))


def _thread(request: HttpRequest, record: VersionRecord, lines: list[dict[str, Any]]) -> threads.Thread:
    """Comments and history; it leads back to the page, also from a form that was refused under another address."""
    thread = threads.thread(request, threads.VERSION, f"{record.name}/{record.number}", events=lines)
    thread.next = reverse("web:model_version", args=[record.name, record.number])
    return thread


def _stats(found: Contents) -> list[dict[str, Any]]:
    """The metrics of which one knows which way is better first, each beside what is in Production; then the size."""
    if found.comparison is None:
        return []
    lines = [line for line in found.comparison.groups["Metrics"] if line.number_after is not None]
    lines.sort(key=lambda line: (line.number_before is None, direction(line.name) == 0, line.name))
    stats = [_stat(line.name, line.number_before, line.number_after or 0.0) for line in lines[:STATS]]
    if found.size is not None:
        change = found.size - (found.size_before or 0)
        stats.append(
            {
                "label": "size",
                "value": formats.size(found.size),
                "from": formats.size(found.size_before),
                "delta": f"{'+' if change > 0 else formats.MINUS}{formats.size(abs(change))}" if change else "",
                "better": None,
            }
        )
    return stats


def _stat(name: str, before: float | None, after: float) -> dict[str, Any]:
    stat: dict[str, Any] = {"label": name, "value": formats.number(float(after)), "from": "", "delta": "", "better": None}
    if before is None:
        return stat
    change, way = after - before, direction(name)
    stat["from"] = formats.number(float(before))
    if change:
        stat |= {"delta": formats.signed(float(change)), "better": change * way > 0 if way else None}
    return stat


def _signature(found: Contents) -> list[dict[str, Any]]:
    """Rows of the table: inputs, outputs, parameters, with what is new or broken against Production."""
    changed = {line.name: line for line in found.comparison.groups["Signature"]} if found.comparison else {}
    had_one = any(line.before is not None for line in changed.values())
    rows = []
    model = found.model
    for part, columns in (("input", model.inputs), ("output", model.outputs), ("param", model.params)):
        for column in columns:
            line = changed.get(f"{part} {column.name}")
            rows.append(
                {
                    "part": part,
                    "name": column.name,
                    "type": column.type,
                    "required": column.required,
                    "example": found.example_values.get(column.name, "") if part == "input" else "",
                    "is_new": had_one and line is not None and line.before is None,
                    "breaks": line.breaks if line else "",
                }
            )
    return rows[:COLUMNS]


def _pretty(text: str) -> str:
    """An input example as indented JSON, if it is whole; else as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)[: contents.MOST_EXAMPLE]
    except (ValueError, RecursionError):
        return text


def _other_ways(found: Contents) -> list[str]:
    """Lines that load it by alias, by stage and in its own flavor, and one that fetches its files."""
    record = found.record
    uris = [f"{record.name}@{alias}" for alias in record.aliases]
    if record.stage != "None":
        uris.append(f"{record.name}/{record.stage}")
    ways = [f"mlflow.pyfunc.load_model({_quoted('models:/' + uri)})" for uri in uris]
    here = _quoted(f"models:/{record.name}/{record.number}")
    ways += [f"mlflow.{flavor}.load_model({here})" for flavor in found.model.flavors if flavor != "python_function"]
    return [*ways, f"mlflow.artifacts.download_artifacts({here})"]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
