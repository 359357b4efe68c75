"""Workspaces: MLflow's namespaces. Names of experiments and models are unique inside one."""

from django.core.validators import RegexValidator
from django.db import models

from apps.access.grants import Grant, grant_constraints

DEFAULT_WORKSPACE_ID = 1
NAME_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"


class Workspace(models.Model):
    """A namespace. `default` (id 1) exists from the first migration and cannot be deleted."""

    name = models.CharField(max_length=63, unique=True, validators=[RegexValidator(NAME_PATTERN)])
    description = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class WorkspaceGrant(Grant):
    """A level on everything inside a workspace, unless a grant on the thing itself says otherwise."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="grants")

    class Meta:
        constraints = grant_constraints("workspace")
