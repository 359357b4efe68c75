"""Logged models: what `log_model` of a 3.x client makes, and how runs use them."""

from django.conf import settings
from django.db import models

from apps.experiments.models.experiments import ACTIVE, DELETED, LIFECYCLES, Experiment
from apps.experiments.models.metrics import KINDS, MetricKey
from apps.experiments.models.runs import Run

PENDING, READY, UPLOAD_FAILED = 1, 2, 3
STATUSES = [(PENDING, "LOGGED_MODEL_PENDING"), (READY, "LOGGED_MODEL_READY"), (UPLOAD_FAILED, "LOGGED_MODEL_UPLOAD_FAILED")]


class LoggedModel(models.Model):
    """A model with artifacts of its own in an experiment. It outlives the deletion of its run."""

    model_id = models.CharField(max_length=34, unique=True)
    experiment = models.ForeignKey(Experiment, models.PROTECT, related_name="logged_models", db_index=False)
    name = models.CharField(max_length=500)
    model_type = models.CharField(max_length=500, blank=True, default="")
    status = models.SmallIntegerField(choices=STATUSES, default=PENDING)
    status_message = models.TextField(blank=True, default="")
    source_run_id = models.CharField(max_length=32, blank=True, default="", db_index=True)
    created_at = models.BigIntegerField()  # ms
    updated_at = models.BigIntegerField()  # ms
    lifecycle = models.CharField(max_length=8, choices=LIFECYCLES, default=ACTIVE)
    deleted_at = models.BigIntegerField(null=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    holds = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(name="loggedmodel_newest", fields=["experiment", "lifecycle", "-created_at", "model_id"]),
            models.Index(name="loggedmodel_trash", fields=["-deleted_at"], condition=models.Q(lifecycle=DELETED)),
        ]


class LoggedModelParam(models.Model):
    """A parameter of a logged model."""

    model = models.ForeignKey(LoggedModel, models.CASCADE, related_name="params", db_index=False)
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(name="loggedmodelparam_key_once", fields=["model", "key"])]


class LoggedModelTag(models.Model):
    """A tag of a logged model."""

    model = models.ForeignKey(LoggedModel, models.CASCADE, related_name="tags", db_index=False)
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(name="loggedmodeltag_key_once", fields=["model", "key"])]


class ModelMetric(models.Model):
    """A metric that a run logged for a model, perhaps on a dataset. Kept whole: these are few."""

    model = models.ForeignKey(LoggedModel, models.CASCADE, related_name="metrics", db_index=False)
    key = models.ForeignKey(MetricKey, models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, models.CASCADE, related_name="+", null=True)
    dataset_name = models.CharField(max_length=500, blank=True, default="")
    dataset_digest = models.CharField(max_length=36, blank=True, default="")
    step = models.BigIntegerField()
    timestamp = models.BigIntegerField()
    value = models.FloatField()
    kind = models.SmallIntegerField(choices=KINDS)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="modelmetric_once",
                fields=["model", "key", "run", "dataset_name", "dataset_digest", "step", "timestamp", "value", "kind"],
            )
        ]


class RunModel(models.Model):
    """A run read (input) or wrote (output) a logged model. The id is text: the protocol does not ask that the model exists."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="models", db_index=False)
    model_id = models.CharField(max_length=255, db_index=True)
    is_output = models.BooleanField()
    step = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="runmodel_once", fields=["run", "is_output", "model_id"])]
