"""What a bucket may answer, in the domain's words, and not asking again at once when it does not answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException

from botocore.exceptions import BotoCoreError, ClientError

from apps.core import clock
from apps.core.errors import Invalid, Missing, StorageFull, Unavailable

GONE = {"NoSuchKey", "NoSuchUpload", "404", "NotFound"}
WRONG_PARTS = {"InvalidPart", "InvalidPartOrder", "EntityTooSmall", "MalformedXML"}
FULL = {"QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage", "507"}
REFUSALS = {
    "AccessDenied": "the credentials may not do this in the bucket",
    "403": "the credentials may not do this in the bucket",
    "InvalidAccessKeyId": "the access key is unknown",
    "SignatureDoesNotMatch": "the secret key is wrong",
    "ExpiredToken": "the credentials have expired",
    "NoSuchBucket": "the bucket does not exist",
    "RequestTimeTooSkewed": "the clocks of server and store differ too much",
}


class Breaker:
    """After a silence of the store, nobody waits for it again for some seconds: each wait holds a thread that serves metrics."""

    SECONDS = 3.0

    def __init__(self) -> None:
        self._closed_until = 0.0

    def trip(self) -> None:
        """The store kept silent."""
        self._closed_until = clock.monotonic() + self.SECONDS

    def reset(self) -> None:
        """The store answered."""
        self._closed_until = 0.0

    def ask(self) -> None:
        """Raises Unavailable while nobody is to try."""
        if clock.monotonic() < self._closed_until:
            raise Unavailable("The artifact store does not answer", retry_after=int(self.SECONDS) + 1)


@contextmanager
def translated(breaker: Breaker | None) -> Iterator[None]:
    """Run calls of boto3; their errors leave as Missing, Invalid, StorageFull or Unavailable."""
    from urllib3.exceptions import HTTPError  # whoever comes here has boto3, which has it

    if breaker:
        breaker.ask()
    try:
        yield
    except ClientError as error:
        raise _translate(error) from error
    except (BotoCoreError, HTTPError, HTTPException, OSError) as error:  # no answer: refused, reset, timed out, cut
        if breaker:
            breaker.trip()
        raise Unavailable(f"The artifact store does not answer: {type(error).__name__}", retry_after=5) from error


def code_of(error: ClientError) -> str:
    """S3's own name of the error, or the HTTP status as text."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _translate(error: ClientError) -> Exception:
    code = code_of(error)
    if code in GONE:
        return Missing("The bytes of this artifact are missing in the store")
    if code in WRONG_PARTS:
        return Invalid(f"The parts do not make a file: {code}")
    if code in FULL:
        return StorageFull("The artifact store is full")
    return Unavailable(f"The artifact store refuses: {REFUSALS.get(code, code)}", retry_after=5)
