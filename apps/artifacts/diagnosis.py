"""Whose fault it is: from an error of a store or a connection to the layer that failed and what to do, in words. Pure."""

import errno
import socket
import ssl
from dataclasses import dataclass

from botocore import exceptions as boto
from botocore.exceptions import ClientError

from apps.artifacts.refusals import OverQuota
from apps.artifacts.stores.s3_errors import FULL, code_of
from apps.core.errors import StorageFull


@dataclass(frozen=True, slots=True)
class Finding:
    """The layer that failed, what it said, and how to mend it."""

    layer: str
    detail: str
    fix: str


FREE_SPACE = "The disk is full. Free space, run the clean-up, or move the artifacts to a larger one."
# OpenSSL's numbers: what is wrong with a certificate decides who mends it.
EXPIRED, NOT_YET = 10, 9
OTHER_NAME, OTHER_ADDRESS = 62, 64
CREDENTIALS = {
    "InvalidAccessKeyId": "The store does not know the access key. Set AWS_ACCESS_KEY_ID to a key of this store.",
    "SignatureDoesNotMatch": "The secret key is wrong. Set AWS_SECRET_ACCESS_KEY to the one that belongs to AWS_ACCESS_KEY_ID.",
    "ExpiredToken": "The temporary credentials have expired. Give the server a role, or new AWS_* variables, and restart it.",
    "InvalidToken": "AWS_SESSION_TOKEN is not valid. Remove it, or set it together with the keys it belongs to.",
    "RequestTimeTooSkewed": "The clocks of server and store differ by more than 15 minutes. Switch on time synchronisation.",
}
BUCKET = {
    "NoSuchBucket": "Create the bucket, or correct MLPLATFORM_ARTIFACT_ROOT.",
    "PermanentRedirect": "The bucket lies in another region. Set AWS_DEFAULT_REGION to it.",
    "AuthorizationHeaderMalformed": "The bucket lies in another region. Set AWS_DEFAULT_REGION to it.",
    "InvalidBucketName": "Correct the name of the bucket in MLPLATFORM_ARTIFACT_ROOT.",
}
RIGHTS = {
    "PutObject": "s3:PutObject", "CreateMultipartUpload": "s3:PutObject", "UploadPart": "s3:PutObject",
    "CompleteMultipartUpload": "s3:PutObject", "GetObject": "s3:GetObject", "HeadObject": "s3:GetObject",
    "ListObjectsV2": "s3:ListBucket", "DeleteObject": "s3:DeleteObject", "AbortMultipartUpload": "s3:AbortMultipartUpload",
    "ListMultipartUploads": "s3:ListBucketMultipartUploads",
}  # fmt: skip


def blame(error: BaseException) -> Finding:
    """The finding for what a store or a connection raised; it looks through our own errors at what caused them."""
    for cause in _causes(error):
        found = _quota(cause) or _store(cause) or _network(cause) or _disk(cause)
        if found:
            return found
    return Finding("store", str(error), "The log of the server says more.")


def _causes(error: BaseException | None) -> list[BaseException]:
    """The deepest first: the name server's answer says more than 'could not connect'."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        inner = getattr(error, "kwargs", {}).get("error") if isinstance(error, boto.BotoCoreError) else None
        error = error.__cause__ or inner or error.__context__
    return chain[::-1]


def _quota(error: BaseException) -> Finding | None:
    if not isinstance(error, OverQuota):
        return None
    said, _, fix = error.message.partition(" Delete ")
    return Finding("quota", said, f"Delete {fix}")


def _store(error: BaseException) -> Finding | None:
    if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError):
        fix = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for the server, or give its machine a role."
        return Finding("credentials", "The server has no credentials for the store.", fix)
    if not isinstance(error, ClientError):
        return None
    code, said = code_of(error), str(error.response.get("Error", {}).get("Message", ""))
    if code in CREDENTIALS:
        return Finding("credentials", said or code, CREDENTIALS[code])
    if code in BUCKET:
        return Finding("bucket", said or code, BUCKET[code])
    if code in FULL:
        return Finding("quota", said or code, "The store's quota is reached. Raise it, or delete artifacts and run the clean-up.")
    if code in {"AccessDenied", "403"}:
        right = RIGHTS.get(error.operation_name, f"the operation {error.operation_name}")
        return Finding(
            "bucket policy", said or code, f"Allow {right} on the bucket and everything below the prefix for the server's key."
        )
    return Finding("store", f"{code}: {said}", "The store refuses for a reason of its own; its log says more.")


def _network(error: BaseException) -> Finding | None:
    if isinstance(error, socket.gaierror):
        return Finding(
            "DNS", f"The name does not resolve: {error}", "Correct MLPLATFORM_S3_ENDPOINT_URL, or the server's name server."
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate(error)
    if isinstance(error, ssl.SSLError):
        return Finding("TLS", str(error), "Is the store's address really https? Write http:// if it is not.")
    if isinstance(error, TimeoutError | boto.ConnectTimeoutError | boto.ReadTimeoutError):
        fix = "A firewall swallows the packets, or the store is overloaded. Open the port between server and store."
        return Finding("time-out", "The store did not answer in time.", fix)
    if isinstance(error, ConnectionError):
        return Finding("connection", str(error), "Nothing listens there. Is the store running, and are host and port right?")
    return None


def _certificate(error: ssl.SSLCertVerificationError) -> Finding:
    said = f"The certificate is not trusted: {getattr(error, 'verify_message', error)}"
    code = getattr(error, "verify_code", 0)
    if code in {EXPIRED, NOT_YET}:
        return Finding("TLS", said, "Renew the store's certificate; if it is new, is the clock of this machine right?")
    if code in {OTHER_NAME, OTHER_ADDRESS}:
        fix = "The certificate is for another host: write its name into MLPLATFORM_S3_ENDPOINT_URL, or give the store a new one."
        return Finding("TLS", said, fix)
    return Finding("TLS", said, "Set AWS_CA_BUNDLE to the file of the authority that signed the store's certificate.")


def _disk(error: BaseException) -> Finding | None:
    if isinstance(error, StorageFull):
        return Finding("disk", str(error), FREE_SPACE)
    if not isinstance(error, OSError) or error.errno is None:
        return None
    said = error.strerror or str(error)
    if error.errno == errno.ENOSPC:
        return Finding("disk", said, FREE_SPACE)
    if error.errno == errno.EDQUOT:
        return Finding("quota", said, "The disk quota of the server's user is reached. Raise it.")
    if error.errno == errno.EROFS:
        return Finding("disk", said, "The file system is read-only. The system's log says why; mount it again.")
    if error.errno in {errno.EACCES, errno.EPERM}:
        return Finding("folder owner", said, "Give the artifact folder to the user that the server runs as (chown -R).")
    if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ESTALE}:
        return Finding("folder", said, "The artifact folder is gone, or no folder. Is its disk mounted?")
    if error.errno == errno.EIO:
        return Finding("disk", said, "The disk has errors. Replace it, and restore from the backup what it held.")
    return None
