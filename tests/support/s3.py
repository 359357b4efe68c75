"""A real S3 server from a wheel (signatures are checked, multipart works); it takes 3 s to start."""

import json
import signal
import sys
from pathlib import Path

from tests.support import processes, session

READER = "mlplatform-reader"  # a key that may look and not write, with the same secret
KEY, SECRET, BUCKET = "mlplatform-tests", "mlplatform-tests-secret", "artifacts"


def shared() -> dict[str, str]:
    """Environment variables that point the platform at the session's S3 server, started by the first to ask."""
    port = session.once("s3", _start)["port"]
    return {
        "MLPLATFORM_S3_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def client(environment: dict[str, str]):
    """A boto3 client for looking inside."""
    import boto3  # slow to import, and only these tests need it

    return boto3.client(
        "s3",
        endpoint_url=environment["MLPLATFORM_S3_ENDPOINT_URL"],
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
    )


def new_bucket(environment: dict[str, str], name: str) -> str:
    """Create a bucket (3 to 63 lower-case letters, digits, hyphens) and return its name."""
    client(environment).create_bucket(Bucket=name)
    return name


def _start() -> dict:
    folder = session.FOLDER / "s3"
    folder.mkdir()
    actions = {KEY: ["Admin"], READER: [f"Read:{BUCKET}", f"List:{BUCKET}"]}
    identities = [
        {"name": key, "credentials": [{"accessKey": key, "secretKey": SECRET}], "actions": allowed}
        for key, allowed in actions.items()
    ]
    (folder / "s3.json").write_text(json.dumps({"identities": identities}))
    # Every port is given: the defaults (and the gRPC ones derived from them) collide with other servers and sessions.
    names = [
        "master.port",
        "master.port.grpc",
        "volume.port",
        "volume.port.grpc",
        "filer.port",
        "filer.port.grpc",
        "s3.port",
        "s3.port.grpc",
    ]
    ports = {name: processes.free_port() for name in names}
    options = [f"-{name}={port}" for name, port in ports.items()]
    options += [
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-master.telemetry=false",
        "-master.volumeSizeLimitMB=64",
        "-volume.max=100",
    ]
    options += ["-filer", "-s3", f"-s3.config={folder / 's3.json'}", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    options += [f"-filer.localSocket={folder / 'f.sock'}", f"-s3.localSocket={folder / 's.sock'}"]
    command = [Path(sys.executable).with_name("weed"), "server", f"-dir={folder}", *options]
    log = folder / "weed.log"
    processes.start_leashed(command, log, stop=signal.SIGKILL)  # it takes 10 s to leave kindly
    environment = {"MLPLATFORM_S3_ENDPOINT_URL": f"http://127.0.0.1:{ports['s3.port']}"}
    processes.wait_for(lambda: _answers(environment), 60, "S3", log)
    return {"port": ports["s3.port"]}


def _answers(environment: dict[str, str]) -> bool:
    """Listing is answered before a volume can be written: only a stored object proves that it is up."""
    s3 = client(environment)
    if BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=".ready", Body=b"1")
    return True
