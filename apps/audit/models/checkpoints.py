"""A signature over the chain up to one row."""

from django.db import models

from apps.audit.models.append_only import AppendOnly


class Checkpoint(AppendOnly):
    """Ed25519 over (seq, hash, count, signed_at): whoever holds the public key can say the rows up to `seq` are the ones signed.

    `count` is how many rows the chain had then (numbers start at 1, so it equals `seq`; written down to be signed). `signed_at`
    is milliseconds since the epoch.
    """

    seq = models.BigIntegerField(unique=True)
    hash = models.BinaryField(max_length=32)
    count = models.BigIntegerField()
    signed_at = models.BigIntegerField()
    public_key = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)

    class Meta:
        base_manager_name = "objects"

    def __str__(self) -> str:
        return f"checkpoint {self.seq}"
