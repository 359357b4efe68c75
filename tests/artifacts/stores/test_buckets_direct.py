"""Clients that are sent to the bucket itself, with addresses that we signed."""

import io

import pytest
import requests

from apps.artifacts import stores
from apps.artifacts.queries import reading
from apps.artifacts.services import downloads, multipart
from apps.artifacts.stores.base import Part
from apps.core.errors import Invalid, Unavailable

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_bucket(bucket_store, settings):
    settings.S3_PUBLIC_URL = settings.S3_ENDPOINT_URL
    return stores.current()


def test_parts_go_to_the_bucket_without_credentials(open_bucket, actor, root):
    parts = [b"a" * 5 * 1024 * 1024, b"end"]
    begun = multipart.create(actor, root, "f", 2)
    etags = [requests.put(door.url, data=data, timeout=30).headers["ETag"] for door, data in zip(begun.doors, parts, strict=True)]
    done = [Part(door.number, etag.strip('"')) for door, etag in zip(begun.doors, etags, strict=True)]
    stored = multipart.complete(actor, root, "f", begun.upload_id, done)
    assert stored.size == 5 * 1024 * 1024 + 3
    assert b"".join(reading.open_file(actor, root, "f").blocks()) == b"".join(parts)


def test_a_signed_address_gives_ranges_and_the_name_until_it_is_tampered_with(open_bucket, put, actor, root):
    put("d/Größe.bin", b"0123456789")
    signed = downloads.sign_download(actor, root, "d/Größe.bin")
    answer = requests.get(signed.url, headers={"Range": "bytes=2-4"}, timeout=30)
    assert (answer.status_code, answer.content, signed.size) == (206, b"234", 10)
    assert "Gr%C3%B6%C3%9Fe.bin" in answer.headers["Content-Disposition"]
    assert requests.get(signed.url.replace("X-Amz-Expires=300", "X-Amz-Expires=900"), timeout=30).status_code == 403


def test_a_bucket_that_is_not_there_is_named(settings, bucket_store):
    settings.ARTIFACT_ROOT = "s3://no-such-bucket-here"
    with pytest.raises(Unavailable, match="the bucket does not exist"):
        stores.current().probe()


def test_joining_parts_that_never_came_is_refused(bucket_store):
    key, remote_id = bucket_store.begin_parts()
    with pytest.raises(Invalid):
        bucket_store.join_parts(key, remote_id, [Part(1, "0" * 32)], lambda done: None)


def test_joining_after_an_answer_that_was_lost_is_fine(bucket_store):
    key, remote_id = bucket_store.begin_parts()
    part = Part(1, bucket_store.put_part(key, remote_id, 1, io.BytesIO(b"data"), 4))
    sums = [bucket_store.join_parts(key, remote_id, [part], lambda done: None).sha256 for _ in range(2)]
    assert sums[0] == sums[1]
