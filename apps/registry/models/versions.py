"""Versions of registered models."""

from django.conf import settings
from django.db import models

from apps.registry import stages
from apps.registry.models.registered import ACTIVE, LIFECYCLES, RegisteredModel

PENDING, FAILED, READY = 1, 2, 3
STATUSES = [(PENDING, "PENDING_REGISTRATION"), (FAILED, "FAILED_REGISTRATION"), (READY, "READY")]


class ModelVersion(models.Model):
    """One version. `source` is what the client said, `storage_location` where the artifacts lie.

    `run_id` and `model_id` are texts: the protocol does not ask that the run or the logged model exists. What stands in a
    protected stage is kept by holds on the run and the logged model, which are foreign keys.
    """

    model = models.ForeignKey(RegisteredModel, models.CASCADE, related_name="versions", db_index=False)
    number = models.IntegerField()
    stage = models.CharField(max_length=10, choices=stages.CHOICES, default=stages.NONE)
    stage_since = models.BigIntegerField()  # ms
    source = models.TextField()
    storage_location = models.TextField()
    run_id = models.CharField(max_length=255, blank=True, default="")
    logged_model_id = models.CharField(max_length=255, blank=True, default="")
    run_link = models.TextField(blank=True, default="")
    status = models.SmallIntegerField(choices=STATUSES, default=READY)
    status_message = models.TextField(blank=True, default="")
    description = models.TextField(blank=True, default="")
    is_prompt = models.BooleanField(default=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.BigIntegerField()  # ms
    updated_at = models.BigIntegerField()  # ms
    lifecycle = models.CharField(max_length=8, choices=LIFECYCLES, default=ACTIVE)
    deleted_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="modelversion_number_once", fields=["model", "number"]),
            models.CheckConstraint(name="modelversion_stage", condition=models.Q(stage__in=stages.ALL)),
            models.CheckConstraint(
                name="modelversion_trash_has_no_stage", condition=models.Q(lifecycle=ACTIVE) | models.Q(stage=stages.NONE)
            ),
        ]
        indexes = [
            models.Index(name="modelversion_latest", fields=["model", "stage", "-number"], condition=models.Q(lifecycle=ACTIVE)),
            models.Index(
                name="modelversion_newest", fields=["-updated_at", "model", "-number"], condition=models.Q(lifecycle=ACTIVE)
            ),
            models.Index(name="modelversion_run", fields=["run_id"]),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class VersionTag(models.Model):
    """A tag of a version."""

    pk = models.CompositePrimaryKey("version_id", "key")
    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="tags", db_index=False)
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(name="versiontag_by_key", fields=["key", "version"])]


class VersionChange(models.Model):
    """Who changed something of a version last, after its creation: whoever changed what a gate reads cannot approve.

    `what` is `description` or `tag:<key>`; the row stays when the tag goes.
    """

    pk = models.CompositePrimaryKey("version_id", "what")
    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="changes", db_index=False)
    what = models.CharField(max_length=260)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.BigIntegerField()  # ms
