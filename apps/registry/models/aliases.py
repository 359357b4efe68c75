"""Aliases: names that point to one version of a model."""

from django.db import models

from apps.registry.models.registered import RegisteredModel
from apps.registry.models.versions import ModelVersion


class Alias(models.Model):
    """`models:/name@alias`."""

    pk = models.CompositePrimaryKey("model_id", "name")
    model = models.ForeignKey(RegisteredModel, models.CASCADE, related_name="aliases", db_index=False)
    name = models.CharField(max_length=255)
    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="aliases")

    def __str__(self) -> str:
        return self.name
