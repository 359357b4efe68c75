"""How much is kept, for whom, and how much may be."""

from django.db import models

from apps.core import clock


class Kind(models.TextChoices):
    """Whom bytes are counted for. A team has what its members sent; it needs no rows of its own."""

    EXPERIMENT = "experiment"  # the first part of a root
    PERSON = "person"  # who sent the content that a path has now
    TEAM = "team"
    STORED = "stored"  # what lies in a store, each content once


class Use(models.Model):
    """A change of what is kept for somebody: the sum of a subject's rows is what is kept now.

    Written in the transaction of the change. A row for each subject that all uploads add to would make them queue for it until
    each has reached the disk; rows of their own queue for nothing, and are folded into one every minute.
    """

    kind = models.CharField(max_length=10, choices=Kind.choices)
    subject = models.CharField(max_length=256)
    files = models.BigIntegerField()
    size = models.BigIntegerField()  # bytes

    class Meta:
        db_table = "artifacts_use"
        indexes = [models.Index(fields=["kind", "subject"], name="use_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}: {self.size}"


class Quota(models.Model):
    """How many bytes may be kept for a subject; for everybody of the kind without a quota of their own if `subject` is empty."""

    kind = models.CharField(max_length=10, choices=Kind.choices)
    subject = models.CharField(max_length=256, blank=True)
    size = models.BigIntegerField()  # bytes
    set_by = models.CharField(max_length=300, blank=True, default="")
    set_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "artifacts_quota"
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject"], name="quota_once"),
            models.CheckConstraint(condition=models.Q(size__gte=0), name="quota_not_negative"),
            models.CheckConstraint(condition=~models.Q(kind="stored"), name="quota_of_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}: {self.size}"
