"""Where trees of artifacts begin."""

from django.db import models

from apps.core import clock


class Root(models.Model):
    """One tree: the artifacts of a run or a logged model. `key` is the text that the rooms above know it by."""

    key = models.CharField(max_length=400, unique=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "artifacts_root"

    def __str__(self) -> str:
        return self.key
