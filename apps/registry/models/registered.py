"""Registered models: names under which versions are kept. Prompts are models too, as MLflow has it."""

from django.conf import settings
from django.db import models

from apps.access.grants import Grant, grant_constraints

ACTIVE, DELETED = "active", "deleted"
LIFECYCLES = [(ACTIVE, ACTIVE), (DELETED, DELETED)]
NO_STAGES, STAGING_VERSIONS, PRODUCTION_VERSIONS = 0, 1, 2
STAGE_RIGHTS = [(NO_STAGES, "none"), (STAGING_VERSIONS, "staging"), (PRODUCTION_VERSIONS, "production")]


class RegisteredModel(models.Model):
    """A name with versions. The name is unique in its workspace among the models that are not in the trash."""

    workspace = models.ForeignKey("access.Workspace", models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=256)
    description = models.TextField(blank=True, default="")
    created_at = models.BigIntegerField()  # ms
    updated_at = models.BigIntegerField()  # ms; moves on update, rename, new version, transition, version delete
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    next_version = models.IntegerField(
        default=1
    )  # numbers are never used twice; a model made anew goes on where the one in the trash was
    is_prompt = models.BooleanField(default=False)  # follows the tag mlflow.prompt.is_prompt: searches hide prompts
    lifecycle = models.CharField(max_length=8, choices=LIFECYCLES, default=ACTIVE)
    deleted_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="registeredmodel_name_once", fields=["workspace", "name"], condition=models.Q(lifecycle=ACTIVE)
            ),
            models.CheckConstraint(name="registeredmodel_next_version", condition=models.Q(next_version__gte=1)),
        ]
        indexes = [
            models.Index(name="registeredmodel_trash", fields=["workspace", "name"], condition=models.Q(lifecycle=DELETED)),
            models.Index(name="registeredmodel_updated", fields=["workspace", "lifecycle", "-updated_at"]),
        ]

    def __str__(self) -> str:
        return self.name


class ModelTag(models.Model):
    """A tag of a registered model."""

    pk = models.CompositePrimaryKey("model_id", "key")
    model = models.ForeignKey(RegisteredModel, models.CASCADE, related_name="tags", db_index=False)
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(name="modeltag_by_key", fields=["key", "model"])]


class ModelGrant(Grant):
    """A level on a registered model and its versions.

    `stages` is the right beside the level that the Databricks dialect calls CAN_MANAGE_STAGING_VERSIONS and
    CAN_MANAGE_PRODUCTION_VERSIONS. It is kept and shown; who may move into a protected stage is said by policies.
    """

    model = models.ForeignKey(RegisteredModel, models.CASCADE, related_name="grants")
    stages = models.SmallIntegerField(choices=STAGE_RIGHTS, default=NO_STAGES)

    class Meta:
        constraints = grant_constraints("model")
