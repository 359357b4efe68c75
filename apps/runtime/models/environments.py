"""What is known of environments: the files lie on the machine that built them, the rows tell everybody."""

from django.db import models


class EnvironmentBuild(models.Model):
    """An environment of one machine: the wish, what came of it, and its build log's end."""

    class State(models.TextChoices):
        """BUILDING becomes READY or FAILED; READY becomes REMOVED. FAILED and REMOVED may be built again."""

        BUILDING = "BUILDING"
        READY = "READY"
        FAILED = "FAILED"
        REMOVED = "REMOVED"

    key = models.CharField(max_length=64)  # of the wish, hex
    host = models.CharField(max_length=255)
    state = models.CharField(max_length=8, choices=State)
    spec = models.JSONField(default=dict)
    python = models.CharField(max_length=32, blank=True, default="")  # the version really used
    kind = models.CharField(max_length=16, blank=True, default="")
    packages = models.JSONField(default=list)  # ["name==version", …]
    size = models.BigIntegerField(default=0)  # bytes
    seconds = models.FloatField(default=0)  # that the build took
    reason = models.TextField(blank=True, default="")  # of a failure
    log = models.TextField(blank=True, default="")  # its last 200 kB
    built_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="environmentbuild_once", fields=["key", "host"]),
            models.CheckConstraint(
                name="environmentbuild_state", condition=models.Q(state__in=["BUILDING", "READY", "FAILED", "REMOVED"])
            ),
        ]
        indexes = [models.Index(name="environmentbuild_used", fields=["-last_used_at"])]
