"""Making, naming and revoking tokens."""

from dataclasses import dataclass
from datetime import timedelta

from apps.accounts import names
from apps.accounts.models import ApiToken, User
from apps.accounts.queries.actors import PREFIX
from apps.accounts.rows import access_user
from apps.accounts.rules import is_own_or_service, require_unlimited
from apps.audit.services import record
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import Denied, Invalid, Missing
from apps.core.ids import new_secret, secret_digest
from apps.core.transactions import atomic

SCOPES = ("read", "write", "all")
SHOWN = len(PREFIX) + 7  # "mlp_" and six characters: enough to tell one's tokens apart, 30 of 160 bits given away


@dataclass(frozen=True, slots=True)
class NewToken:
    """The one time that the secret itself is seen."""

    raw: str
    token: ApiToken


@atomic
def create_token(
    actor: Actor,
    user_id: int,
    *,
    label: str = "",
    scope: str = "all",
    lifetime: timedelta | None = None,
    limits: dict[str, str] | None = None,
) -> NewToken:
    """A token for oneself; administrators also for service accounts, the platform for anybody.

    `scope`: `read`, `write` or `all`. `lifetime` None: until revoked. `limits` travels in `Actor.limits` (an execution's token
    names its run). Raises Invalid, Missing, Denied (another person's; or asked for with a token that is limited itself).
    """
    require_unlimited(actor)
    user = access_user(actor, user_id)
    if not is_own_or_service(actor, user):
        raise Denied("only the person themselves makes tokens in their name")
    if scope not in SCOPES or (lifetime is not None and lifetime <= timedelta(0)):
        raise Invalid(f"A token's scope is one of {', '.join(SCOPES)}, and its lifetime ends after now.")
    if not user.is_active:
        raise Invalid("This account is closed.")
    made = _make(user, label, scope, lifetime, limits or {})
    _note(actor, "token.create", made.token, {"scope": scope, "expires_at": made.token.expires_at, "limits": limits or {}})
    return made


@atomic
def revoke_token(actor: Actor, token_id: int) -> None:
    """End a token, at its next request; one's own, or anybody's for administrators. Raises Missing."""
    require_unlimited(actor)
    token = _token(actor, token_id)
    if ApiToken.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=clock.now()):
        _note(actor, "token.revoke", token)


@atomic
def rename_token(actor: Actor, token_id: int, label: str) -> None:
    """Change what a token is called. Raises Missing."""
    require_unlimited(actor)
    token = _token(actor, token_id)
    renamed = names.cleaned(label, 255)
    ApiToken.objects.filter(pk=token_id).update(label=renamed)
    _note(actor, "token.rename", token, {"renamed": renamed})


def _make(user: User, label: str, scope: str, lifetime: timedelta | None, limits: dict[str, str]) -> NewToken:
    raw = new_secret(PREFIX)
    token = ApiToken.objects.create(
        user=user,
        label=names.cleaned(label, 255),
        digest=secret_digest(raw),
        prefix=raw[:SHOWN],
        scopes=[scope],
        limits=limits,
        expires_at=None if lifetime is None else clock.now() + lifetime,
    )
    return NewToken(raw, token)


def _token(actor: Actor, token_id: int) -> ApiToken:
    token = ApiToken.objects.select_related("user").filter(pk=token_id, revoked_at=None).first()
    if token is None or (token.user_id != actor.user_id and not actor.is_admin):
        raise Missing(f"Token with id={token_id} not found")
    return token


def _note(actor: Actor, act: str, token: ApiToken, details: dict[str, object] | None = None) -> None:
    about = {"user": token.user.username, "label": token.label, **(details or {})}
    record(actor, act, noun="token", noun_id=token.pk, name=token.prefix, details=about)
