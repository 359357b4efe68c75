"""Addresses that are told of events, and each telling."""

from django.conf import settings
from django.db import models

from apps.core.ids import new_uuid

MLFLOW, DATABRICKS = "mlflow", "databricks"
KINDS = [(MLFLOW, MLFLOW), (DATABRICKS, DATABRICKS)]
ACTIVE, DISABLED, TEST_MODE = "ACTIVE", "DISABLED", "TEST_MODE"
STATUSES = [(status, status) for status in (ACTIVE, DISABLED, TEST_MODE)]
PENDING, DELIVERED, FAILED = "pending", "delivered", "failed"
STATES = [(state, state) for state in (PENDING, DELIVERED, FAILED)]


class Webhook(models.Model):
    """An address with the events that it wants, of either protocol. Secrets are encrypted and never shown again.

    `thing` narrows it to one thing of the room above (a registered model's number); None: all of the workspace.
    """

    id = models.CharField(primary_key=True, max_length=36, default=new_uuid)
    kind = models.CharField(max_length=10, choices=KINDS)
    workspace = models.ForeignKey("access.Workspace", models.CASCADE, related_name="+", db_index=False)
    thing = models.BigIntegerField(null=True)
    name = models.CharField(max_length=63, blank=True, default="")
    description = models.TextField(blank=True, default="")
    url = models.CharField(max_length=2000)
    events = models.JSONField(default=list)
    status = models.CharField(max_length=9, choices=STATUSES, default=ACTIVE)
    secret = models.BinaryField(null=True)  # encrypted: signs the payload
    authorization = models.BinaryField(null=True)  # encrypted: sent as header
    verify_tls = models.BooleanField(default=True)
    job = models.JSONField(null=True)  # job_id and workspace_url of the Databricks dialect
    created_at = models.BigIntegerField()  # ms
    updated_at = models.BigIntegerField()  # ms
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(name="webhook_newest", fields=["workspace", "kind", "-created_at", "id"])]


class Delivery(models.Model):
    """One telling of one event to one address: tried until it is taken or given up, and kept to be read and sent again."""

    id = models.CharField(primary_key=True, max_length=36, default=new_uuid)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", db_index=False)
    event = models.CharField(max_length=64)
    body = models.TextField()  # what is signed and sent, byte for byte
    state = models.CharField(max_length=9, choices=STATES, default=PENDING)
    attempts = models.SmallIntegerField(default=0)
    next_at = models.BigIntegerField(null=True)  # ms
    status = models.SmallIntegerField(null=True)  # of the answer
    answer = models.TextField(blank=True, default="")
    error = models.CharField(max_length=1000, blank=True, default="")
    milliseconds = models.IntegerField(null=True)
    created_at = models.BigIntegerField()  # ms
    finished_at = models.BigIntegerField(null=True)  # ms

    class Meta:
        indexes = [
            models.Index(name="delivery_newest", fields=["webhook", "-created_at", "id"]),
            models.Index(name="delivery_due", fields=["next_at"], condition=models.Q(state=PENDING)),
        ]
