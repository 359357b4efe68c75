"""Faults planted for real between the platform and its bucket: the doctor names the layer and the fix."""

import contextlib
import datetime
import ipaddress
import ssl
import threading
from socketserver import BaseRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from apps.artifacts import stores
from apps.artifacts.services import doctor
from tests.artifacts.faults.bad_wire import BadWire
from tests.support import s3

pytestmark = pytest.mark.django_db
NOW = datetime.datetime.now(datetime.UTC)


def found(actor, root):
    """The step that failed."""
    (step,) = [step for step in doctor.examine(actor, root) if step.state == "failed"]
    return step


class Silent(BaseRequestHandler):
    """Shakes hands and says nothing more."""

    def handle(self):
        with contextlib.suppress(OSError):
            self.request.do_handshake()
            self.request.recv(1)


def certificate(folder, names, days):
    """A self-signed certificate for names or addresses, which ends in so many days; the file holds its key too."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "store")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - datetime.timedelta(days=30))
        .not_valid_after(NOW + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "store.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def https_store(bucket_store, settings, tmp_path, monkeypatch):
    """`https_store(names, days, trusted)`: a server with such a certificate is the store; whether our bundle knows it."""
    running = []

    def start(names, days, *, trusted):
        path = certificate(tmp_path, names, days)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(path)
        server = ThreadingTCPServer(("127.0.0.1", 0), Silent)
        server.daemon_threads = True
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        settings.S3_ENDPOINT_URL = f"https://127.0.0.1:{server.server_address[1]}"
        if trusted:
            monkeypatch.setenv("AWS_CA_BUNDLE", str(path))

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


HERE, ELSEWHERE = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))], [x509.IPAddress(ipaddress.ip_address("127.0.0.9"))]


@pytest.mark.parametrize(
    ("names", "days", "trusted", "in_fix"),
    [(HERE, 30, False, "AWS_CA_BUNDLE"), (ELSEWHERE, 30, True, "another host"), (HERE, -1, True, "Renew")],
    ids=["of an unknown authority", "of another host", "that has expired"],
)
def test_a_certificate_is_tls_and_the_fix_fits_it(https_store, actor, root, names, days, trusted, in_fix):
    https_store(names, days, trusted=trusted)
    step = found(actor, root)
    assert (step.name, step.layer) == ("Trust its certificate", "TLS")
    assert in_fix in step.fix


def test_a_key_that_may_look_and_not_write_is_the_bucket_policy(bucket_store, monkeypatch, actor, root, settings):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3.READER)
    stores.s3._session.cache_clear()
    settings.ARTIFACT_ROOT += "/reader"
    try:
        step = found(actor, root)
    finally:
        stores.s3._session.cache_clear()
    assert (step.name, step.layer) == ("Write a file", "bucket policy")
    assert "s3:PutObject" in step.fix


def test_a_store_that_keeps_silent_is_a_time_out(bucket_store, settings, monkeypatch, actor, root):
    wire = BadWire(urlsplit(settings.S3_ENDPOINT_URL).port)
    wire.turn("silent")
    monkeypatch.setattr(stores.s3, "READ_SECONDS", 0.3)
    settings.S3_ENDPOINT_URL = f"http://127.0.0.1:{wire.port}"
    try:
        step = found(actor, root)
    finally:
        wire.close()
    assert (step.name, step.layer) == ("Sign in and find the bucket", "time-out")
    assert "firewall" in step.fix
