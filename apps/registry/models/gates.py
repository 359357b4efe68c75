"""What gates found, and what CI posted."""

from django.conf import settings
from django.db import models

from apps.registry.models.requests import TransitionRequest

PENDING, PASSED, FAILED = "pending", "passed", "failed"
STATES = [(PENDING, PENDING), (PASSED, PASSED), (FAILED, FAILED)]
SUCCESS, FAILURE = "success", "failure"
CHECK_STATES = [(PENDING, PENDING), (SUCCESS, SUCCESS), (FAILURE, FAILURE)]


class GateResult(models.Model):
    """One evaluation of one gate with what it read. Never changed: the newest row of a gate is its state."""

    request = models.ForeignKey(TransitionRequest, models.CASCADE, related_name="gate_results", db_index=False)
    gate = models.CharField(max_length=64)  # digest of the gate's terms: the same gate of two policies is one
    label = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=STATES)
    measured = models.CharField(max_length=1000, blank=True, default="")
    inputs = models.JSONField(default=dict)
    inputs_digest = models.CharField(max_length=64)
    worker = models.CharField(max_length=255, blank=True, default="")
    at = models.BigIntegerField()  # ms

    class Meta:
        indexes = [
            models.Index(name="gateresult_newest", fields=["request", "gate", "-id"]),
            models.Index(name="gateresult_inputs", fields=["inputs_digest", "-id"]),
        ]


class ExternalCheck(models.Model):
    """The state of a check that runs elsewhere, as it was posted last; it holds for the fingerprint that it was posted for."""

    request = models.ForeignKey(TransitionRequest, models.CASCADE, related_name="checks", db_index=False)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=7, choices=CHECK_STATES)
    url = models.CharField(max_length=2000, blank=True, default="")
    description = models.CharField(max_length=1000, blank=True, default="")
    fingerprint = models.CharField(max_length=64)
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    posted_name = models.CharField(max_length=300)
    at = models.BigIntegerField()  # ms

    class Meta:
        constraints = [
            models.UniqueConstraint(name="externalcheck_once", fields=["request", "name"]),
            models.CheckConstraint(name="externalcheck_state", condition=models.Q(state__in=(PENDING, SUCCESS, FAILURE))),
        ]
