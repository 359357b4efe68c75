"""The artifact doctor: does what a training does, step by step, and names the layer that fails and what to do about it."""

import http.client
import io
import os
import secrets
import socket
import ssl
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from apps.artifacts import stores
from apps.artifacts.access import require_platform, require_root
from apps.artifacts.diagnosis import Finding, blame
from apps.artifacts.models import Upload
from apps.artifacts.queries import listing, reading
from apps.artifacts.services import cleaning, deletion, multipart, uploads
from apps.artifacts.stores.local import LocalStore
from apps.artifacts.stores.s3 import S3Store
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import DomainError, Unavailable

PROBE_BYTES = 2 * 1024 * 1024  # more than the 1 MB at which nginx stops bodies that nobody told it about
LOW_BYTES = 1024**3
SECONDS = 15
PLATFORM_ROOT = "0/doctor/artifacts"  # of no run: for examining the store itself


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried: `ok`, `warning`, `failed`, or `skipped` because of an earlier failure."""

    name: str
    state: str
    layer: str = ""
    detail: str = ""
    fix: str = ""
    ms: int = 0


class Found(Exception):
    """A finding that needs no further search; a concern works, but not for long or not for everybody."""

    def __init__(self, finding: Finding, *, concern: bool = False):
        super().__init__(finding.detail)
        self.finding, self.state = finding, "warning" if concern else "failed"


def examine(actor: Actor, root: str, *, part_url: Callable[[str], str] | None = None) -> list[Step]:
    """Write, read, list and delete a probe in `root` as the actor, after looking at what lies below; never raises for the store.

    `part_url` makes the public address of an upload part from a ticket; with it the way of a client is tried too, through
    whatever stands before the server. What is found on the server's disks is told in detail to administrators alone.
    """
    require_root(actor, root)
    steps: list[Step] = []
    probe = _Probe(actor, root)
    for name, action in _actions(actor, root, probe, part_url):
        if any(step.state == "failed" for step in steps):
            steps.append(Step(name, "skipped"))
        else:
            steps.append(_try(name, action))
    _try("", probe.forget)
    return steps


def examine_platform(actor: Actor, *, part_url: Callable[[str], str] | None = None) -> list[Step]:
    """`examine` in a place of its own that is gone afterwards, for administrators. Raises Denied."""
    require_platform(actor)
    steps = examine(actor, PLATFORM_ROOT, part_url=part_url)
    _try("", lambda: deletion.delete_root(actor, PLATFORM_ROOT))
    return steps


def _try(name: str, action: Callable[[], object]) -> Step:
    began = clock.monotonic()
    try:
        action()
        state, finding = "ok", Finding("", "", "")
    except Found as found:
        state, finding = found.state, found.finding
    except (DomainError, OSError) as error:
        state, finding = "failed", blame(error)
    except http.client.HTTPException as error:
        state, finding = (
            "failed",
            Finding("proxy", f"{type(error).__name__}: {error}", "Something before the server cuts connections."),
        )
    return Step(name, state, finding.layer, finding.detail, finding.fix, round((clock.monotonic() - began) * 1000))


Actions = Iterator[tuple[str, Callable[[], object]]]


def _actions(actor: Actor, root: str, probe: "_Probe", part_url: Callable[[str], str] | None) -> Actions:
    store = stores.current()
    if isinstance(store, S3Store):
        store.breaker.reset()
        yield from _bucket(store)
    elif isinstance(store, LocalStore):
        yield from _folder(store, actor.is_admin)
    yield "Write a file", probe.write
    yield "List it", probe.list
    yield "Read it back", probe.read
    yield "Delete it", probe.delete
    if part_url:
        yield "Send it through the public address", lambda: _send_through(actor, root, part_url, chunked=False)
        yield "Send it there in chunks", lambda: _send_through(actor, root, part_url, chunked=True)


def _bucket(store: S3Store) -> Actions:
    parts = urlsplit(store.client.meta.endpoint_url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    yield "Find the store's name", lambda: socket.getaddrinfo(host, port)
    yield "Connect to the store", lambda: socket.create_connection((host, port), timeout=SECONDS).close()
    if parts.scheme == "https":
        yield "Trust its certificate", lambda: _handshake(host, port)
    yield "Sign in and find the bucket", store.probe


def _handshake(host: str, port: int) -> None:
    bundle = os.environ.get("AWS_CA_BUNDLE") or None
    with (
        socket.create_connection((host, port), timeout=SECONDS) as plain,
        ssl.create_default_context(cafile=bundle).wrap_socket(plain, server_hostname=host),
    ):
        return


def _folder(store: LocalStore, in_detail: bool) -> Actions:
    yield "Find the folder", store.prepare
    yield "May write to the folder", lambda: _may_write(store, in_detail)
    yield "Space on the disk", lambda: _has_space(store)


def _may_write(store: LocalStore, in_detail: bool) -> None:
    """By writing: what the mode says is one reason of several, and not the one on a read-only file system."""
    try:
        tempfile.TemporaryFile(dir=store.staging).close()
    except PermissionError as error:
        owner = store.staging.stat().st_uid
        detail = f"{store.staging} belongs to user {owner}, the server is user {os.geteuid()}" if in_detail else "not allowed"
        raise Unavailable("The artifact folder may not be written to") from PermissionError(error.errno, detail)


def _has_space(store: LocalStore) -> None:
    found = os.statvfs(store.folder)
    free = found.f_bavail * found.f_frsize
    if free < LOW_BYTES:
        fix = "Free space, run the clean-up, or move the artifacts to a larger disk, before uploads fail."
        raise Found(Finding("disk", f"Only {free // 1024**2} MB are free.", fix), concern=True)
    if found.f_files and found.f_favail < 10_000:
        fix = "Delete small files, or make a new file system."
        raise Found(Finding("disk", f"Only {found.f_favail} more files fit (inodes).", fix), concern=True)


class _Probe:
    """A file of its own that nobody else looks at."""

    def __init__(self, actor: Actor, root: str):
        self.actor, self.root = actor, root
        self.path = f".mlplatform-probe-{secrets.token_hex(4)}/probe.bin"
        self.content = secrets.token_bytes(64 * 1024)

    def write(self) -> None:
        """As a client's upload."""
        uploads.store(self.actor, self.root, self.path, io.BytesIO(self.content), len(self.content))

    def list(self) -> None:
        """It must be there."""
        entries = listing.list_folder(self.actor, self.root, self.path.rpartition("/")[0])
        if [(entry.path, entry.size) for entry in entries] != [("probe.bin", len(self.content))]:
            raise Unavailable("The file is not in the list")

    def read(self) -> None:
        """It must be the same."""
        if b"".join(reading.open_file(self.actor, self.root, self.path).blocks()) != self.content:
            raise Unavailable("Other bytes came back")

    def forget(self) -> None:
        """Leave nothing behind when a step before the last one failed."""
        if listing.kind_of(self.actor, self.root, self.path):
            self.delete()

    def delete(self) -> None:
        """Its name; the store must give up the bytes too."""
        blob_id = reading.open_file(self.actor, self.root, self.path).blob_id
        deletion.delete(self.actor, self.root, self.path)
        cleaning.delete_now(Actor.system("artifacts.doctor"), blob_id)


