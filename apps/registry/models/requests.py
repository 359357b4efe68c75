"""Transition requests and the votes on them."""

from django.conf import settings
from django.db import models

from apps.registry import acts
from apps.registry.models.policies import PolicyVersion
from apps.registry.models.registered import RegisteredModel
from apps.registry.models.versions import ModelVersion

OPEN, CHANGES, APPROVED, EXECUTING = "open", "changes_requested", "approved", "executing"
DONE, REJECTED, CANCELLED, EXPIRED, OVERRIDDEN, FAILED = "done", "rejected", "cancelled", "expired", "overridden", "failed"
PENDING = (OPEN, CHANGES, APPROVED, EXECUTING)
FINAL = (DONE, REJECTED, CANCELLED, EXPIRED, OVERRIDDEN, FAILED)
STATES = [(state, state) for state in (*PENDING, *FINAL)]

APPROVE, REJECT, REQUEST_CHANGES = "approve", "reject", "request_changes"
DECISIONS = [(APPROVE, APPROVE), (REJECT, REJECT), (REQUEST_CHANGES, REQUEST_CHANGES)]
VALID, WITHDRAWN, DISMISSED = "valid", "withdrawn", "dismissed"
VOTE_STATES = [(VALID, VALID), (WITHDRAWN, WITHDRAWN), (DISMISSED, DISMISSED)]


class TransitionRequest(models.Model):
    """Somebody asks for an act that policies protect. At most one is pending for each (model, version or none, act, target)."""

    model = models.ForeignKey(RegisteredModel, models.CASCADE, related_name="requests", db_index=False)
    version = models.ForeignKey(ModelVersion, models.CASCADE, null=True, related_name="requests")
    act = models.CharField(max_length=16, choices=acts.CHOICES)
    target = models.CharField(max_length=256, blank=True, default="")  # a stage, an alias, a new name
    from_stage = models.CharField(max_length=10, blank=True, default="")
    state = models.CharField(max_length=17, choices=STATES, default=OPEN)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    comment = models.TextField(blank=True, default="")
    archive_existing = models.BooleanField(default=False)  # as the policies say
    fingerprint = models.CharField(max_length=64)  # of the version, when it was opened or last found changed
    opened_at = models.DateTimeField()  # to the microsecond: who joins a team later may not vote
    evidence_digest = models.CharField(
        max_length=64, blank=True, default=""
    )  # of the version when it was executed, policies aside
    created_at = models.BigIntegerField()  # the same in ms
    updated_at = models.BigIntegerField()  # ms
    expires_at = models.BigIntegerField(null=True)  # ms
    closed_at = models.BigIntegerField(null=True)  # ms
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    reason = models.TextField(blank=True, default="")  # why it ended so: of a rejection, an override, a failure
    banner = models.BooleanField(default=False)  # an override that the model's page still shows

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="request_one_pending",
                fields=["model", "version", "act", "target"],
                condition=models.Q(state__in=PENDING, version__isnull=False),
            ),
            models.UniqueConstraint(
                name="request_one_pending_of_model",
                fields=["model", "act", "target"],
                condition=models.Q(state__in=PENDING, version__isnull=True),
            ),
            models.CheckConstraint(name="request_state", condition=models.Q(state__in=(*PENDING, *FINAL))),
            models.CheckConstraint(
                name="request_closed_when_final",
                condition=models.Q(state__in=PENDING, closed_at=None) | models.Q(state__in=FINAL),
            ),
            models.CheckConstraint(name="request_override_reason", condition=~models.Q(state=OVERRIDDEN, reason="")),
        ]
        indexes = [
            models.Index(name="request_of_model", fields=["model", "-created_at"]),
            models.Index(name="request_pending", fields=["state", "expires_at"], condition=models.Q(state__in=PENDING)),
            models.Index(name="request_of_requester", fields=["requester", "-created_at"]),
        ]


class RequestPolicy(models.Model):
    """A policy version that a request was opened under."""

    request = models.ForeignKey(TransitionRequest, models.CASCADE, related_name="policies", db_index=False)
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="requestpolicy_once", fields=["request", "policy_version"])]


class Vote(models.Model):
    """What one person says to a request, bound to what the version was then.

    The requester and whether the policies let requesters vote are copied, so that the database itself refuses a vote on one's
    own request; the voter's kind, so that it refuses a service account's.
    """

    request = models.ForeignKey(TransitionRequest, models.CASCADE, related_name="votes", db_index=False)
    voter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    voter_kind = models.CharField(max_length=8)
    requester_id = models.BigIntegerField()
    self_vote_allowed = models.BooleanField(default=False)
    decision = models.CharField(max_length=15, choices=DECISIONS)
    state = models.CharField(max_length=9, choices=VOTE_STATES, default=VALID)
    state_reason = models.CharField(max_length=500, blank=True, default="")
    fingerprint = models.CharField(max_length=64)
    comment = models.TextField(blank=True, default="")
    via = models.CharField(max_length=16)  # how the voter had signed in
    token_id = models.BigIntegerField(null=True)
    at = models.BigIntegerField()  # ms

    class Meta:
        constraints = [
            models.UniqueConstraint(name="vote_once", fields=["request", "voter"]),
            models.CheckConstraint(
                name="vote_not_on_own_request",
                condition=~models.Q(voter_id=models.F("requester_id")) | models.Q(self_vote_allowed=True),
            ),
            models.CheckConstraint(name="vote_by_a_person", condition=models.Q(voter_kind="person")),
        ]
