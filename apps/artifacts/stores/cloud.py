"""Google Cloud Storage and Azure Blob Storage as stores, through django-storages and the clouds' own packages.

They are less used than S3 and get no parts of their own: a file is spooled on this machine's disk and sent when it is whole, and
parts are objects that are joined by way of this machine. What they acknowledge, the cloud has confirmed.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from apps.artifacts.stores.base import Found, Part, Writer
from apps.artifacts.stores.keys import BLOBS, new_key
from apps.artifacts.streams import BLOCK, Readable, Tally, read_blocks
from apps.core.errors import DomainError, Invalid, Missing, Unavailable, Unsupported

STAGING = "staging"
SECONDS = 20
PACKAGES = {"gs": "google-cloud-storage", "azure": "azure-storage-blob"}
GONE = {"NotFound", "ResourceNotFoundError"}  # of the two packages, which are only there where one of these stores is used


class Objects(Protocol):
    """A container of objects, as its cloud's package gives it."""

    def put(self, key: str, file: Any, size: int) -> None:
        """Store the whole file from its beginning."""

    def open(self, key: str, start: int, length: int | None) -> Any:
        """Something with `read(size)`."""

    def size(self, key: str) -> int:
        """Bytes; an error if there is nothing."""

    def delete(self, key: str) -> None:
        """An error if there is nothing."""

    def walk(self, prefix: str) -> Iterator[tuple[str, int, datetime]]:
        """(key, bytes, when) of everything below."""


class GoogleObjects:
    """A bucket. Credentials are looked for where Google's tools look: GOOGLE_APPLICATION_CREDENTIALS, the machine's account."""

    def __init__(self, name: str):
        from storages.backends.gcloud import GoogleCloudStorage

        self._bucket = GoogleCloudStorage(bucket_name=name).bucket

    def put(self, key: str, file: Any, size: int) -> None:
        self._bucket.blob(key).upload_from_file(file, size=size, checksum="md5", timeout=SECONDS)

    def open(self, key: str, start: int, length: int | None) -> Any:
        reader = self._bucket.blob(key).open("rb", chunk_size=4 * BLOCK, timeout=SECONDS)
        reader.seek(start)
        return reader

    def size(self, key: str) -> int:
        blob = self._bucket.blob(key)
        blob.reload(timeout=SECONDS)
        return int(blob.size)

    def delete(self, key: str) -> None:
        self._bucket.blob(key).delete(timeout=SECONDS)

    def walk(self, prefix: str) -> Iterator[tuple[str, int, datetime]]:
        for blob in self._bucket.client.list_blobs(self._bucket, prefix=prefix, timeout=SECONDS):
            yield blob.name, int(blob.size), blob.updated


class AzureObjects:
    """A container, found by AZURE_STORAGE_CONNECTION_STRING."""

    def __init__(self, name: str, connection: str):
        from storages.backends.azure_storage import AzureStorage

        self._container = AzureStorage(azure_container=name, connection_string=connection).client

    def put(self, key: str, file: Any, size: int) -> None:
        self._container.upload_blob(key, file, length=size, overwrite=True, validate_content=True, timeout=SECONDS)

    def open(self, key: str, start: int, length: int | None) -> Any:
        if not start and length is None:
            return self._container.download_blob(key, timeout=SECONDS)
        return self._container.download_blob(key, offset=start, length=length, timeout=SECONDS)

    def size(self, key: str) -> int:
        return int(self._container.get_blob_client(key).get_blob_properties(timeout=SECONDS).size)

    def delete(self, key: str) -> None:
        self._container.delete_blob(key, timeout=SECONDS)

    def walk(self, prefix: str) -> Iterator[tuple[str, int, datetime]]:
        for blob in self._container.list_blobs(name_starts_with=prefix, timeout=SECONDS):
            yield blob.name, int(blob.size), blob.last_modified


