"""What a store costs at the start, and what it says when it is asked whether it is there."""

import subprocess
import sys

import pytest

from apps.artifacts import stores
from apps.artifacts.stores.local import LocalStore
from apps.artifacts.stores.s3 import S3Store
from apps.core.errors import Unavailable


def test_an_installation_with_a_folder_does_not_load_what_buckets_need(tmp_path):
    code = (
        "import django, sys; django.setup(); import mlplatform.wsgi, apps.artifacts.services.doctor;"
        "from django.test import Client; Client().get('/health');"
        "sys.exit(' '.join(sorted({'boto3', 'storages', 'botocore.client', 's3transfer'} & set(sys.modules))) or None)"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "mlplatform.settings", "MLPLATFORM_HOME": str(tmp_path), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_store_that_is_there_answers(store):
    store.ping()


def test_a_bucket_that_is_not_there_is_told_within_seconds(settings, bucket_store):
    settings.ARTIFACT_ROOT = "s3://nothing-of-that-name/prefix"
    with pytest.raises(Unavailable, match="the bucket does not exist"):
        stores.current().ping()


def test_a_bucket_that_does_not_answer_is_told_and_not_asked_again_at_once(settings):
    settings.S3_ENDPOINT_URL = "http://127.0.0.1:9"
    silent = S3Store("s3://bucket/prefix", settings.S3_ENDPOINT_URL)
    for _ in range(2):
        with pytest.raises(Unavailable, match="does not answer"):
            silent.ping()


def test_a_folder_that_takes_nothing_is_told(tmp_path):
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(Unavailable):
        LocalStore(tmp_path / "taken").ping()
