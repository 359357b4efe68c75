"""Experiments, their tags and grants."""

from django.conf import settings
from django.db import models

from apps.access.grants import Grant, grant_constraints
from apps.access.levels import CHOICES

ACTIVE, DELETED = "active", "deleted"
LIFECYCLES = [(ACTIVE, ACTIVE), (DELETED, DELETED)]
DEFAULT_EXPERIMENT_ID = 0


class Experiment(models.Model):
    """A named set of runs. Names are unique in a workspace, deleted ones included, as MLflow has it."""

    workspace = models.ForeignKey("access.Workspace", models.PROTECT, related_name="+")
    name = models.CharField(max_length=500)
    artifact_location = models.CharField(max_length=2048, blank=True, default="")  # as the client gave it; "" = ours
    lifecycle = models.CharField(max_length=8, choices=LIFECYCLES, default=ACTIVE)
    created_at = models.BigIntegerField()  # ms
    updated_at = models.BigIntegerField()  # ms; moves on rename, delete, restore
    deleted_at = models.BigIntegerField(null=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    everyone_level = models.SmallIntegerField(choices=CHOICES, null=True)  # what any signed-in person may do without a grant
    legal = models.SmallIntegerField(default=0, db_default=0)  # how many LegalHold rows stand; read in the access query

    class Meta:
        constraints = [models.UniqueConstraint(name="experiment_name_once", fields=["workspace", "name"])]
        indexes = [
            models.Index(name="experiment_newest", fields=["workspace", "lifecycle", "-created_at", "id"]),
            models.Index(name="experiment_trash", fields=["-deleted_at"], condition=models.Q(lifecycle=DELETED)),
        ]

    def __str__(self) -> str:
        return self.name


class ExperimentTag(models.Model):
    """A tag of an experiment."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="tags")
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(name="experimenttag_key_once", fields=["experiment", "key"])]


class ExperimentGrant(Grant):
    """A level on an experiment and everything in it."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="grants")

    class Meta:
        constraints = grant_constraints("experiment")
