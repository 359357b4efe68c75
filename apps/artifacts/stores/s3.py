"""A bucket as store, through django-storages and boto3. What it acknowledges, S3 has confirmed.

Both are imported with the first bucket: they take 0.4 s, which an installation with a folder need not wait for at its start.
"""

import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from hashlib import md5
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from apps.artifacts.stores.base import Found, Part, Writer
from apps.artifacts.stores.keys import BLOBS, new_key
from apps.artifacts.stores.s3_errors import Breaker, translated
from apps.artifacts.streams import BLOCK, Readable, Tally, read_blocks
from apps.core.errors import DomainError, Invalid, Missing, Unsupported

PART = 8 * 1024 * 1024  # bytes kept in memory per upload; S3 takes no smaller part than 5 MiB, the last one apart
PARTS = 10_000  # S3's limit
CONNECT_SECONDS, READ_SECONDS = 4, 9  # twice each and the giving up: an answer within 30 s
ABORT_SECONDS = 2


@lru_cache(maxsize=1)
def _session() -> Any:
    """One for all: it reads S3's description, a large file, once, and not for each client.

    Credentials are looked for where AWS's tools look: environment, files, the machine's role.
    """
    import boto3

    return boto3.Session()


@lru_cache(maxsize=1)
def _storage() -> Any:
    """django-storages' class, with that session."""
    from storages.backends.s3 import S3Storage

    return type("Storage", (S3Storage,), {"_create_session": lambda self: _session()})


class S3Store:
    """Blobs below `url`, `s3://bucket/prefix`.

    Credentials and region come from the usual AWS variables. `endpoint` is where the server finds the store, AWS itself if
    empty; `public` where clients find it, and only if that is given they are sent there with signed URLs.
    """

    def __init__(self, url: str, endpoint: str = "", public: str = "", spool: Path | None = None):
        self.name = url
        self.bucket, _, prefix = url.removeprefix("s3://").partition("/")
        self.prefix = f"{prefix}/" if prefix else ""
        self.signs_urls = bool(public)
        self.breaker = Breaker()
        self._spool = spool
        self.client = self._connect(endpoint, CONNECT_SECONDS, READ_SECONDS, tries=2)
        self._hasty = self._connect(endpoint, ABORT_SECONDS, ABORT_SECONDS, tries=1)
        self._signer = self._connect(public, CONNECT_SECONDS, READ_SECONDS, tries=1) if public else None

    def _connect(self, endpoint: str, connect: int, read: int, tries: int) -> Any:
        """A client; one serves all threads."""
        from botocore.config import Config

        config = Config(
            connect_timeout=connect,
            read_timeout=read,
            retries={"mode": "standard", "total_max_attempts": tries},
            max_pool_connections=64,
            tcp_keepalive=True,
            signature_version="s3v4",
            s3={"addressing_style": "path" if endpoint else "auto"},
            # Every body carries its MD5; the newer check sums are refused by older servers that speak S3.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        storage = _storage()(bucket_name=self.bucket, endpoint_url=endpoint or None, client_config=config)
        return storage.connection.meta.client

    def writer(self, length: int | None, key: str = "") -> Writer:
        return S3Writer(self, length, key)

    def open(self, key: str, start: int = 0, end: int | None = None) -> BinaryIO:
        if end is not None and end <= start:
            return BytesIO()
        span = f"bytes={start}-{'' if end is None else end - 1}"
        with translated(self.breaker):
            answer = self.client.get_object(**self.at(key), **({"Range": span} if start or end is not None else {}))
        return S3Reader(answer["Body"], self.breaker)  # type: ignore[return-value]  # `read` and `close` are what is used

    def size(self, key: str) -> int | None:
        try:
            with translated(self.breaker):
                return int(self.client.head_object(**self.at(key))["ContentLength"])
        except Missing:
            return None

    def delete(self, key: str) -> bool:
        """S3 does not say whether there was something; asking first would cost a request for each."""
        with translated(self.breaker):
            self.client.delete_object(**self.at(key))
        return True

    def walk(self) -> Iterator[Found]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=f"{self.prefix}{BLOBS}/")
        with translated(self.breaker):
            for page in pages:
                for item in page.get("Contents", ()):
                    yield Found(item["Key"].removeprefix(self.prefix), item["Size"], item["LastModified"])

    def sweep(self, before: datetime, keep: set[str], remove: bool = True) -> list[str]:
        pages = self.client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket, Prefix=f"{self.prefix}{BLOBS}/")
        gone = []
        with translated(self.breaker):
            for page in pages:
                for item in page.get("Uploads", ()):
                    key = item["Key"].removeprefix(self.prefix)
                    if key not in keep and item["Initiated"] < before:
                        if remove:
                            self.drop_parts(key, item["UploadId"])
                        gone.append(key)
        return gone

    def begin_parts(self) -> tuple[str, str]:
        key = new_key()
        with translated(self.breaker):
            return key, self.client.create_multipart_upload(**self.at(key))["UploadId"]

    def put_part(self, key: str, remote_id: str, number: int, stream: Readable, length: int | None) -> str:
        """Through a file: a part is as large as the client likes, and S3 wants to see its hash before its bytes."""
        with tempfile.SpooledTemporaryFile(max_size=BLOCK, dir=str(self._spool) if self._spool else None) as file:
            digest = md5(usedforsecurity=False)
            for block in read_blocks(stream, length):
                digest.update(block)
                file.write(block)
            file.seek(0)
            return self.send_part(key, remote_id, number, file, digest.digest())

    def send_part(self, key: str, remote_id: str, number: int, body: Any, digest: bytes) -> str:
        """One part, confirmed; its ETag."""
        with translated(self.breaker):
            answer = self.client.upload_part(
                **self.at(key), UploadId=remote_id, PartNumber=number, Body=body, ContentMD5=_base64(digest)
            )
        return answer["ETag"].strip('"')

    def join_parts(self, key: str, remote_id: str, parts: list[Part], beat: Callable[[int], None]) -> Tally:
        try:
            self.complete(key, remote_id, parts)
        except Missing:
            if self.size(key) is None:  # else: joined before, by a call whose answer or process was lost
                raise Invalid("This upload is over, or its parts have not arrived") from None
        tally = Tally()
        with self.open(key) as file:
            while block := file.read(BLOCK):
                tally.add(block)
                beat(tally.size)
        return tally

    def complete(self, key: str, remote_id: str, parts: list[Part]) -> None:
        """Join the parts into the object."""
        listed = [{"PartNumber": part.number, "ETag": f'"{part.etag}"'} for part in parts]
        with translated(self.breaker):
            self.client.complete_multipart_upload(**self.at(key), UploadId=remote_id, MultipartUpload={"Parts": listed})

    def drop_parts(self, key: str, remote_id: str) -> None:
        """In haste: it stands behind an error that somebody waits for. What stays behind is swept."""
        try:
            with translated(None):
                self._hasty.abort_multipart_upload(**self.at(key), UploadId=remote_id)
        except DomainError:
            return

    def sign_part(self, key: str, remote_id: str, number: int, seconds: int) -> str:
        return self._sign("upload_part", seconds, **self.at(key), UploadId=remote_id, PartNumber=number)

    def sign_read(self, key: str, name: str, seconds: int) -> str:
        return self._sign(
            "get_object", seconds, **self.at(key), ResponseContentDisposition=name, ResponseContentType="application/octet-stream"
        )

    def probe(self) -> None:
        with translated(self.breaker):
            self.client.list_objects_v2(Bucket=self.bucket, Prefix=self.prefix, MaxKeys=1)

    def ping(self) -> None:
        """Within two seconds, without a second try."""
        with translated(self.breaker):
            self._hasty.list_objects_v2(Bucket=self.bucket, Prefix=self.prefix, MaxKeys=1)

    def at(self, key: str) -> dict[str, str]:
        """Bucket and key, as boto3 wants them."""
        return {"Bucket": self.bucket, "Key": f"{self.prefix}{key}"}

    def _sign(self, method: str, seconds: int, **parameters: Any) -> str:
        if self._signer is None:
            raise Unsupported("The store is not reachable for clients: MLPLATFORM_S3_PUBLIC_URL is not set")
        return self._signer.generate_presigned_url(method, Params=parameters, ExpiresIn=seconds)


