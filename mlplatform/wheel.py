"""The client's package, built from clients/ in memory: a wheel is a zip with three small files of metadata.

The same source gives the same bytes, so that a hash can be pinned. No build backend, no network (docs/adr/0021).
"""

import base64
import functools
import hashlib
import io
import zipfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "clients"
PACKAGE = "mlplatform_client"
VERSION = "1.0.0"
FILE_NAME = f"{PACKAGE}-{VERSION}-py3-none-any.whl"
# The oldest date that a zip knows.
MOMENT = (1980, 1, 1, 0, 0, 0)


@functools.cache
def build() -> bytes:
    """The wheel's bytes."""
    info = f"{PACKAGE}-{VERSION}.dist-info"
    files = {path.relative_to(SOURCE).as_posix(): path.read_bytes() for path in sorted((SOURCE / PACKAGE).glob("*.py"))}
    files[f"{info}/METADATA"] = _metadata().encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: mlplatform\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/entry_points.txt"] = f"[mlflow.project_backend]\nmlplatform = {PACKAGE}:PlatformBackend\n".encode()
    record = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    files[f"{info}/RECORD"] = ("\n".join([*record, f"{info}/RECORD,,"]) + "\n").encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    return packed.getvalue()


def _metadata() -> str:
    """Nothing is required: whoever runs `mlflow run` has `mlflow` or `mlflow-skinny`, and either will do."""
    fields = [
        "Metadata-Version: 2.1",
        "Name: mlplatform-client",
        f"Version: {VERSION}",
        "Summary: Runs MLflow projects on the workers of an MLPlatform server",
        "License: Apache-2.0",
        "Requires-Python: >=3.9",
        "Description-Content-Type: text/markdown",
    ]
    return "\n".join(fields) + "\n\n" + (SOURCE / "README.md").read_text()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
