"""Teams and who is in them."""

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from apps.accounts.models import Membership, Team, User, name_key
from apps.accounts.queries.users import Person
from apps.accounts.rules import own_id, require_admin, require_known
from apps.core.actor import Actor
from apps.core.errors import Missing


@dataclass(frozen=True, slots=True)
class TeamName:
    """What everybody who is signed in may know of a team: it can be granted things."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team in a list. `role` is the asker's own in it, "" for none."""

    id: int
    name: str
    description: str
    members: int
    role: str


def find_teams(actor: Actor, text: str, limit: int = 10) -> list[TeamName]:
    """Teams whose name contains `text`, for whoever grants."""
    require_known(actor)
    teams = Team.objects.filter(key__contains=name_key(text)).order_by("key")
    return [TeamName(team.pk, team.name) for team in teams[:limit]]


def list_teams(actor: Actor) -> list[TeamRow]:
    """The teams one is in; all of them for administrators. By name."""
    require_known(actor)
    teams = Team.objects.annotate(size=Count("memberships")).order_by("key")
    roles = dict(Membership.objects.filter(user_id=own_id(actor)).values_list("team_id", "role"))
    shown = teams if actor.is_admin else teams.filter(pk__in=roles)
    return [TeamRow(team.pk, team.name, team.description, team.size, roles.get(team.pk, "")) for team in shown]


def all_teams(actor: Actor) -> list[TeamRow]:
    """Every team, for administrators."""
    require_admin(actor)
    return list_teams(actor)


def get(actor: Actor, team_id: int) -> Team:
    """A team with its members (`memberships`, leads first, with their `user`). Missing for people outside of it."""
    require_known(actor)
    mine = Q() if actor.is_admin else Q(memberships__user_id=actor.user_id)
    team = _with_members(Team.objects.filter(mine, pk=team_id)).first()
    if team is None:
        raise Missing(f"Team with id={team_id} not found")
    return team


def get_by_name(actor: Actor, name: str) -> Team:
    """The same, by name."""
    require_known(actor)
    team = Team.objects.filter(key=name_key(name)).first()
    if team is None:
        raise Missing(f"Team with name={name} not found")
    return get(actor, team.pk)


def name_of(actor: Actor, team_id: int) -> TeamName:
    """A team by number, as everybody may know it: to grant it something. Raises Missing."""
    require_known(actor)
    team = Team.objects.filter(pk=team_id).first()
    if team is None:
        raise Missing(f"Team with id={team_id} not found")
    return TeamName(team.pk, team.name)


def teams_of(actor: Actor, user_id: int) -> list[TeamName]:
    """The teams an account is in, for itself and administrators."""
    require_known(actor)
    if user_id != actor.user_id:
        require_admin(actor)
    return [TeamName(team.pk, team.name) for team in Team.objects.filter(memberships__user_id=user_id).order_by("key")]


def addable(actor: Actor, team_id: int) -> list[Person]:
    """Active accounts that are not in the team, by name, for the field that adds one."""
    team = get(actor, team_id)
    users = User.objects.filter(is_active=True).exclude(memberships__team=team).order_by("key")
    return [Person(user.pk, user.username, user.label, user.kind) for user in users[:1000]]


def _with_members(teams: QuerySet[Team]) -> QuerySet[Team]:
    # "lead" sorts before "member".
    members = Membership.objects.select_related("user").order_by("role", "user__key")
    return teams.prefetch_related(Prefetch("memberships", queryset=members))
