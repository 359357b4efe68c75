"""Artifacts on the wire (protocol, section 8): the proxy that spares clients all credentials, and lists by run."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt

from apps.api import errors, files
from apps.api.mlflow.codec import artifacts as codec
from apps.api.mlflow.codec import tracking
from apps.api.mlflow.wire import PROXY, ROOT, WireRequest, endpoint
from apps.artifacts.paths import clean_folder
from apps.artifacts.queries import listing
from apps.artifacts.services import deletion, downloads, multipart, uploads
from apps.core.actor import Actor
from apps.core.errors import Invalid, Unsupported
from apps.experiments.access import access_artifact_root, access_logged_model, access_run, model_root, require_unheld, run_root

UI_LIMIT = 10 * 1024 * 1024  # bytes that the browser's upload takes


def _place(request: WireRequest, path: str, act: str) -> tuple[str, str]:
    """(root, path inside) of a proxy path. Its shape is looked at first: a path that escapes is 400 wherever it leads."""
    return access_artifact_root(request.actor, clean_folder(path), act)


@endpoint("PUT", "artifacts/<path:path>", prefixes=PROXY, raw=True, section="8.2")
def upload(request: WireRequest) -> dict[str, Any]:
    root, inside = _place(request, request.kwargs["path"], "artifact.write")
    stream, length = files.body(request.django)
    actor = request.actor
    uploads.store(actor, root, inside, stream, length, guard=lambda: require_unheld(actor, root, "artifact.write"))
    return {}


@endpoint("GET", "artifacts/<path:path>", prefixes=PROXY, raw=True, section="8.2")
def download(request: WireRequest) -> HttpResponseBase:
    root, inside = _place(request, request.kwargs["path"], "artifact.download")
    return _send(request, root, inside)


def _send(request: WireRequest, root: str, inside: str) -> HttpResponseBase:
    return files.respond(downloads.download(request.actor, root, inside, files.asked(request.django)))


@endpoint("GET", "artifacts", prefixes=PROXY, section="8.2")
def list_below(request: WireRequest) -> dict[str, Any]:
    wanted = request.fields.text("path")
    if not clean_folder(wanted):
        return {}  # above the roots of runs and models there is nothing of anybody's to show
    root, inside = _place(request, wanted, "artifact.read")
    return codec.files_json(listing.list_folder(request.actor, root, inside))


@endpoint("DELETE", "artifacts/<path:path>", prefixes=PROXY, raw=True, section="8.2")
def delete(request: WireRequest) -> dict[str, Any]:
    actor = request.actor
    root, inside = _place(request, request.kwargs["path"], "artifact.delete")
    deletion.delete(actor, root, inside, guard=lambda: require_unheld(actor, root, "artifact.delete"))
    return {}


@endpoint("POST", "mpu/create/<path:path>", prefixes=PROXY, section="8.2")
def create_multipart(request: WireRequest) -> dict[str, Any]:
    root, inside = _place(request, _target(request), "artifact.write")
    begun = multipart.create(request.actor, root, inside, request.fields.integer("num_parts", default=1))
    base = _own_address(request.django)
    credentials = [
        {"url": door.url or base + reverse("wire-part", args=[door.ticket]), "part_number": door.number, "headers": {}}
        for door in begun.doors
    ]
    return {"upload_id": begun.upload_id, "credentials": credentials}


@endpoint("POST", "mpu/complete/<path:path>", prefixes=PROXY, section="8.2")
def complete_multipart(request: WireRequest) -> dict[str, Any]:
    actor = request.actor
    root, inside = _place(request, _target(request), "artifact.write")
    upload_id, parts = request.fields.text("upload_id", required=True), codec.parse_parts(request.fields)
    multipart.complete(actor, root, inside, upload_id, parts, guard=lambda: require_unheld(actor, root, "artifact.write"))
    return {}


@endpoint("POST", "mpu/abort/<path:path>", prefixes=PROXY, section="8.2")
def abort_multipart(request: WireRequest) -> dict[str, Any]:
    root, inside = _place(request, _target(request), "artifact.write")
    multipart.abort(request.actor, root, inside, request.fields.text("upload_id", required=True))
    return {}


def _target(request: WireRequest) -> str:
    return codec.upload_path(request.kwargs["path"], request.fields.text("path", required=True))


def knows_way_for_parts(request: HttpRequest) -> bool:
    """Whether addresses for parts will surely be good where this client is: newer clients take the answer as leave to use
    them."""
    return bool(settings.S3_PUBLIC_URL) or request.get_host() == urlsplit(settings.PUBLIC_URL).netloc


def _own_address(request: HttpRequest) -> str:
    """Where the client found us. Our public URL knows better than we whether a proxy speaks https to the outside."""
    if request.get_host() == urlsplit(settings.PUBLIC_URL).netloc:
        return settings.PUBLIC_URL
    return f"{request.scheme}://{request.get_host()}"


@csrf_exempt
def receive_part(request: HttpRequest, ticket: str) -> HttpResponse:
    """PUT one part to an address that we signed: it carries its own leave, and clients send no credentials to it."""
    try:
        if request.method != "PUT":
            raise Unsupported("Parts are sent by PUT")
        stream, length = files.body(request)
        etag = multipart.receive_part(Actor.anonymous(request.META.get("REMOTE_ADDR", "")), ticket, stream, length)
    except Exception as error:
        return errors.response(error)
    response = HttpResponse(status=200)
    response.headers["ETag"] = f'"{etag}"'
    return response


@endpoint("GET", "presigned/<path:path>", prefixes=PROXY, raw=True, section="8.2")
def presign(request: WireRequest) -> dict[str, Any]:
    root, inside = _place(request, request.kwargs["path"], "artifact.download")
    signed = downloads.sign_download(request.actor, root, inside)
    return {"url": signed.url, "headers": {}, "file_size": signed.size}


@endpoint("POST", "artifacts/presigned-upload-url", section="19")
@endpoint("POST", "artifacts/presigned-download-url", section="19")
def presign_direct(request: WireRequest) -> dict[str, Any]:
    raise Invalid("Presigned URLs are for artifacts outside of the server; these are proxied: use mlflow-artifacts:/ addresses")


@endpoint("GET", "artifacts/list", section="8.3")
def list_by_run(request: WireRequest) -> dict[str, Any]:
    run = access_run(request.actor, tracking.parse_run_id(request.fields), "artifact.read")
    return _listed(request, run_root(run), request.fields.text("path"))


@endpoint("GET", "logged-models/<str:model_id>/artifacts/directories", section="10")
def list_by_model(request: WireRequest) -> dict[str, Any]:
    model = access_logged_model(request.actor, request.kwargs["model_id"], "artifact.read")
    return _listed(request, model_root(model), request.fields.text("artifact_directory_path"))


@endpoint("GET", "logged-models/<str:model_id>/artifacts/files", prefixes=("ajax-api/2.0/mlflow/",), section="10")
def get_model_artifact(request: WireRequest) -> HttpResponseBase:
    model = access_logged_model(request.actor, request.kwargs["model_id"], "artifact.download")
    return _send(request, model_root(model), request.fields.text("artifact_file_path", required=True))


def _listed(request: WireRequest, root: str, path: str) -> dict[str, Any]:
    folder = clean_folder(path)
    return {"root_uri": f"mlflow-artifacts:/{root}"} | codec.files_json(listing.list_folder(request.actor, root, folder), folder)


@endpoint("GET", "get-artifact", prefixes=ROOT, section="8.3")
def get_artifact(request: WireRequest) -> HttpResponseBase:
    run = access_run(request.actor, tracking.parse_run_id(request.fields), "artifact.download")
    return _send(request, run_root(run), request.fields.text("path", required=True))


@endpoint("POST", "upload-artifact", prefixes=("ajax-api/2.0/mlflow/",), raw=True, section="8.3")
def upload_small(request: WireRequest) -> HttpResponse:
    query = request.django.GET
    stream, length = files.body(request.django)
    for name, value in (("run_uuid", query.get("run_uuid")), ("path", query.get("path")), ("data", length)):
        if not value:
            raise Invalid(f"Request must specify {name}.")
    assert length is not None
    if length > UI_LIMIT:
        raise Invalid("Artifact size is too large. Max size is 10MB.")
    actor = request.actor
    root, _ = _place(request, run_root(access_run(actor, query["run_uuid"], "artifact.write")), "artifact.write")
    uploads.store(actor, root, query["path"], stream, length, guard=lambda: require_unheld(actor, root, "artifact.write"))
    return HttpResponse(status=200)


# Beside the table, which lets nobody in without credentials.
PART_URLS = [path("api/2.0/mlflow-artifacts/mpu/part/<str:ticket>", receive_part, name="wire-part")]
