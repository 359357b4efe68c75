"""One thing that somebody did."""

from django.db import models
from django.db.models import Q

from apps.audit.models.append_only import AppendOnly


class AuditRow(AppendOnly):
    """Who did what to which thing, from where, and how they had signed in.

    The actor is a number and a name, without a foreign key: the row outlives the account, and says what it was called then.
    `at` is milliseconds since the epoch. `seq`, `prev_hash` and `hash` are empty until the sealer has come (`services.sealing`);
    they are the only columns that may ever change, once.
    """

    at = models.BigIntegerField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=300, blank=True)
    actor_kind = models.CharField(max_length=16)
    via = models.CharField(max_length=16)
    token_id = models.BigIntegerField(null=True)
    address = models.CharField(max_length=64, blank=True)
    act = models.CharField(max_length=64)
    noun = models.CharField(max_length=64, blank=True)
    noun_id = models.CharField(max_length=500, blank=True)
    name = models.TextField(blank=True)
    workspace = models.CharField(max_length=255, blank=True)
    details = models.JSONField(default=dict)
    seq = models.BigIntegerField(null=True, unique=True)
    prev_hash = models.BinaryField(max_length=32, null=True)
    hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                condition=Q(seq=None, prev_hash=None, hash=None) | Q(seq__gte=1, prev_hash__isnull=False, hash__isnull=False),
                name="audit_row_sealed_whole",
            ),
        ]
        indexes = [
            # Lists are pages of ids, newest first, below one of these; sealing asks for the few rows without a number.
            models.Index(fields=["actor_id", "id"], name="audit_row_actor"),
            models.Index(fields=["act", "id"], name="audit_row_act"),
            models.Index(fields=["noun", "noun_id", "id"], name="audit_row_noun"),
            models.Index(fields=["workspace", "id"], name="audit_row_workspace"),
            models.Index(fields=["at", "id"], name="audit_row_at"),
            models.Index(fields=["id"], condition=Q(seq=None), name="audit_row_unsealed"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.act} {self.noun} {self.noun_id}"