class CloudStore:
    """Blobs below `url`, `gs://bucket/prefix` or `azure://container/prefix`; `spool` is a folder for what is on its way."""

    signs_urls = False

    def __init__(self, url: str, connect: Callable[[str], Objects], spool: Path):
        self.name = url
        container, _, prefix = url.partition("://")[2].partition("/")
        self.prefix = f"{prefix}/" if prefix else ""
        self.spool = spool
        with _translated():
            self.container = connect(container)

    def writer(self, length: int | None, key: str = "") -> Writer:
        return CloudWriter(self, key or new_key())

    def open(self, key: str, start: int = 0, end: int | None = None) -> BinaryIO:
        if end is not None and end <= start:
            return BytesIO()
        with _translated():
            return CloudReader(self.container.open(self.at(key), start, None if end is None else end - start))  # type: ignore[return-value]

    def size(self, key: str) -> int | None:
        try:
            with _translated():
                return self.container.size(self.at(key))
        except Missing:
            return None

    def delete(self, key: str) -> bool:
        try:
            with _translated():
                self.container.delete(self.at(key))
        except Missing:
            return False
        return True

    def walk(self) -> Iterator[Found]:
        yield from self._walk(f"{BLOBS}/")

    def sweep(self, before: datetime, keep: set[str], remove: bool = True) -> list[str]:
        busy = {self._parts(key) for key in keep}
        gone = []
        for found in self._walk(f"{STAGING}/"):
            if found.key.rpartition("/")[0] not in busy and found.modified < before:
                if remove:
                    self.delete(found.key)
                gone.append(found.key)
        return gone

    def begin_parts(self) -> tuple[str, str]:
        return new_key(), ""

    def put_part(self, key: str, remote_id: str, number: int, stream: Readable, length: int | None) -> str:
        tally = Tally()
        with self.spooled() as file:
            for block in read_blocks(stream, length):
                tally.add(block)
                file.write(block)
            self.put(f"{self._parts(key)}/{number:05d}", file)
        return tally.sha256

    def join_parts(self, key: str, remote_id: str, parts: list[Part], beat: Callable[[int], None]) -> Tally:
        tally = Tally()
        with self.spooled() as file:
            for part in parts:
                for block in self._part_blocks(key, part):
                    tally.add(block)
                    file.write(block)
                    beat(tally.size)
            self.put(key, file)
        return tally

    def drop_parts(self, key: str, remote_id: str) -> None:
        try:
            for found in list(self._walk(f"{self._parts(key)}/")):
                self.delete(found.key)
        except DomainError:  # what stays behind is swept
            return

    def sign_part(self, key: str, remote_id: str, number: int, seconds: int) -> str:
        raise Unsupported("This store gives no addresses to clients")

    def sign_read(self, key: str, name: str, seconds: int) -> str:
        raise Unsupported("This store gives no addresses to clients")

    def probe(self) -> None:
        with _translated():
            next(self.container.walk(f"{self.prefix}{BLOBS}/00"), None)

    def ping(self) -> None:
        """As `probe`: an answer comes in less than a second, or the cloud is away."""
        self.probe()

    def at(self, key: str) -> str:
        """The key with the prefix."""
        return f"{self.prefix}{key}"

    def put(self, key: str, file: Any) -> None:
        """Store all of a file, confirmed."""
        size = file.tell()
        file.seek(0)
        with _translated():
            self.container.put(self.at(key), file, size)

    def spooled(self) -> Any:
        """A file for what is on its way: in memory while it is small."""
        return tempfile.SpooledTemporaryFile(max_size=BLOCK, dir=str(self.spool))

    def _walk(self, prefix: str) -> Iterator[Found]:
        with _translated():
            for key, size, modified in self.container.walk(self.at(prefix)):
                yield Found(key.removeprefix(self.prefix), size, modified)

    def _parts(self, key: str) -> str:
        return f"{STAGING}/{key.rpartition('/')[2]}.parts"

    def _part_blocks(self, key: str, part: Part) -> Iterator[bytes]:
        digest = hashlib.sha256()
        try:
            with self.open(f"{self._parts(key)}/{part.number:05d}") as file:
                while block := file.read(BLOCK):
                    digest.update(block)
                    yield block
        except Missing:
            raise Invalid(f"Part {part.number} has not arrived") from None
        if digest.hexdigest() != part.etag:
            raise Invalid(f"Part {part.number} is not the one that arrived: its ETag differs")


class CloudReader:
    """The bytes of an object, with our errors."""

    def __init__(self, body: Any):
        self._body = body

    def read(self, size: int) -> bytes:
        with _translated():
            return bytes(self._body.read(size))

    def close(self) -> None:
        if hasattr(self._body, "close"):
            self._body.close()

    def __enter__(self) -> "CloudReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class CloudWriter:
    """A file on this machine's disk that is sent when it is whole."""

    def __init__(self, store: CloudStore, key: str):
        self._store, self.key, self._file = store, key, store.spooled()

    def write(self, block: bytes) -> None:
        with _translated():
            self._file.write(block)

    def commit(self) -> str:
        self._store.put(self.key, self._file)
        return self.key

    def discard(self) -> None:
        self._file.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Each package has errors of its own, and several below them; all but two mean that the store is not there for us."""
    try:
        yield
    except DomainError:
        raise
    except Exception as error:
        if type(error).__name__ in GONE:
            raise Missing("The bytes of this artifact are missing in the store") from error
        said = str(error).strip().partition("\n")[0][:200]
        raise Unavailable(f"The artifact store does not answer: {type(error).__name__} {said}", retry_after=5) from error
