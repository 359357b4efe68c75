"""Making teams and saying who is in them."""

from django.db import IntegrityError

from apps.accounts import names
from apps.accounts.models import Membership, Team, User
from apps.accounts.rows import access_user
from apps.accounts.rules import require_admin, require_lead, require_unlimited
from apps.audit.services import record
from apps.core.actor import Actor
from apps.core.errors import AlreadyExists, Invalid, Missing
from apps.core.transactions import atomic


@atomic
def create_team(actor: Actor, name: str, description: str = "") -> Team:
    """An empty team. Administrators only. Raises Invalid and AlreadyExists (in any case)."""
    require_admin(actor)
    team = Team(name=names.checked_team_name(name), description=names.cleaned(description, 1000))
    _save(team)
    _note(actor, "team.create", team)
    return team


@atomic
def update_team(actor: Actor, team_id: int, *, name: str, description: str) -> Team:
    """Rename and describe; grants and policies hold on, they point at the team, not its name. Administrators only.

    Raises Missing, Invalid, AlreadyExists.
    """
    require_admin(actor)
    team = _team(team_id)
    before = {"name": team.name, "description": team.description}
    team.name, team.description = names.checked_team_name(name), names.cleaned(description, 1000)
    _save(team)
    _note(actor, "team.update", team, {"before": before})
    return team


@atomic
def delete_team(actor: Actor, team_id: int) -> None:
    """Remove a team with its memberships and all that was granted to it. Administrators only. Raises Missing."""
    require_admin(actor)
    team = _team(team_id)
    _note(actor, "team.delete", team, {"members": list(team.members.order_by("key").values_list("username", flat=True))})
    team.delete()


@atomic
def add_member(actor: Actor, team_id: int, user_id: int, role: str = "member") -> None:
    """Put an active account into a team, or change its role there; leads of the team and administrators.

    Who is in already keeps the day of joining, who comes back starts anew. Raises Missing and Invalid.
    """
    require_lead(actor, team_id)
    team, user = _team(team_id), access_user(actor, user_id)
    _check_member(user, role)
    membership, is_new = Membership.objects.get_or_create(team=team, user=user, defaults={"role": role})
    if not is_new and membership.role == role:
        return
    Membership.objects.filter(pk=membership.pk).update(role=role)
    _note(
        actor, "team.add_member" if is_new else "team.set_role", team, {"user": user.username, "user_id": user.pk, "role": role}
    )


@atomic
def remove_member(actor: Actor, team_id: int, user_id: int) -> None:
    """Take somebody out of a team; leads, administrators, and oneself. Raises Missing."""
    require_unlimited(actor)
    if actor.user_id != user_id:
        require_lead(actor, team_id)
    membership = Membership.objects.select_related("team", "user").filter(team_id=team_id, user_id=user_id).first()
    if membership is None:
        raise Missing("This account is not in the team.")
    membership.delete()
    _note(actor, "team.remove_member", membership.team, {"user": membership.user.username, "user_id": user_id})


def _check_member(user: User, role: str) -> None:
    if role not in Membership.Role.values:
        raise Invalid(f"A role is one of {', '.join(Membership.Role.values)}.")
    if not user.is_active:
        raise Invalid("This account is closed.")


def _team(team_id: int) -> Team:
    team = Team.objects.select_for_update().filter(pk=team_id).first()
    if team is None:
        raise Missing(f"Team with id={team_id} not found")
    return team


@atomic
def _try_to_save(team: Team) -> None:
    """In a savepoint: on PostgreSQL a refused insert ends the transaction that it stands in."""
    team.save()


def _save(team: Team) -> None:
    try:
        _try_to_save(team)
    except IntegrityError:
        raise AlreadyExists(f"A team of the name {team.name!r} exists already.") from None


def _note(actor: Actor, act: str, team: Team, details: dict[str, object] | None = None) -> None:
    record(actor, act, noun="team", noun_id=team.pk, name=team.name, details=details)
