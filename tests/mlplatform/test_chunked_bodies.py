"""Chunked request bodies: whole for whoever reads JSON, the stream itself for uploads, refused when broken or too long."""

import io
import json

import pytest

from mlplatform.wsgi import BrokenBody, ChunkedBodies, CompleteStream


class Broken(io.BytesIO):
    """A server's stream whose client went away."""

    def read(self, size=-1):
        raise ValueError("no more data")


def call(body, path="/api/2.0/mlflow/runs/create", **environ):
    """What the application behind saw, or what was answered instead of asking it."""
    seen, answered = {}, []

    def application(environ, start_response):
        seen.update(environ, body=environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        return [b""]

    answer = ChunkedBodies(application)(
        {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "wsgi.input": body, "PATH_INFO": path, **environ},
        lambda status, headers: answered.append(status),
    )
    return seen, answered, b"".join(answer)


def test_a_json_body_gets_its_length(settings):
    seen, _, _ = call(io.BytesIO(b'{"name": "a"}'))
    assert (seen["body"], seen["CONTENT_LENGTH"]) == (b'{"name": "a"}', "13")


def test_a_length_beside_chunks_means_nothing():
    seen, _, _ = call(io.BytesIO(b'{"name": "a"}'), CONTENT_LENGTH="2")
    assert seen["body"] == b'{"name": "a"}'


def test_an_upload_gets_the_stream_without_a_length():
    seen, _, _ = call(io.BytesIO(b"abc"), path="/api/2.0/mlflow-artifacts/artifacts/1/r/artifacts/f")
    assert "CONTENT_LENGTH" not in seen
    assert seen["mlplatform.stream"].read(2) == b"ab"


def test_a_client_cannot_name_a_stream_itself():
    seen, _, _ = call(io.BytesIO(b""), HTTP_TRANSFER_ENCODING="", **{"mlplatform.stream": "mine"})
    assert "mlplatform.stream" not in seen


def test_a_body_over_the_limit_is_400(settings):
    settings.MAX_BODY_BYTES = 10
    seen, answered, body = call(io.BytesIO(b"x" * 11))
    assert (seen, answered, json.loads(body)["error_code"]) == ({}, ["400 Bad Request"], "BAD_REQUEST")


def test_a_body_without_its_last_chunk_is_400():
    seen, answered, _ = call(Broken())
    assert (seen, answered) == ({}, ["400 Bad Request"])


def test_an_uploads_stream_raises_when_the_client_goes_away():
    with pytest.raises(BrokenBody):
        CompleteStream(Broken()).read(10)
