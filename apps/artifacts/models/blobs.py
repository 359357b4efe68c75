"""Content: bytes in a store, known by their hash."""

from datetime import timedelta

from django.db import models

from apps.core import clock

GRACE = timedelta(hours=1)
"""How long a blob that nothing points to is left alone: somebody may be reading it, or about to point to it again."""


class Blob(models.Model):
    """Bytes that were hashed as they came and that the store has confirmed. They never change; other content is another blob.

    `touched_at` is when a pointer last came or went, exact to half a `GRACE`. Collecting asks for an age of a whole one, so
    a blob that was touched is out of its reach for as long as any transaction lasts, without a lock on a row that many
    uploads of the same `conda.yaml` would queue for.
    """

    class State(models.TextChoices):
        STORED = "stored"
        DAMAGED = "damaged"  # a download did not add up to the hash: never pointed to again
        DELETING = "deleting"  # nothing points here, the bytes are going

    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    store = models.CharField(max_length=255)
    storage_key = models.CharField(max_length=255, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.STORED)
    created_at = models.DateTimeField(default=clock.now)
    touched_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "artifacts_blob"
        indexes = [
            models.Index(fields=["sha256", "size"], name="blob_content"),
            models.Index(fields=["touched_at"], name="blob_touched"),
        ]
        constraints = [models.CheckConstraint(condition=models.Q(size__gte=0), name="blob_size_not_negative")]

    def __str__(self) -> str:
        return self.storage_key
