"""Runs, their params and tags, and who wrote to them."""

from django.conf import settings
from django.db import models

from apps.experiments.models.experiments import ACTIVE, DELETED, LIFECYCLES, Experiment

RUNNING, SCHEDULED, FINISHED, FAILED, KILLED = 1, 2, 3, 4, 5
STATUSES = [(RUNNING, "RUNNING"), (SCHEDULED, "SCHEDULED"), (FINISHED, "FINISHED"), (FAILED, "FAILED"), (KILLED, "KILLED")]


class Run(models.Model):
    """One execution of training code. `run_id` is its name on the wire, `id` its short key inside."""

    run_id = models.CharField(max_length=32, unique=True)
    experiment = models.ForeignKey(Experiment, models.PROTECT, related_name="runs", db_index=False)
    name = models.TextField(blank=True, default="")
    status = models.SmallIntegerField(choices=STATUSES, default=RUNNING)
    start_time = models.BigIntegerField(default=0)  # ms, as the client says
    end_time = models.BigIntegerField(null=True)  # ms, as the client says
    user_text = models.CharField(max_length=256, blank=True, default="")  # the client's user_id, shown as given
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    lifecycle = models.CharField(max_length=8, choices=LIFECYCLES, default=ACTIVE)
    deleted_at = models.BigIntegerField(null=True)
    parent_run_id = models.CharField(max_length=32, blank=True, default="")  # follows the tag mlflow.parentRunId
    holds = models.PositiveSmallIntegerField(default=0)  # how many Hold rows protect it; read in the access query
    legal = models.SmallIntegerField(default=0, db_default=0)  # how many LegalHold rows of its own stand
    root_experiment_id = models.BigIntegerField()  # the experiment in its artifact root: stays when the run is moved
    created_at = models.BigIntegerField()  # ms, our clock
    updated_at = models.BigIntegerField()  # ms, our clock: any acknowledged write

    class Meta:
        indexes = [
            models.Index(name="run_newest", fields=["experiment", "lifecycle", "-start_time", "run_id"]),
            models.Index(name="run_children", fields=["parent_run_id"], condition=~models.Q(parent_run_id="")),
            models.Index(name="run_owner_newest", fields=["owner", "-start_time"]),
            models.Index(name="run_recent", fields=["-start_time", "run_id"]),
            models.Index(name="run_trash", fields=["-deleted_at"], condition=models.Q(lifecycle=DELETED)),
        ]

    def __str__(self) -> str:
        return self.name or self.run_id


class RunWriter(models.Model):
    """Somebody other than the owner who wrote to a run."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="writers", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    first_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(name="runwriter_once", fields=["run", "user"])]


class ParamKey(models.Model):
    """A parameter name, once for all runs."""

    name = models.CharField(max_length=250, unique=True)


class Param(models.Model):
    """A parameter: written once, never changed."""

    pk = models.CompositePrimaryKey("run_id", "key_id")
    run = models.ForeignKey(Run, models.CASCADE, related_name="params", db_index=False)
    key = models.ForeignKey(ParamKey, models.PROTECT, related_name="+", db_index=False)
    value = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(name="param_by_key", fields=["key", "run"])]


class RunTag(models.Model):
    """A tag: may be set again and deleted."""

    pk = models.CompositePrimaryKey("run_id", "key")
    run = models.ForeignKey(Run, models.CASCADE, related_name="tags", db_index=False)
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(name="runtag_by_key", fields=["key", "run"])]
