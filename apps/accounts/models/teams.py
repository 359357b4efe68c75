"""People who are granted things, and vote, together."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.accounts.models.users import name_key
from apps.core import clock


class Team(models.Model):
    """A named group; the name is unique in any case."""

    name = models.CharField(max_length=255)
    key = models.CharField(max_length=255, unique=True, editable=False)
    description = models.CharField(max_length=1000, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="accounts.Membership", related_name="teams")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep `key` beside `name`, whoever writes the row."""
        self.key = name_key(self.name)
        if (fields := kwargs.get("update_fields")) is not None and "name" in fields:
            kwargs["update_fields"] = {*fields, "key"}
        super().save(*args, **kwargs)


class Membership(models.Model):
    """One person in one team. `joined_at` counts: who joins after a request was opened may not vote on it."""

    class Role(models.TextChoices):
        """Leads add and remove members of their own team."""

        MEMBER = "member"
        LEAD = "lead"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "team"], name="accounts_membership_once"),
            models.CheckConstraint(condition=Q(role__in=["member", "lead"]), name="accounts_membership_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}"
