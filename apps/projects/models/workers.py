"""Workers: who can run executions, and when they were last heard of."""

from django.db import models


class Worker(models.Model):
    """A machine that runs executions."""

    name = models.CharField(max_length=255, unique=True)
    host = models.CharField(max_length=255)
    slots = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField()
    heard_at = models.DateTimeField()
    load = models.JSONField(default=dict)  # see apps.projects.machine
    isolation = models.CharField(max_length=16, blank=True, default="")
    walls = models.JSONField(default=list)
    engine = models.CharField(max_length=255, blank=True, default="")  # for containers; "" = none
    problem = models.TextField(blank=True, default="")  # why it takes nothing
