"""Tokens that were not revoked, never their secrets."""

from apps.accounts.models import ApiToken, User
from apps.accounts.rules import require_known, require_self_or_admin
from apps.core.actor import Actor


def list_tokens(actor: Actor, user_id: int | None = None) -> list[ApiToken]:
    """Tokens of an account (one's own without `user_id`), newest first, those that have run out included."""
    require_known(actor)
    owner = actor.user_id if user_id is None else user_id
    if owner is None:
        return []
    if owner != actor.user_id:
        require_self_or_admin(actor, owner)
    return list(ApiToken.objects.filter(user_id=owner, revoked_at=None).order_by("-created_at", "-id"))


def list_service_tokens(actor: Actor) -> dict[int, int]:
    """How many live tokens each service account has, for the list of administrators."""
    require_self_or_admin(actor, 0)
    owners = ApiToken.objects.filter(user__kind=User.Kind.SERVICE, revoked_at=None).values_list("user_id", flat=True)
    counts: dict[int, int] = {}
    for owner in owners:
        counts[owner] = counts.get(owner, 0) + 1
    return counts
