"""Projects: where code comes from, and what it may know."""

from django.conf import settings
from django.db import models

from apps.access.grants import Grant, grant_constraints


class Archive(models.Model):
    """An uploaded zip or tar, by its content. The bytes are an artifact; the row says where."""

    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=255)  # as the file was called
    size = models.BigIntegerField()
    root = models.CharField(max_length=400)
    path = models.CharField(max_length=1024)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()


class Project(models.Model):
    """Something that can be run. Names are unique in a workspace."""

    class Source(models.TextChoices):
        """A git repository (or a folder of the workers' machine that an administrator allows), or an uploaded archive."""

        GIT = "git"
        ARCHIVE = "archive"

    class Inspection(models.TextChoices):
        """Whether what the project offers is known: a worker fetches the code and looks."""

        WAITING = "WAITING"
        READY = "READY"
        FAILED = "FAILED"

    workspace = models.ForeignKey("access.Workspace", models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    source = models.CharField(max_length=8, choices=Source)
    uri = models.CharField(max_length=2048, blank=True, default="")  # without `#subdirectory`
    ref = models.CharField(max_length=255, blank=True, default="")  # branch, tag or commit; "" = the default branch
    subdirectory = models.CharField(max_length=1024, blank=True, default="")
    archive = models.ForeignKey(Archive, models.PROTECT, null=True, related_name="+")
    experiment = models.ForeignKey("experiments.Experiment", models.SET_NULL, null=True, related_name="+")  # where runs go
    limits = models.JSONField(default=dict)  # see apps.projects.limits
    inspection = models.CharField(max_length=8, choices=Inspection, default=Inspection.WAITING)
    inspected_at = models.DateTimeField(null=True)
    inspected_commit = models.CharField(max_length=64, blank=True, default="")
    offer = models.JSONField(default=dict)  # entry points with parameters, environment (apps.projects.offers)
    problem = models.TextField(blank=True, default="")  # why the inspection failed
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="project_name_once", fields=["workspace", "name"]),
            models.CheckConstraint(
                name="project_one_source",
                condition=models.Q(source="git", archive__isnull=True) & ~models.Q(uri="")
                | models.Q(source="archive", archive__isnull=False, uri=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProjectGrant(Grant):
    """A level on a project: READ to see it, USE to run it, MANAGE to change it and its secrets."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="grants")

    class Meta:
        constraints = grant_constraints("project")


class ProjectSecret(models.Model):
    """A value that executions get as a variable and nobody reads again. GIT_TOKEN and GIT_SSH_KEY open the source."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=128)
    value = models.BinaryField()  # encrypted (apps.core.cipher)
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="projectsecret_name_once", fields=["project", "name"])]
