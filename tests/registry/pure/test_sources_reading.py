"""What a client may name as the source of a version."""

import pytest

from apps.core.errors import Invalid
from apps.registry.sources import ModelSource, Place, VersionSource, place_of, read_source

MODEL_ID = "m-" + "0a" * 16


@pytest.mark.parametrize(
    "source",
    [
        "s3://bucket/models/a",
        "mlflow-artifacts:/0/abc/artifacts/model",
        "mlflow-artifacts://host:5000/0/abc/artifacts/model",
        "https://host/api/2.0/mlflow-artifacts/artifacts/0/abc/artifacts/model",
        "dbfs:/models/a",
        "runs:/abc/model",
        "wasbs://box@account.blob.core.windows.net/a",
    ],
)
def test_a_remote_source_is_taken_as_it_stands(source):
    assert read_source(source) is None


@pytest.mark.parametrize(
    "source", ["/etc/passwd", "model", "./model", "file:///etc/passwd", "file:/a", "FILE:///a", "C:\\model", "dummy-source"]
)
def test_a_local_path_is_refused(source):
    with pytest.raises(Invalid, match="Invalid model version source"):
        read_source(source)


@pytest.mark.parametrize(
    "source",
    [
        "mlflow-artifacts://host:9000/models/../../../etc",
        "http://host/api/2.0/mlflow-artifacts/artifacts/../../../",
        "https://host/models/..%2f..%2f",
        "s3:/bucket/models/path/../../other",
        "mlflow-artifacts:/..%252f..%252fetc",
        "http://host/a%00",
        "s3://bucket/a/./b",
        "s3://bucket/a\\..\\b",
    ],
)
def test_a_path_that_resolves_elsewhere_is_refused(source):
    with pytest.raises(Invalid, match="Invalid model version source"):
        read_source(source)


def test_a_logged_model_is_recognised():
    assert read_source(f"models:/{MODEL_ID}") == ModelSource(MODEL_ID)


def test_another_version_is_recognised():
    assert read_source("models:/card fraud/3") == VersionSource("card fraud", 3)


@pytest.mark.parametrize("source", ["models:/name", "models:/name@champion", "models:/name/Production", "models://host/name/1"])
def test_a_registered_source_without_number_is_refused(source):
    with pytest.raises(Invalid, match="Invalid model version source"):
        read_source(source)


def test_a_prompt_may_have_a_placeholder_as_source():
    assert read_source("dummy-source", is_prompt=True) is None


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("mlflow-artifacts:/12/abc/artifacts/model", Place("run", "abc", "model")),
        ("mlflow-artifacts:/12/abc/artifacts", Place("run", "abc", "")),
        (f"mlflow-artifacts:/12/models/{MODEL_ID}/artifacts", Place("logged_model", MODEL_ID, "")),
        (f"mlflow-artifacts://h:1/12/models/{MODEL_ID}/artifacts/", Place("logged_model", MODEL_ID, "")),
        ("http://h/api/2.0/mlflow-artifacts/artifacts/12/abc/artifacts/a/b", Place("run", "abc", "a/b")),
        ("runs:/abc/model", Place("run", "abc", "model")),
        ("s3://bucket/12/abc/artifacts/model", None),
        ("mlflow-artifacts:/models/abc", None),
    ],
)
def test_artifacts_of_ours_are_known_by_their_place(location, place):
    assert place_of(location) == place
