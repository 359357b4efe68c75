"""The files of a version: tree, preview and bytes. Who may see them is asked of the run or logged model that holds them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.artifacts.paths import base_name, clean_folder
from apps.artifacts.queries import listing, reading
from apps.artifacts.services import downloads
from apps.core.errors import Missing
from apps.experiments.access import access_artifact_root
from apps.registry.queries import contents, versions
from apps.web import file_tree, file_views, version_frame
from apps.web.base import actor_of, render, signed_in
from apps.web.delivering import asked, look_at, respond, zip_response
from apps.web.snippets import download_line

PARTS = {"version-files": "web/models/_files.html"}


@dataclass(frozen=True, slots=True)
class Files:
    """Where the files of a version are."""

    name: str
    version: str
    root: str
    folder: str

    def inside(self, path: str) -> str:
        """A path of the version as the root has it."""
        return file_tree.join(self.folder, path) if path else self.folder

    def url(self, to: str, **query: Any) -> str:
        """The address of its page, or of bytes."""
        return f"{reverse(f'web:version_{to}', args=[self.name, self.version])}?{urlencode(query, doseq=True)}"


def _files(request: HttpRequest, name: str, version: str, act: str) -> Files:
    """Raises Missing where the files are elsewhere, or their run is hidden."""
    actor = actor_of(request)
    root, folder = access_artifact_root(actor, versions.get_artifact_folder(actor, name, version), act)
    return Files(name, version, root, folder)


@signed_in
def files_page(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Tree and preview; a script that changes both in place gets that part alone."""
    part = request.headers.get("X-Fragment", "")
    context: dict[str, Any] = {"hidden": False, "late": []}
    if part not in PARTS:
        found = contents.version_files(actor_of(request), name, version)
        context |= version_frame.frame(request, name, found, "files")
    try:
        context |= _shown(request, _files(request, name, version, "artifact.read"))
    except Missing:
        if request.GET.get("path"):
            raise
        context["hidden"] = True
    return render(request, PARTS.get(part, "web/models/files.html"), context)


def _shown(request: HttpRequest, files: Files) -> dict[str, Any]:
    actor, path = actor_of(request), clean_folder(request.GET.get("path", ""))
    opened = file_tree.opened_folders(path, request.GET.getlist("open"))

    def address(to: str, folders: Iterable[str] = opened) -> str:
        return files.url("files", path=to, open=sorted(folders))

    tree = file_tree.Tree(path, opened, lambda folder: listing.list_folder(actor, files.root, files.inside(folder)), address)
    return {"lines": tree.lines(), "path": path, "shown": _chosen(request, files, path)}


def _chosen(request: HttpRequest, files: Files, path: str) -> dict[str, Any]:
    """What stands beside the tree: a file or a folder. Raises Missing for what is none."""
    actor, parent, name = actor_of(request), file_tree.parent_of(path), base_name(path)
    entries = listing.list_folder(actor, files.root, files.inside(parent)) if path else []
    entry = next((one for one in entries if one.path == name), None)
    shown = {"path": path, "name": name, "line": download_line(files.name, files.version, path)}
    if entry and not entry.is_dir:
        bytes_at = {"raw": files.url("raw", path=path), "download": files.url("download", path=path)}
        return shown | file_views.file(actor, files.root, files.inside(path), entry) | bytes_at
    if path and not entry:
        raise Missing("There is no such file in this version.")
    found = file_views.folder(actor, files.root, files.inside(path))
    return shown | found | {"galleries": [], "zip": files.url("zip", path=path)}


@signed_in
def raw(request: HttpRequest, name: str, version: str) -> HttpResponseBase:
    """A file to look at: as what its first bytes say that it is, in a sandbox; text as text, anything else not at all."""
    files = _files(request, name, version, "artifact.read")
    return look_at(request, reading.open_file(actor_of(request), files.root, files.inside(request.GET.get("path", ""))))


@signed_in
def download(request: HttpRequest, name: str, version: str) -> HttpResponseBase:
    """A file to save."""
    files = _files(request, name, version, "artifact.download")
    path = files.inside(clean_folder(request.GET.get("path", "")))
    return respond(downloads.download(actor_of(request), files.root, path, asked(request)))


@signed_in
def archive(request: HttpRequest, name: str, version: str) -> HttpResponseBase:
    """A folder to save, as a zip."""
    files = _files(request, name, version, "artifact.download")
    path = clean_folder(request.GET.get("path", ""))
    blocks = downloads.download_zip(actor_of(request), files.root, files.inside(path))
    return zip_response(base_name(path) or f"{name}-{version}", blocks)
