"""Accounts as voters: who they are and in which teams since when, at this moment."""

from collections.abc import Iterable
from datetime import datetime

from apps.accounts.models import Membership, User
from apps.registry.decisions import Voter
from apps.registry.terms import Terms


def load(ids: Iterable[int]) -> dict[int, Voter]:
    """By id; accounts that are not there are left out."""
    wanted = set(ids)
    if not wanted:
        return {}
    teams: dict[int, dict[int, datetime]] = {}
    for user_id, team_id, joined in Membership.objects.filter(user_id__in=wanted).values_list("user_id", "team_id", "joined_at"):
        teams.setdefault(user_id, {})[team_id] = joined
    rows = User.objects.filter(pk__in=wanted).values_list("id", "username", "kind", "is_active")
    return {pk: Voter(pk, name, kind == User.Kind.PERSON, is_active, teams.get(pk, {})) for pk, name, kind, is_active in rows}


def named_by(terms: Iterable[Terms]) -> dict[int, Voter]:
    """Everybody whom rules of these terms name, by themselves or by a team."""
    users = {user for one in terms for rule in one.rules for user in rule.users}
    teams = {team for one in terms for rule in one.rules for team in rule.teams}
    users |= set(Membership.objects.filter(team_id__in=teams).values_list("user_id", flat=True))
    return load(users)


def may_override(voter: Voter, terms: Terms, *, is_admin: bool) -> bool:
    """Whether the account has the right of its own that an override needs."""
    named = voter.id in terms.override.users or any(team in voter.teams for team in terms.override.teams)
    return voter.is_person and voter.is_active and (named or (terms.override.administrators and is_admin))