def _send_through(actor: Actor, root: str, part_url: Callable[[str], str], *, chunked: bool) -> None:
    """One part of an upload that is then forgotten, over the address that clients use."""
    path = f".mlplatform-probe-{secrets.token_hex(4)}"
    begun = multipart.create(actor, root, path, 1)
    try:
        if door := begun.doors[0].ticket:
            _check_status(*_put(part_url(door), chunked))
    finally:
        multipart.abort(actor, root, path, begun.upload_id)
        Upload.objects.filter(pk=begun.upload_id).delete()


def _put(url: str, chunked: bool) -> tuple[int, str]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    block = b"\0" * (PROBE_BYTES // 8)
    headers = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(PROBE_BYTES)}
    try:
        connection.request("PUT", parts.path, body=iter([block] * 8), headers=headers, encode_chunked=chunked)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Server", "")
    except TimeoutError:
        return 504, ""
    except OSError as error:
        fix = "Is MLPLATFORM_PUBLIC_URL right? Where the network does not let a server reach itself that way, this is no fault."
        detail = f"The server cannot reach its own public address: {error}"
        raise Found(Finding("public address", detail, fix), concern=True) from None
    finally:
        connection.close()


def _check_status(status: int, server: str) -> None:
    if status == 200:
        return
    known = {
        413: ("proxy body limit", "Let the proxy pass bodies of any size: in nginx `client_max_body_size 0;`."),
        411: (
            "proxy",
            "Let the proxy pass chunked bodies on: in nginx `proxy_request_buffering off;`.",
        ),
        408: ("time-out", "The proxy waits too short for bodies: raise `client_body_timeout`."),
        502: ("proxy", "The proxy does not reach the server: correct its upstream."),
        504: ("time-out", "The proxy waits too short for answers: raise `proxy_read_timeout` to 120 s or more."),
    }
    layer, fix = known.get(status, ("proxy", "Something before the server answers in its place: look at its configuration."))
    says = f" ({server})" if server else ""
    raise Found(Finding(layer, f"An upload over the public address was answered {status}{says}.", fix))
