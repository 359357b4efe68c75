"""The package that the server gives out."""

import base64
import hashlib
import io
import zipfile
from importlib.metadata import Distribution

from django.test import Client

from mlplatform import wheel

ADDRESS = f"/clients/{wheel.FILE_NAME}"


def test_the_same_source_gives_the_same_bytes():
    assert wheel.build.__wrapped__() == wheel.build.__wrapped__()


def test_the_record_is_that_of_the_files():
    with zipfile.ZipFile(io.BytesIO(wheel.build())) as archive:
        lines = archive.read(f"mlplatform_client-{wheel.VERSION}.dist-info/RECORD").decode().splitlines()
        assert {line.split(",")[0] for line in lines} == set(archive.namelist())
        for name, digest, size in (line.split(",") for line in lines if not line.endswith(",,")):
            content = archive.read(name)
            expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            assert (digest, int(size)) == (f"sha256={expected}", len(content))


def test_mlflow_finds_the_backend_in_it(tmp_path):
    path = tmp_path / wheel.FILE_NAME
    path.write_bytes(wheel.build())
    (found,) = Distribution.discover(name="mlplatform-client", path=[str(path)])
    (entry,) = found.entry_points
    assert (entry.group, entry.name, entry.value) == ("mlflow.project_backend", "mlplatform", "mlplatform_client:PlatformBackend")
    assert found.version == wheel.VERSION


def test_it_is_given_to_whoever_asks_once():
    answer = Client().get(ADDRESS)
    assert (answer.status_code, answer.content) == (200, wheel.build())
    assert Client().get(ADDRESS, headers={"If-None-Match": answer["ETag"]}).status_code == 304
