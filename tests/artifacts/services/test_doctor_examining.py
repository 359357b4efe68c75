import errno
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError

from apps.artifacts import diagnosis, stores
from apps.artifacts.models import Artifact, Blob, Upload
from apps.artifacts.queries import listing
from apps.artifacts.services import doctor
from apps.core.actor import Actor
from apps.core.errors import Unavailable
from tests.support import processes

pytestmark = pytest.mark.django_db
ADMIN = Actor.system("tests")


def failing(steps):
    return next((step for step in steps if step.state in {"failed", "warning"}), None)


def test_a_sound_store_passes_every_step(store, actor, root):
    steps = doctor.examine(actor, root)
    assert {step.state for step in steps} <= {"ok", "warning"}
    assert [step.name for step in steps][-4:] == ["Write a file", "List it", "Read it back", "Delete it"]


def test_nothing_of_the_probe_is_left(store, actor, root):
    doctor.examine(actor, root)
    assert listing.list_folder(actor, root) == []
    assert (Blob.objects.count(), Upload.objects.count(), list(store.walk())) == (0, 0, [])


def test_nothing_of_the_probe_is_left_after_a_failure(folder_store, actor, root, monkeypatch):
    monkeypatch.setattr(doctor._Probe, "read", lambda self: (_ for _ in ()).throw(Unavailable("Other bytes came back")))
    step = failing(doctor.examine(actor, root))
    assert (step.name, step.detail) == ("Read it back", "Other bytes came back")
    assert Artifact.objects.filter(blob__isnull=False).count() == 0


def test_steps_after_a_failure_are_left_out(settings, tmp_path, actor, root):
    (tmp_path / "file").write_text("not a folder")
    settings.ARTIFACT_ROOT = str(tmp_path / "file" / "artifacts")
    steps = doctor.examine(actor, root)
    assert (steps[0].state, steps[0].layer) == ("failed", "folder")
    assert {step.state for step in steps[1:]} == {"skipped"}


def test_a_folder_of_somebody_else_is_named_with_its_owner_for_administrators(folder_store, actor, root, monkeypatch):
    folder_store.prepare()
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: (_ for _ in ()).throw(PermissionError(errno.EACCES, "no")))
    for who, told in ((ADMIN, True), (actor, False)):
        step = failing(doctor.examine(who, root))
        assert step.layer == "folder owner"
        assert "chown" in step.fix
        assert (str(folder_store.folder) in step.detail) == told


def test_a_disk_that_is_nearly_full_is_a_warning(folder_store, actor, root, monkeypatch):
    monkeypatch.setattr(doctor, "LOW_BYTES", 2**62)
    steps = doctor.examine(actor, root)
    assert (failing(steps).state, failing(steps).layer) == ("warning", "disk")
    assert steps[-1].state == "ok"


@pytest.fixture
def elsewhere(bucket_store, settings, monkeypatch):
    """The same bucket with something wrong about it."""

    def change(endpoint="", bucket="", key="", secret=""):
        settings.S3_ENDPOINT_URL = endpoint or settings.S3_ENDPOINT_URL
        settings.ARTIFACT_ROOT = f"s3://{bucket or 'artifacts'}/p{key or secret}"
        for name, value in (("AWS_ACCESS_KEY_ID", key), ("AWS_SECRET_ACCESS_KEY", secret)):
            if value:
                monkeypatch.setenv(name, value)
        stores.s3._session.cache_clear()

    yield change
    stores.s3._session.cache_clear()


def test_a_name_that_does_not_resolve_is_dns(elsewhere, actor, root):
    elsewhere(endpoint="http://no-such-host.invalid:9000")
    assert failing(doctor.examine(actor, root)).layer == "DNS"


def test_a_port_where_nobody_listens_is_the_connection(elsewhere, actor, root):
    elsewhere(endpoint=f"http://127.0.0.1:{processes.free_port()}")
    assert failing(doctor.examine(actor, root)).layer == "connection"


def test_https_to_a_store_that_speaks_http_is_tls(elsewhere, settings, actor, root):
    elsewhere(endpoint=settings.S3_ENDPOINT_URL.replace("http:", "https:"))
    assert failing(doctor.examine(actor, root)).layer == "TLS"


