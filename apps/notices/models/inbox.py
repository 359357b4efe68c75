"""Notices to a person, and how each wants to be told."""

from django.conf import settings
from django.db import models


class Notice(models.Model):
    """One thing that somebody should know, with the address where it is seen. The same `key` tells it once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=32)
    title = models.CharField(max_length=500)
    body = models.TextField(blank=True, default="")
    url = models.CharField(max_length=2000)
    actor_name = models.CharField(max_length=300, blank=True, default="")
    key = models.CharField(max_length=200)
    in_app = models.BooleanField(default=True)
    mail = models.BooleanField(default=False)
    mailed_at = models.BigIntegerField(null=True)  # ms; when it was handed to the outgoing mail
    read_at = models.BigIntegerField(null=True)  # ms
    created_at = models.BigIntegerField()  # ms

    class Meta:
        constraints = [models.UniqueConstraint(name="notice_once", fields=["user", "key"])]
        indexes = [
            models.Index(name="notice_newest", fields=["user", "-id"]),
            models.Index(name="notice_unread", fields=["user"], condition=models.Q(read_at=None, in_app=True)),
            models.Index(name="notice_to_mail", fields=["id"], condition=models.Q(mail=True, mailed_at=None)),
        ]


class Preference(models.Model):
    """How one person wants to be told of one kind of thing; without a row as `kinds.py` says."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=32)
    in_app = models.BooleanField()
    mail = models.BooleanField()
    chat = models.BooleanField(db_default=False)

    class Meta:
        constraints = [models.UniqueConstraint(name="preference_once", fields=["user", "kind"])]
