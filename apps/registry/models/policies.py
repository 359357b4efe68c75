"""Policies: what a move into, or out of, a stage or alias needs. A policy by name outlives its model."""

from django.conf import settings
from django.db import models

SERVER, WORKSPACE, PATTERN, MODEL = "server", "workspace", "pattern", "model"
SCOPES = [(SERVER, SERVER), (WORKSPACE, WORKSPACE), (PATTERN, PATTERN), (MODEL, MODEL)]
STAGE, ALIAS = "stage", "alias"
KINDS = [(STAGE, STAGE), (ALIAS, ALIAS)]
PROPOSED, CURRENT, PAST, REFUSED = "proposed", "current", "past", "refused"
STATES = [(PROPOSED, PROPOSED), (CURRENT, CURRENT), (PAST, PAST), (REFUSED, REFUSED)]


class Policy(models.Model):
    """Which models and which target it is about. All policies that match apply together, so none can loosen another.

    `subject` is the model's name (scope model) or a pattern with `*` and `?` (scope pattern; without workspace: in all of them).
    """

    scope = models.CharField(max_length=10, choices=SCOPES)
    workspace = models.ForeignKey("access.Workspace", models.CASCADE, null=True, related_name="+")
    subject = models.CharField(max_length=256, blank=True, default="")
    target_kind = models.CharField(max_length=5, choices=KINDS)
    target = models.CharField(max_length=255)
    created_at = models.BigIntegerField()  # ms
    retired_at = models.BigIntegerField(null=True)  # ms

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="policy_once",
                fields=["workspace", "scope", "subject", "target_kind", "target"],
                condition=models.Q(retired_at__isnull=True, workspace__isnull=False),
            ),
            models.UniqueConstraint(
                name="policy_everywhere_once",
                fields=["scope", "subject", "target_kind", "target"],
                condition=models.Q(retired_at__isnull=True, workspace__isnull=True),
            ),
            models.CheckConstraint(
                name="policy_scope_says_where",
                condition=models.Q(scope=SERVER, workspace__isnull=True, subject="")
                | models.Q(scope=WORKSPACE, workspace__isnull=False, subject="")
                | (models.Q(scope=PATTERN) & ~models.Q(subject=""))
                | (models.Q(scope=MODEL, workspace__isnull=False) & ~models.Q(subject="")),
            ),
        ]


class PolicyVersion(models.Model):
    """What a policy says, from one change to the next; its terms never change. A request keeps the versions it was opened under.

    `retires`: this change takes the policy away. Where a policy asks for a second person, a change waits as `proposed`.
    """

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="versions", db_index=False)
    number = models.IntegerField()
    state = models.CharField(max_length=8, choices=STATES)
    terms = models.JSONField()
    digest = models.CharField(max_length=64)  # SHA-256 of the terms
    retires = models.BooleanField(default=False)
    comment = models.TextField(blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField(max_length=300)
    created_at = models.BigIntegerField()  # ms
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_name = models.CharField(max_length=300, blank=True, default="")
    decided_at = models.BigIntegerField(null=True)  # ms

    class Meta:
        constraints = [
            models.UniqueConstraint(name="policyversion_number_once", fields=["policy", "number"]),
            models.UniqueConstraint(name="policyversion_one_current", fields=["policy"], condition=models.Q(state=CURRENT)),
            models.UniqueConstraint(name="policyversion_one_proposed", fields=["policy"], condition=models.Q(state=PROPOSED)),
            models.CheckConstraint(name="policyversion_second_person", condition=~models.Q(author=models.F("decided_by"))),
        ]
