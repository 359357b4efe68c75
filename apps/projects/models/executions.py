"""Executions: the queue, and what becomes of each. The row is the truth; broker and workers only look at it."""

from django.conf import settings
from django.db import models

from apps.projects.models.projects import Archive, Project


class Execution(models.Model):
    """One entry point to be run once, with its run. Changes of `state` are compare-and-swap (services.leases).

    A worker that took it holds `claim` and moves `lease_until` on; whoever has another claim has nothing to say any more.
    """

    class State(models.TextChoices):
        """QUEUED -> PREPARING -> RUNNING -> FINISHED, FAILED or KILLED; back to QUEUED once when a worker is lost."""

        QUEUED = "QUEUED"
        PREPARING = "PREPARING"
        RUNNING = "RUNNING"
        FINISHED = "FINISHED"
        FAILED = "FAILED"
        KILLED = "KILLED"

    project = models.ForeignKey(Project, models.SET_NULL, null=True, related_name="executions")
    project_name = models.CharField(max_length=255, blank=True, default="")
    workspace = models.ForeignKey("access.Workspace", models.PROTECT, related_name="+")
    run = models.OneToOneField("experiments.Run", models.CASCADE, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    origin = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")  # that this one repeats

    source = models.CharField(max_length=8, choices=Project.Source)
    uri = models.CharField(max_length=2048, blank=True, default="")
    ref = models.CharField(max_length=255, blank=True, default="")
    subdirectory = models.CharField(max_length=1024, blank=True, default="")
    archive = models.ForeignKey(Archive, models.PROTECT, null=True, related_name="+")
    entry_point = models.CharField(max_length=255)
    params = models.JSONField(default=dict)  # name -> text, as given
    limits = models.JSONField(default=dict)
    priority = models.SmallIntegerField(default=0)  # higher first

    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    phase = models.CharField(max_length=64, blank=True, default="")  # of PREPARING, for people
    phases = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))  # [[phase, began in ms], …]
    reason = models.TextField(blank=True, default="")  # why it is as it is
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.CharField(max_length=32, blank=True, default="")
    worker = models.CharField(max_length=255, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=255, blank=True, default="")
    token_id = models.BigIntegerField(null=True)  # of the execution's own token, while it is valid

    commit = models.CharField(max_length=64, blank=True, default="")
    branch = models.CharField(max_length=255, blank=True, default="")
    command = models.TextField(blank=True, default="")
    environment = models.CharField(max_length=64, blank=True, default="")  # key, or the image
    environment_kind = models.CharField(max_length=16, blank=True, default="")
    python = models.CharField(max_length=32, blank=True, default="")
    isolation = models.CharField(max_length=16, blank=True, default="")
    exit_code = models.IntegerField(null=True)
    usage = models.JSONField(default=dict)

    log_size = models.BigIntegerField(default=0)  # bytes shipped so far
    log_archived = models.BooleanField(default=False)  # the log is an artifact of the run; no chunks are left

    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="execution_state",
                condition=models.Q(state__in=["QUEUED", "PREPARING", "RUNNING", "FINISHED", "FAILED", "KILLED"]),
            ),
            models.CheckConstraint(
                name="execution_claimed_while_active",
                condition=models.Q(state__in=["PREPARING", "RUNNING"], lease_until__isnull=False) & ~models.Q(claim="")
                | models.Q(state__in=["QUEUED", "FINISHED", "FAILED", "KILLED"], lease_until__isnull=True, claim=""),
            ),
            models.CheckConstraint(
                name="execution_ended_has_time",
                condition=models.Q(state__in=["FINISHED", "FAILED", "KILLED"], ended_at__isnull=False)
                | models.Q(state__in=["QUEUED", "PREPARING", "RUNNING"], ended_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(name="execution_queue", fields=["-priority", "id"], condition=models.Q(state="QUEUED")),
            models.Index(name="execution_leases", fields=["lease_until"], condition=models.Q(state__in=["PREPARING", "RUNNING"])),
            models.Index(name="execution_of_project", fields=["project", "-id"]),
            models.Index(
                name="execution_to_archive",
                fields=["id"],
                condition=models.Q(state__in=["FINISHED", "FAILED", "KILLED"], log_archived=False),
            ),
        ]


class LogChunk(models.Model):
    """A piece of the log while the execution lives: so every web process shows it, whatever machine the worker is on."""

    execution = models.ForeignKey(Execution, models.CASCADE, related_name="chunks", db_index=False)
    start = models.BigIntegerField()  # offset of its first byte
    size = models.IntegerField()  # bytes, unpacked
    data = models.BinaryField()  # zlib

    class Meta:
        constraints = [models.UniqueConstraint(name="logchunk_once", fields=["execution", "start"])]
