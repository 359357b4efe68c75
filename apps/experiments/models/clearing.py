"""When the trash empties itself."""

from django.db import models


class TrashRule(models.Model):
    """The one rule: what has been in the trash for `days` goes for good. Without `days` nothing goes by itself."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    days = models.PositiveIntegerField(null=True)
    set_by = models.CharField(max_length=300, blank=True, default="")
    set_at = models.BigIntegerField(null=True)  # ms
    ran_at = models.BigIntegerField(null=True)  # ms
    removed = models.JSONField(default=dict)  # what went when it ran last: noun -> number

    class Meta:
        constraints = [
            models.CheckConstraint(name="trashrule_only_one", condition=models.Q(id=1)),
            models.CheckConstraint(name="trashrule_days", condition=models.Q(days__isnull=True) | models.Q(days__gte=1)),
        ]
