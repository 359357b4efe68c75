"""The evidence of a version as a page to print: the same document that the own API gives as JSON."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.registry.queries import documents
from apps.web import formats
from apps.web.base import actor_of, render, signed_in
from apps.web.workspaces import address


@signed_in
def evidence(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Where it comes from, what was measured, asked, checked, voted and done, with hashes and places in the audit's chain."""
    actor = actor_of(request)
    document = documents.evidence_document(actor, name, version)
    said = document["evidence"]
    context = {
        "said": said,
        "made_at": datetime.fromisoformat(said["made_at"]),
        "metrics": _metrics(said["lineage"]),
        "commit": (said["lineage"]["run"] or {}).get("tags", {}).get("mlflow.source.git.commit", ""),
        "files": said["files"] or [],
        "elsewhere": said["files"] is None,
        "rows": document["rows"],
        "checkpoint": document["checkpoints"][-1] if document["checkpoints"] else None,
        "keys": sorted({seal["public_key"] for seal in document["checkpoints"]}),
        "json_url": reverse("v1-version-evidence", args=[name, version]),
        "command": _command(version, document["checkpoints"]),
        "run_url": address(actor.workspace, "web:run", said["lineage"]["run"]["run_id"]) if said["lineage"]["run"] else "",
        "version_url": address(actor.workspace, "web:model_version", name, version),
        "crumbs": _crumbs(actor.workspace, name, version),
    }
    return render(request, "web/approvals/evidence.html", context)


def _metrics(lineage: dict[str, Any]) -> list[tuple[str, str]]:
    """Name and last value, of the run and of the logged model."""
    run, model = lineage["run"], lineage["logged_model"]
    found = [(key, formats.metric(one["value"], one["kind"])) for key, one in (run["metrics"] if run else {}).items()]
    return sorted(found + [(f"{point[0]} ({_('logged model')})", formats.metric(point[1], point[2])) for point in _points(model)])


def _points(model: dict[str, Any] | None) -> list[Any]:
    return list(model["metrics"]) if model else []


def _command(version: str, seals: list[dict[str, Any]]) -> str:
    """The line that checks the file without this server; the key is the last one that signed."""
    key = seals[-1]["public_key"] if seals else "<key>"
    return f"manage.py verify_audit --file evidence-{version}.json --public-key {key}"


def _crumbs(workspace: str, name: str, version: str) -> list[dict[str, str]]:
    places = [
        (_("Models"), address(workspace, "web:models")),
        (name, address(workspace, "web:model", name)),
        (_("Version %(n)s") % {"n": version}, address(workspace, "web:model_version", name, version)),
    ]
    return [{"label": label, "url": url} for label, url in places if url]
