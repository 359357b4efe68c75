"""Holds: evidence behind a promoted version that may not change."""

from django.db import models

from apps.experiments.models.logged_models import LoggedModel
from apps.experiments.models.runs import Run


class Hold(models.Model):
    """A reason why a run or a logged model is protected. `Run.holds` and `LoggedModel.holds` count them for the access query."""

    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="hold_rows")
    model = models.ForeignKey(LoggedModel, models.PROTECT, null=True, related_name="hold_rows")
    reason = models.CharField(max_length=500)  # names the version, for the refusal's sentence
    key = models.CharField(max_length=200)  # whose hold it is, to release it
    since = models.BigIntegerField()  # ms: metric points dated later are refused

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="hold_one_thing",
                condition=models.Q(run__isnull=False, model__isnull=True) | models.Q(run__isnull=True, model__isnull=False),
            ),
            models.UniqueConstraint(name="hold_run_once", fields=["run", "key"], condition=models.Q(run__isnull=False)),
            models.UniqueConstraint(name="hold_model_once", fields=["model", "key"], condition=models.Q(model__isnull=False)),
        ]