class S3Reader:
    """The body of an answer, with our errors."""

    def __init__(self, body: Any, breaker: Breaker):
        self._body, self._breaker = body, breaker

    def read(self, size: int) -> bytes:
        with translated(self._breaker):
            return self._body.read(size)

    def close(self) -> None:
        self._body.close()

    def __enter__(self) -> "S3Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class S3Writer:
    """One object: a single put when it fits into one part, a multipart upload else. Memory: one part."""

    def __init__(self, store: S3Store, length: int | None, key: str = ""):
        self._store, self._buffer, self._parts = store, bytearray(), list[Part]()
        self.key, self._remote_id, self._done = key or new_key(), "", False
        self._part_size = max(PART, -(-(length or 0) // (PARTS - 1)))
        store.breaker.ask()

    def write(self, block: bytes) -> None:
        self._buffer += block
        if len(self._buffer) >= self._size_of_part():
            self._send()

    def commit(self) -> str:
        if not self._remote_id:
            self._put()
        else:
            if self._buffer:
                self._send()
            self._store.complete(self.key, self._remote_id, self._parts)
        self._done = True
        return self.key

    def discard(self) -> None:
        if self._remote_id and not self._done:
            self._store.drop_parts(self.key, self._remote_id)
        self._buffer.clear()

    def _size_of_part(self) -> int:
        """Without a length the parts grow, so that 10,000 of them hold 5 TB: 8 MiB at first, 512 MiB towards the end."""
        return self._part_size * 2 ** (len(self._parts) // 1500)

    def _put(self) -> None:
        digest = md5(self._buffer, usedforsecurity=False).digest()
        with translated(self._store.breaker):
            self._store.client.put_object(**self._store.at(self.key), Body=bytes(self._buffer), ContentMD5=_base64(digest))

    def _send(self) -> None:
        if not self._remote_id:
            with translated(self._store.breaker):
                self._remote_id = self._store.client.create_multipart_upload(**self._store.at(self.key))["UploadId"]
        number = len(self._parts) + 1
        digest = md5(self._buffer, usedforsecurity=False).digest()
        etag = self._store.send_part(self.key, self._remote_id, number, self._buffer, digest)
        self._parts.append(Part(number, etag))
        self._buffer.clear()


def _base64(digest: bytes) -> str:
    return b64encode(digest).decode()
