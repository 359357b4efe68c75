"""The store of the other clouds over a container in memory; and what is said where their packages are not there."""

import io
from datetime import UTC, datetime, timedelta

import pytest

from apps.artifacts import checks
from apps.artifacts.stores.base import Part
from apps.artifacts.stores.cloud import CloudStore
from apps.core.errors import Invalid, Missing, Unavailable, Unsupported
from mlplatform import environment

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class NotFound(Exception):
    """Called as Google calls it."""


class Container:
    """Objects in a dictionary."""

    def __init__(self, name):
        self.name, self.objects, self.away = name, {}, False

    def put(self, key, file, size):
        self.ask()
        self.objects[key] = file.read(size)

    def open(self, key, start, length):
        return io.BytesIO(self.found(key)[start : None if length is None else start + length])

    def size(self, key):
        return len(self.found(key))

    def delete(self, key):
        self.found(key)
        del self.objects[key]

    def walk(self, prefix):
        self.ask()
        return iter([(key, len(data), NOW) for key, data in sorted(self.objects.items()) if key.startswith(prefix)])

    def found(self, key):
        self.ask()
        if key not in self.objects:
            raise NotFound(key)
        return self.objects[key]

    def ask(self):
        if self.away:
            raise ConnectionError("no route\nand more that nobody reads")


@pytest.fixture
def cloud(tmp_path):
    return CloudStore("gs://bucket/some/prefix", Container, tmp_path)


def put(store, data, key=""):
    writer = store.writer(len(data), key)
    for start in range(0, len(data), 7):
        writer.write(data[start : start + 7])
    written = writer.commit()
    writer.discard()
    return written


def test_bytes_come_back_whole_and_in_part(cloud):
    key = put(cloud, b"hello world")
    assert cloud.open(key).read(100) == b"hello world"
    assert cloud.open(key, 6, 11).read(5) == b"world"
    assert cloud.open(key, 3, 3).read(5) == b""
    assert cloud.size(key) == 11
    assert [(found.key, found.size) for found in cloud.walk()] == [(key, 11)]
    assert list(cloud.container.objects) == [f"some/prefix/{key}"]


def test_nothing_is_seen_before_the_commit_nor_after_a_discard(cloud):
    writer = cloud.writer(5)
    writer.write(b"hello")
    writer.discard()
    assert list(cloud.walk()) == []


def test_what_is_not_there_is_missing(cloud):
    assert cloud.size("blobs/00/none") is None
    assert cloud.delete("blobs/00/none") is False
    with pytest.raises(Missing):
        cloud.open("blobs/00/none")


def test_parts_are_joined_once_they_are_those_that_came(cloud):
    key, remote = cloud.begin_parts()
    sent = [cloud.put_part(key, remote, number, io.BytesIO(data), len(data)) for number, data in ((1, b"hello "), (2, b"world"))]
    parts = [Part(number, etag) for number, etag in enumerate(sent, 1)]
    assert cloud.join_parts(key, remote, parts, lambda done: None).size == 11
    assert cloud.open(key).read(100) == b"hello world"
    with pytest.raises(Invalid, match="ETag"):
        cloud.join_parts(key, remote, [Part(1, "other")], lambda done: None)
    with pytest.raises(Invalid, match="has not arrived"):
        cloud.join_parts(key, remote, [Part(3, "x")], lambda done: None)
    cloud.drop_parts(key, remote)
    assert [found.key for found in cloud.walk()] == [key]
    assert len(cloud.container.objects) == 1


def test_parts_that_nobody_joins_are_swept_but_for_those_under_way(cloud):
    busy, dead = cloud.begin_parts()[0], cloud.begin_parts()[0]
    for key in (busy, dead):
        cloud.put_part(key, "", 1, io.BytesIO(b"x"), 1)
    assert cloud.sweep(NOW - timedelta(hours=1), {busy}) == []
    assert len(cloud.sweep(NOW + timedelta(hours=1), {busy}, remove=False)) == 1
    assert len(cloud.sweep(NOW + timedelta(hours=1), {busy})) == 1
    assert len(cloud.container.objects) == 1


def test_a_cloud_that_is_away_is_told_in_one_line(cloud):
    key = put(cloud, b"x")
    cloud.container.away = True
    for ask in (cloud.ping, cloud.probe, lambda: cloud.size(key), lambda: cloud.open(key), lambda: put(cloud, b"y")):
        with pytest.raises(Unavailable, match=r"does not answer: ConnectionError no route$"):
            ask()
    cloud.drop_parts(key, "")


def test_clients_get_no_addresses_of_it(cloud):
    for sign in (lambda: cloud.sign_read("k", "n", 1), lambda: cloud.sign_part("k", "", 1, 1)):
        with pytest.raises(Unsupported):
            sign()


@pytest.mark.parametrize("place", ["gs://bucket/prefix", "azure://container"])
def test_a_package_that_is_not_there_stops_the_start_with_the_line_that_installs_it(settings, monkeypatch, place):
    monkeypatch.setattr(checks, "find_spec", lambda name: None)
    settings.ARTIFACT_ROOT = place
    (error,) = checks.check_packages(None)
    assert "needs the package" in error.msg
    assert "pip install" in error.hint
    settings.ARTIFACT_ROOT = "s3://bucket"
    assert checks.check_packages(None) == []


def test_places_of_all_clouds_are_read_from_the_environment(monkeypatch, tmp_path):
    for place in ("s3://bucket/p", "gs://bucket_name/p", "azure://container/p"):
        monkeypatch.setenv("MLPLATFORM_ARTIFACT_ROOT", f"{place}/")
        assert environment.artifact_root(tmp_path) == place
    monkeypatch.setenv("MLPLATFORM_ARTIFACT_ROOT", "ftp://host/p")
    with pytest.raises(environment.BadEnvironment, match="gs://"):
        environment.artifact_root(tmp_path)
