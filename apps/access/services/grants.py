"""Giving and taking levels. The rooms call these after asking for the right to share their thing."""

from typing import Any

from django.db import models

from apps.access.grants import Grant
from apps.access.levels import Level
from apps.access.queries.workspaces import require_writer
from apps.accounts.models import Team, User, name_key
from apps.core.actor import Actor
from apps.core.errors import AlreadyExists, Missing


def resolve_grantee(actor: Actor, *, user: str = "", team: str = "") -> dict[str, models.Model]:
    """The grantee as filter for a grant table: {"user": row} or {"team": row}. Raises Missing."""
    require_writer(actor)
    if team:
        row = Team.objects.filter(name=team).first()
        if row is None:
            raise Missing(f"Team with name={team} not found")
        return {"team": row}
    person = User.objects.filter(key=name_key(user), deleted_at=None).first()
    if person is None:
        raise Missing(f"User with username={user} not found")
    return {"user": person}


def create_grant(actor: Actor, table: type[Grant], target: dict[str, int], grantee: dict[str, models.Model], level: Level) -> int:
    """A grant that must not exist yet; its number. Raises AlreadyExists."""
    require_writer(actor)
    row, created = table._default_manager.get_or_create(**target, **grantee, defaults={"level": level})
    if not created:
        raise AlreadyExists("This permission already exists. Update it instead.")
    return int(row.pk)


def put_grant(actor: Actor, table: type[Grant], target: dict[str, int], grantee: dict[str, models.Model], level: Level) -> None:
    """Create or change a grant."""
    require_writer(actor)
    which: dict[str, Any] = {**target, **grantee}
    table._default_manager.update_or_create(defaults={"level": level}, **which)


def update_grant(
    actor: Actor, table: type[Grant], target: dict[str, int], grantee: dict[str, models.Model], level: Level
) -> None:
    """Change a grant that must exist. Raises Missing."""
    require_writer(actor)
    if not table._default_manager.filter(**target, **grantee).update(level=level):
        raise Missing("This permission does not exist")


def delete_grant(actor: Actor, table: type[Grant], target: dict[str, int], grantee: dict[str, models.Model]) -> None:
    """Take a grant away. Raises Missing."""
    require_writer(actor)
    deleted, _ = table._default_manager.filter(**target, **grantee).delete()
    if not deleted:
        raise Missing("This permission does not exist")
