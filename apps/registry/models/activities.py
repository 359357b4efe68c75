"""What happened to a model, for its page and for "in Production on date T". Rows are only added."""

from django.db import models

from apps.audit.models.append_only import AppendOnly


class Activity(AppendOnly):
    """One line of a model's history. No foreign keys: it outlives what it tells of.

    The same act has its row in the audit, which is sealed; `policy_versions` names what was asked for as `7.3, 9.1` (policy and
    number).
    """

    model_id = models.BigIntegerField()
    name = models.CharField(max_length=256)  # of the model, at that time
    version = models.IntegerField(null=True)
    request_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=24)
    from_stage = models.CharField(max_length=10, blank=True, default="")
    to_stage = models.CharField(max_length=10, blank=True, default="")
    alias = models.CharField(max_length=255, blank=True, default="")
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=300)
    via = models.CharField(max_length=16)  # how they had signed in
    comment = models.TextField(blank=True, default="")
    system_comment = models.TextField(blank=True, default="")
    policy_versions = models.CharField(max_length=500, blank=True, default="")
    at = models.BigIntegerField()  # ms

    class Meta:
        base_manager_name = "objects"
        indexes = [
            models.Index(name="activity_of_model", fields=["model_id", "-id"]),
            models.Index(name="activity_of_request", fields=["request_id", "id"], condition=models.Q(request_id__isnull=False)),
        ]
