"""Legal holds: somebody decided that an experiment or a run has to stay as it is, for a reason outside of this platform."""

from django.db import models

from apps.experiments.models.experiments import Experiment
from apps.experiments.models.runs import Run


class LegalHold(models.Model):
    """A hold on an experiment with all that is in it, or on a run with its logged models; it stays as a row when it is lifted.

    `Experiment.legal` and `Run.legal` count those that stand, for the access query.
    """

    experiment = models.ForeignKey(Experiment, models.CASCADE, null=True, related_name="legal_holds")
    run = models.ForeignKey(Run, models.CASCADE, null=True, related_name="legal_holds")
    reason = models.CharField(max_length=500)
    set_by = models.CharField(max_length=300)
    set_by_id = models.BigIntegerField(null=True)  # no foreign key, people may go
    set_at = models.BigIntegerField()  # ms
    lifted_by = models.CharField(max_length=300, blank=True, default="")
    lifted_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="legalhold_one_thing",
                condition=models.Q(run__isnull=False, experiment__isnull=True)
                | models.Q(run__isnull=True, experiment__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reason
