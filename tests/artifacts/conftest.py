"""Artifacts on both stores: what holds for a folder has to hold for a bucket."""

import io
from collections.abc import Callable

import pytest

from apps.artifacts import stores
from apps.artifacts.services import uploads
from apps.core.actor import Actor
from tests.support import s3

ROOT = "7/0123456789abcdef0123456789abcdef/artifacts"


@pytest.fixture
def actor() -> Actor:
    return Actor(user_id=1, name="ada", via="token")


@pytest.fixture
def root() -> str:
    return ROOT


@pytest.fixture
def folder_store(settings, tmp_path):
    """New blobs go to a folder of this test."""
    settings.ARTIFACT_ROOT = str(tmp_path / "artifacts")
    return stores.current()


@pytest.fixture
def bucket_store(settings, s3_environment, monkeypatch, request):
    """New blobs go to a prefix of this test in the session's bucket."""
    for name, value in s3_environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    settings.S3_ENDPOINT_URL = s3_environment["MLPLATFORM_S3_ENDPOINT_URL"]
    settings.ARTIFACT_ROOT = f"s3://{s3.BUCKET}/{abs(hash(request.node.nodeid)):x}"
    return stores.current()


@pytest.fixture(params=["folder", "bucket"])
def store(request):
    """Either."""
    return request.getfixturevalue(f"{request.param}_store")


@pytest.fixture
def put(actor, root) -> Callable[..., uploads.Stored]:
    """Store bytes under a path."""

    def put(path: str, content: bytes = b"content", **options) -> uploads.Stored:
        return uploads.store(actor, root, path, io.BytesIO(content), len(content), **options)

    return put
