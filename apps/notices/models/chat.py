"""Channels of a chat that a workspace tells its news."""

from django.conf import settings
from django.db import models


class ChatChannel(models.Model):
    """An incoming webhook of Slack, Mattermost, Teams or the like. Its address is a secret, and kept as one."""

    workspace = models.ForeignKey("access.Workspace", models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    url = models.BinaryField()  # encrypted
    host = models.CharField(max_length=255)  # what is shown of the address
    kinds = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.BigIntegerField()  # ms
    failed_at = models.BigIntegerField(null=True)  # ms
    error = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(name="chatchannel_name_once", fields=["workspace", "name"])]
