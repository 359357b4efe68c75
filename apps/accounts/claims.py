"""What this process remembers of tokens, for statements that ask by themselves whether it is still true (docs/adr/0026)."""

from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from apps.accounts import seen
from apps.core import clock
from apps.core.actor import Actor
from apps.core.ids import secret_digest

MOST = 10_000

_STILL_TRUE = """EXISTS (
SELECT 1 FROM accounts_apitoken t JOIN accounts_user u ON u.id = t.user_id
WHERE t.id = %s AND t.digest = %s AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > %s)
  AND u.id = %s AND u.is_active AND u.is_superuser = %s)"""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who a token stood for when this process last looked it up, and what it may: all that its owner may.

    It proves nothing: a statement that acts on it has to ask in its own text whether it is still true (`still_true_sql`).
    """

    actor: Actor
    digest: bytes


_claims: dict[bytes, Claim] = {}


def find(raw: str) -> Claim | None:
    """The claim of a bearer token, without asking the database."""
    return _claims.get(secret_digest(raw))


def remember(digest: bytes, actor: Actor) -> None:
    """Note whom a token of no limits was found to stand for."""
    if digest in _claims and _claims[digest].actor.is_admin == actor.is_admin:
        return
    if len(_claims) > MOST:
        _claims.clear()
    _claims[digest] = Claim(replace(actor, address="", workspace="default"), digest)


def still_true_sql(claim: Claim) -> tuple[str, list[Any]]:
    """A condition that holds while the token stands for this account and for nothing less than it did."""
    now = connection.ops.adapt_datetimefield_value(clock.now())
    actor = claim.actor
    return _STILL_TRUE, [actor.token_id, claim.digest, now, actor.user_id, actor.is_admin]


def note_use(claim: Claim) -> None:
    """The claim was true, and a request has acted on it."""
    assert claim.actor.token_id is not None
    seen.token(claim.actor.token_id)


def forget() -> None:
    """Remember no token; for tests."""
    _claims.clear()
