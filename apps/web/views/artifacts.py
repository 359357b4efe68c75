"""The files of a run: tree, preview, gallery, what did not arrive, and the bytes themselves."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.artifacts.paths import base_name, clean_folder
from apps.artifacts.queries import listing, reading, uploads
from apps.artifacts.services import downloads
from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.experiments.access import access_run, run_root
from apps.experiments.queries import overview, runs
from apps.web import file_tree, file_views, run_frame
from apps.web.base import actor_of, render, signed_in
from apps.web.delivering import asked, look_at, respond, zip_response

FOUND = 200  # lines of a search
PARTS = {"run-artifacts": "web/runs/_artifacts.html", "run-tree": "web/runs/_artifact_tree.html"}


@signed_in
def artifacts_page(request: HttpRequest, run_id: str) -> HttpResponse:
    """Tree and preview; a script that changes one of the two in place gets that part alone."""
    part = request.headers.get("X-Fragment", "")
    actor = actor_of(request)
    root = _root(request, run_id, "artifact.read")
    path, text = clean_folder(request.GET.get("path", "")), request.GET.get("q", "").strip()[:200]
    context = _tree(request, actor, run_id, root, path, text)
    if part in PARTS:
        run = runs.get_run(actor, run_id)
        context |= {"run": run, "live": run.status == overview.RUNNING}
    else:
        context |= run_frame.frame(request, run_id, "artifacts")
    if part != "run-tree":
        context["shown"] = _shown(actor, run_id, root, path)
    return render(request, PARTS.get(part, "web/runs/artifacts.html"), context)


def _tree(request: HttpRequest, actor: Actor, run_id: str, root: str, path: str, text: str) -> dict[str, Any]:
    """Lines of the tree, the search above it, and the uploads that have not arrived."""
    late = uploads.unfinished(actor, root)
    opened = file_tree.opened_folders(path, request.GET.getlist("open"))

    def address(to: str, folders: Iterable[str] = opened) -> str:
        query = [("path", to), *(("q", text) for _ in range(bool(text))), *(("open", one) for one in sorted(folders))]
        return f"{reverse('web:run_artifacts', args=[run_id])}?{urlencode(query)}"

    if text:
        wanted = text.casefold()
        found = [entry for entry in listing.list_tree(actor, root) if wanted in entry.path.casefold()]
        lines, more = file_tree.found_lines(found[:FOUND], path, address), max(0, len(found) - FOUND)
    else:
        missing = frozenset(attempt.path for attempt in late)
        tree = file_tree.Tree(path, opened, lambda folder: listing.list_folder(actor, root, folder), address, missing)
        lines, more = tree.lines(), 0
    return {
        "lines": lines,
        "more": more,
        "q": text,
        "path": path,
        "opened": sorted(opened),
        "late": [file_views.late(attempt, address(attempt.path)) for attempt in late],
    }


def _shown(actor: Actor, run_id: str, root: str, path: str) -> dict[str, Any]:
    """What stands beside the tree: a file, a folder, or an upload that has not arrived. Raises Missing for what is none."""
    parent, name = file_tree.parent_of(path), base_name(path)
    entry = next((entry for entry in listing.list_folder(actor, root, parent) if entry.path == name), None) if path else None
    raw, download, archive = (f"{_url(run_id, to)}?{urlencode({'path': path})}" for to in ("raw", "download", "zip"))
    shown = {"path": path, "name": name, "line": file_views.line(run_id, path)}
    if entry and not entry.is_dir:
        return shown | file_views.file(actor, root, path, entry) | {"raw": raw, "download": download}
    if path and not entry:
        attempt = next((attempt for attempt in uploads.unfinished(actor, root) if attempt.path == path), None)
        if attempt is None:
            raise Missing("There is no such file in this run.")
        return shown | {"kind": "late", "attempt": file_views.late(attempt, "")}
    base = f"{_url(run_id, 'raw')}?path="
    is_model = path in listing.folders_with(actor, root, "MLmodel")
    source = f"?{urlencode({'source': f'mlflow-artifacts:/{root}/{path}'.rstrip('/')})}"
    register = f"{reverse('web:run_register', args=[run_id])}{source}" if is_model else ""
    return shown | file_views.folder(actor, root, path) | {"zip": archive, "raw_base": base, "register": register}


@signed_in
def raw(request: HttpRequest, run_id: str) -> HttpResponseBase:
    """A file to look at: as what its first bytes say that it is, in a sandbox; text as text, anything else not at all."""
    root = _root(request, run_id, "artifact.read")
    return look_at(request, reading.open_file(actor_of(request), root, request.GET.get("path", "")))


@signed_in
def download(request: HttpRequest, run_id: str) -> HttpResponseBase:
    """A file to save."""
    root = _root(request, run_id, "artifact.download")
    return respond(downloads.download(actor_of(request), root, request.GET.get("path", ""), asked(request)))


@signed_in
def archive(request: HttpRequest, run_id: str) -> HttpResponseBase:
    """A folder to save, as a zip."""
    root = _root(request, run_id, "artifact.download")
    path = clean_folder(request.GET.get("path", ""))
    return zip_response(base_name(path) or run_id, downloads.download_zip(actor_of(request), root, path))


def folder_lines(request: HttpRequest, run_id: str) -> list[dict[str, Any]]:
    """The top folder for the overview of the run."""
    root = _root(request, run_id, "artifact.read")
    page, saving = _url(run_id, ""), _url(run_id, "download")
    return [
        {
            "name": entry.path,
            "is_dir": entry.is_dir,
            "size": entry.size,
            "damaged": entry.damaged,
            "url": f"{page}?{urlencode({'path': entry.path} | ({'open': entry.path} if entry.is_dir else {}))}",
            "download": "" if entry.is_dir else f"{saving}?{urlencode({'path': entry.path})}",
        }
        for entry in listing.list_folder(actor_of(request), root)
    ]


def _root(request: HttpRequest, run_id: str, act: str) -> str:
    return run_root(access_run(actor_of(request), run_id, act))


def _url(run_id: str, to: str) -> str:
    return reverse(f"web:run_{to or 'artifacts'}", args=[run_id])