def test_an_unknown_key_and_a_wrong_secret_are_credentials(elsewhere, actor, root):
    elsewhere(key="nobody")
    assert failing(doctor.examine(actor, root)).layer == "credentials"
    elsewhere(key="mlplatform-tests", secret="wrong")
    step = failing(doctor.examine(actor, root))
    assert (step.layer, "AWS_SECRET_ACCESS_KEY" in step.fix) == ("credentials", True)


def test_a_bucket_that_is_not_there_is_the_bucket(elsewhere, actor, root):
    elsewhere(bucket="no-such-bucket")
    assert failing(doctor.examine(actor, root)).layer == "bucket"


def client_error(code, operation="PutObject"):
    return ClientError({"Error": {"Code": code, "Message": "said"}}, operation)


@pytest.mark.parametrize(
    ("error", "layer", "in_fix"),
    [
        (client_error("AccessDenied"), "bucket policy", "s3:PutObject"),
        (client_error("403", "HeadObject"), "bucket policy", "s3:GetObject"),
        (client_error("AccessDenied", "DeleteObject"), "bucket policy", "s3:DeleteObject"),
        (client_error("QuotaExceeded"), "quota", "quota"),
        (client_error("PermanentRedirect"), "bucket", "AWS_DEFAULT_REGION"),
        (client_error("RequestTimeTooSkewed"), "credentials", "time"),
        (client_error("Teapot"), "store", "log"),
        (NoCredentialsError(), "credentials", "AWS_ACCESS_KEY_ID"),
        (ReadTimeoutError(endpoint_url="x"), "time-out", "firewall"),
        (EndpointConnectionError(endpoint_url="x", error=ConnectionRefusedError("refused")), "connection", "running"),
        (ssl.SSLCertVerificationError("self-signed"), "TLS", "AWS_CA_BUNDLE"),
        (OSError(errno.ENOSPC, "full"), "disk", "Free space"),
        (OSError(errno.EDQUOT, "quota"), "quota", "quota"),
        (OSError(errno.EROFS, "read-only"), "disk", "read-only"),
        (OSError(errno.EIO, "io"), "disk", "Replace"),
        (Unavailable("strange"), "store", "log"),
    ],
)  # fmt: skip
def test_each_error_has_a_layer_and_a_fix(error, layer, in_fix):
    found = diagnosis.blame(error)
    assert found.layer == layer
    assert in_fix in found.fix


class Proxy(BaseHTTPRequestHandler):
    """Answers for a proxy with limits: what is sent in chunks, and what has a length."""

    answers = {"chunked": 200, "length": 200}

    def do_PUT(self):
        kind = "length" if self.headers.get("Content-Length") else "chunked"
        if kind == "length":
            self.rfile.read(int(self.headers["Content-Length"]))
        else:
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + 2)
            self.rfile.readline()
        self.send_response(self.answers[kind])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def proxy(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def answering(**answers):
        monkeypatch.setattr(Proxy, "answers", {"chunked": 200, "length": 200} | answers)
        return lambda ticket: f"http://127.0.0.1:{server.server_port}/part/{ticket}"

    yield answering
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("answers", "layer", "in_fix"),
    [
        ({"length": 413}, "proxy body limit", "client_max_body_size"),
        ({"chunked": 411}, "proxy", "chunked"),
        ({"length": 504}, "time-out", "proxy_read_timeout"),
        ({"length": 502}, "proxy", "upstream"),
        ({"length": 418}, "proxy", "configuration"),
    ],
)
def test_what_stands_before_the_server_is_named(folder_store, actor, root, proxy, answers, layer, in_fix):
    step = failing(doctor.examine(actor, root, part_url=proxy(**answers)))
    assert (step.state, step.layer) == ("failed", layer)
    assert in_fix in step.fix
    assert Upload.objects.count() == 0


def test_a_proxy_that_lets_everything_through_is_fine(folder_store, actor, root, proxy):
    assert [step.state for step in doctor.examine(actor, root, part_url=proxy())][-2:] == ["ok", "ok"]


def test_a_public_address_that_the_server_cannot_reach_is_a_warning(folder_store, actor, root):
    port = processes.free_port()
    step = failing(doctor.examine(actor, root, part_url=lambda ticket: f"http://127.0.0.1:{port}/{ticket}"))
    assert (step.state, step.layer) == ("warning", "public address")
