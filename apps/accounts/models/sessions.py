"""Browsers that are signed in."""

from django.conf import settings
from django.db import models

from apps.core import clock


class Session(models.Model):
    """A session that knows its person, so that it can be shown and ended.

    `digest` is the SHA-256 (hex) of what the cookie holds: a copy of the database opens nobody's session, and the value may
    stand in an address. `data` is Django's signed encoding.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    data = models.TextField()
    expires_at = models.DateTimeField(db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField(default=clock.now)
    last_seen_at = models.DateTimeField(default=clock.now)
    address = models.CharField(max_length=64, blank=True, default="")
    user_agent = models.CharField(max_length=400, blank=True, default="")

    def __str__(self) -> str:
        return self.digest[:8]
