"""Who may: one definition that answers "may I do this to that row" and "which rows may I see".

Precedence: a person's own grant on the thing; else the highest of their teams' grants on it; else the own grant on the
workspace; else the highest of the teams' on it; else what the thing gives to everyone, if it does; else the server's default,
in the workspace `default` only. Administrators pass all checks.

It is written as SQL text, once: the hot paths put it into their one access query, the rest annotates querysets with it.
"""

from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.conf import settings
from django.db import models
from django.db.models.expressions import RawSQL

from apps.access import acts
from apps.access.levels import Level
from apps.access.models import DEFAULT_WORKSPACE_ID
from apps.core.actor import Actor
from apps.core.errors import Denied, Missing, Unauthenticated

Sql = tuple[str, list[Any]]
M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Noun:
    """How the level of a grantable table is found: its grants' table, their key to it, and its column for everyone's level."""

    table: str
    grants: str
    target: str
    everyone: str = ""
    workspace: str = "workspace_id"


def level_sql(actor: Actor, noun: Noun, alias: str = "") -> Sql:
    """An SQL expression for the actor's level on each row of `noun.table` (called `alias` in the query, and not `given` or
    `member`)."""
    if not actor.is_known:
        return "0", []
    if actor.is_admin:
        return str(int(Level.MANAGE)), []
    return _level_of(noun, alias or noun.table, "%s"), [actor.user_id] * 4


def level_of_people_sql(noun: Noun, alias: str, person: str) -> str:
    """The same the other way round: an expression for the level of each account `person` (an alias of accounts_user) on the row
    `alias`."""
    return f"CASE WHEN {person}.is_superuser THEN {int(Level.MANAGE)} ELSE {_level_of(noun, alias, f'{person}.id')} END"


def _level_of(noun: Noun, row: str, user: str) -> str:
    """The precedence, for the account whose number the expression `user` is: a placeholder (four of them) or a column."""
    return f"""COALESCE(
        (SELECT given.level FROM {noun.grants} given WHERE given.{noun.target} = {row}.id AND given.user_id = {user}),
        (SELECT MAX(given.level) FROM {noun.grants} given JOIN accounts_membership member ON member.team_id = given.team_id
          WHERE given.{noun.target} = {row}.id AND member.user_id = {user}),
        (SELECT given.level FROM access_workspacegrant given WHERE given.workspace_id = {row}.{noun.workspace} AND given.user_id
        = {user}),
        (SELECT MAX(given.level) FROM access_workspacegrant given JOIN accounts_membership member ON member.team_id =
        given.team_id
          WHERE given.workspace_id = {row}.{noun.workspace} AND member.user_id = {user}),
        {f"{row}.{noun.everyone}," if noun.everyone else ""}
        CASE WHEN {row}.{noun.workspace} = {DEFAULT_WORKSPACE_ID} THEN {default_level()} ELSE 0 END)"""


def workspace_level_sql(actor: Actor, alias: str = "access_workspace") -> Sql:
    """The same for workspaces themselves."""
    if not actor.is_known:
        return "0", []
    if actor.is_admin:
        return str(int(Level.MANAGE)), []
    sql = f"""COALESCE(
        (SELECT given.level FROM access_workspacegrant given WHERE given.workspace_id = {alias}.id AND given.user_id = %s),
        (SELECT MAX(given.level) FROM access_workspacegrant given JOIN accounts_membership member ON member.team_id =
        given.team_id
          WHERE given.workspace_id = {alias}.id AND member.user_id = %s),
        CASE WHEN {alias}.id = {DEFAULT_WORKSPACE_ID} THEN {max(default_level(), Level.READ)} ELSE 0 END)"""
    return sql, [actor.user_id] * 2


def default_level() -> int:
    """What a signed-in person may do in the workspace `default` without any grant."""
    return int(Level[settings.DEFAULT_PERMISSION])


def annotate(queryset: models.QuerySet[M, M], actor: Actor, noun: Noun) -> models.QuerySet[M, M]:
    """Add `level`, the actor's, to each row."""
    sql, params = level_sql(actor, noun)
    return cast("models.QuerySet[M, M]", queryset.annotate(level=RawSQL(sql, params, models.SmallIntegerField())))


def visible(queryset: models.QuerySet[M, M], actor: Actor, noun: Noun) -> models.QuerySet[M, M]:
    """The rows that the actor may read, with their `level`."""
    return annotate(queryset, actor, noun).filter(level__gte=Level.READ)


def check(actor: Actor, act: str, level: int | None, missing: str) -> None:
    """Let the act pass at that level or raise: Missing (with the words for a thing that is not there) if it is hidden or absent,
    Denied if
    it is visible and the level does not suffice, Unauthenticated for nobody."""
    if not actor.is_known:
        raise Unauthenticated("You are not authenticated. Sign in or send a token.")
    if level is None or level < Level.READ:
        raise Missing(missing)
    if actor.limits.get("scope") == "read" and acts.needed(act) > Level.READ:
        raise Denied(f"this token may only read, and {act} changes something")
    if actor.limits and act.endswith(".share"):
        raise Denied("this token was made for less than all its owner may: it does not share")
    if level < acts.needed(act):
        raise Denied(f"{act} needs {acts.needed(act).name} and you have {Level(level).name}")
