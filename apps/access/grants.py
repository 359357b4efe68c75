"""The shape of a grant. Each grantable noun has a concrete table of it in its own room, with a real foreign key."""

from django.conf import settings
from django.db import models

from apps.access.levels import CHOICES


class Grant(models.Model):
    """A level given to a person or to a team, never to both.

    A concrete grant adds `target`, a foreign key named after its noun, and the constraints of `grant_constraints`.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    team = models.ForeignKey("accounts.Team", models.CASCADE, null=True, blank=True, related_name="+")
    level = models.SmallIntegerField(choices=CHOICES)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


def grant_constraints(noun: str) -> list[models.BaseConstraint]:
    """One grantee a row, one row a grantee. `noun` is the name of the foreign key and prefixes the constraints' names."""
    return [
        models.CheckConstraint(
            name=f"{noun}grant_one_grantee",
            condition=models.Q(user__isnull=False, team__isnull=True) | models.Q(user__isnull=True, team__isnull=False),
        ),
        models.UniqueConstraint(name=f"{noun}grant_user_once", fields=[noun, "user"], condition=models.Q(user__isnull=False)),
        models.UniqueConstraint(name=f"{noun}grant_team_once", fields=[noun, "team"], condition=models.Q(team__isnull=False)),
    ]
