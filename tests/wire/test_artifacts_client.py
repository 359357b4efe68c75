"""Large and odd artifacts as the official client sends and fetches them."""

MULTIPART = {
    "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true",
    "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": "1000000",
    "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": "5242880",
}


def test_a_large_file_goes_in_parts_and_comes_back_whole(job):
    same, parts = job.json(
        """
import hashlib, json, os, pathlib, mlflow
import requests
sent = []
original = requests.Session.send
def counting(session, request, **kwargs):
    sent.append("/mpu/part/" in request.url and not request.headers.get("Authorization"))
    return original(session, request, **kwargs)
requests.Session.send = counting
pathlib.Path("big.bin").write_bytes(os.urandom(17_000_000))
with mlflow.start_run() as run:
    mlflow.log_artifact("big.bin", "models")
back = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="models/big.bin", dst_path="back")
sha = lambda path: hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
print(json.dumps([sha("big.bin") == sha(back), sum(sent)]))
""",
        **MULTIPART,
    )
    assert (same, parts) == (True, 4)


def test_the_server_says_that_parts_are_welcome(platform):
    info = platform.api().get("/api/3.0/mlflow/server-info").ok
    assert (info["multipart_uploads_enabled"], info["multipart_downloads_enabled"]) == (True, False)


def test_downloads_in_parts_fall_back_to_the_plain_way(job):
    printed = job.run(
        """
import pathlib, mlflow
pathlib.Path("f.txt").write_text("hello")
with mlflow.start_run() as run:
    mlflow.log_artifact("f.txt")
print(mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/f.txt"))
""",
        MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD="true",
    )
    assert printed.strip().endswith("hello")


def test_an_upload_that_may_not_be_is_refused_quickly(job):
    kind, seconds = job.json(
        """
import json, os, pathlib, time, mlflow
pathlib.Path("f").write_bytes(os.urandom(5_000_000))
began = time.time()
try:
    mlflow.MlflowClient().log_artifact("0" * 32, "f")
except Exception as error:
    print(json.dumps([type(error).__name__, time.time() - began]))
"""
    )
    assert kind in {"MlflowException", "RestException", "HTTPError"}
    assert seconds < 15


def test_artifacts_can_be_deleted_by_the_client(job):
    assert job.json(
        """
import json, pathlib, mlflow
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
pathlib.Path("f").write_text("x")
mlflow.set_experiment("deleting needs MANAGE")
with mlflow.start_run() as run:
    mlflow.log_artifact("f", "d")
    mlflow.log_artifact("f")
get_artifact_repository(run.info.artifact_uri).delete_artifacts("d")
print(json.dumps([item.path for item in mlflow.artifacts.list_artifacts(run_id=run.info.run_id)]))
"""
    ) == ["f"]
