"""Secrets that stand for their owner."""

from django.conf import settings
from django.db import models

from apps.core import clock


class ApiToken(models.Model):
    """A bearer token; what is stored is its SHA-256 and the first characters, by which the owner knows it again.

    `scopes` holds one of `read` (look only), `write` (log, upload, register; no accounts, grants, policies, votes) and `all`.
    `limits` narrows further (an execution's token names its run) and travels in `Actor.limits`.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    label = models.CharField(max_length=255, blank=True, default="")
    digest = models.BinaryField(max_length=32, unique=True)
    prefix = models.CharField(max_length=16)
    scopes = models.JSONField(default=list)
    limits = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.prefix}…"

    @property
    def scope(self) -> str:
        """The widest scope this token has."""
        return next((scope for scope in ("all", "write", "read") if scope in self.scopes), "read")
