"""Uploads under way, and those that did not end well."""

import uuid

from django.db import models

from apps.artifacts.models.roots import Root
from apps.artifacts.paths import MAX_PATH
from apps.core import clock


def new_upload_id() -> str:
    """32 hex digits, the upload id on the wire."""
    return uuid.uuid4().hex


class Upload(models.Model):
    """One attempt to bring a file. A file that arrived needs no such row: it is an artifact.

    A plain upload that fits into one block gets a row only when it fails; a longer one announces itself, so that an
    upload whose worker was killed is seen. `updated_at` is its heartbeat.
    """

    class Kind(models.TextChoices):
        STREAM = "stream"
        MULTIPART = "multipart"

    class State(models.TextChoices):
        RECEIVING = "receiving"
        ASSEMBLING = "assembling"  # all parts are here; they are being joined, hashed and published
        STORED = "stored"  # kept for a day, so that "complete" may be sent again
        FAILED = "failed"
        ABORTED = "aborted"

    id = models.CharField(primary_key=True, max_length=32, default=new_upload_id)
    root = models.ForeignKey(Root, on_delete=models.CASCADE, related_name="uploads", db_index=False)
    path = models.CharField(max_length=MAX_PATH)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVING)
    store = models.CharField(max_length=255, default="")
    storage_key = models.CharField(max_length=255, default="")
    remote_id = models.CharField(max_length=1024, default="")  # the store's own name of a multipart upload
    parts = models.PositiveIntegerField(default=0)
    expected = models.BigIntegerField(null=True)  # bytes, if the sender said
    arrived = models.BigIntegerField(default=0)
    error = models.CharField(max_length=1000, default="")
    owner_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "artifacts_upload"
        indexes = [
            models.Index(fields=["root", "path"], name="upload_path"),
            models.Index(fields=["state", "updated_at"], name="upload_age"),
        ]

    def __str__(self) -> str:
        return self.id
