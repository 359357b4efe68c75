"""Setting how much may be kept for whom."""

from apps.access.queries.workspaces import require_admin
from apps.accounts.models import Team, User
from apps.artifacts import sizes
from apps.artifacts.models import Kind, Quota
from apps.artifacts.queries.uses import EVERYBODY
from apps.audit.services import record
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import Invalid, Missing
from apps.core.transactions import atomic

KINDS = (Kind.PERSON.value, Kind.TEAM.value, Kind.EXPERIMENT.value)


@atomic
def set_quota(actor: Actor, kind: str, subject: str, size: int | None) -> None:
    """Let so many bytes be kept for the subject, any number if None; for all of the kind without one of their own if it is empty.

    What is there already stays, also if it is more. Raises Denied, Invalid, Missing (no such person or team).
    """
    require_admin(actor, "storage.quota")
    _check(kind, subject)
    if size is None:
        Quota.objects.filter(kind=kind, subject=subject).delete()
    else:
        if not 0 <= size < 2**62:
            raise Invalid(f"{size} bytes is no quota")
        Quota.objects.update_or_create(
            kind=kind, subject=subject, defaults={"size": size, "set_by": actor.name[:300], "set_at": clock.now()}
        )
    words = "none" if size is None else sizes.in_words(size)
    details = {"kind": kind, "bytes": size, "quota": words}
    record(actor, "storage.quota", noun=kind, noun_id=subject, name=subject or "everybody else", details=details)


def _check(kind: str, subject: str) -> None:
    if kind not in KINDS:
        raise Invalid(f"'{kind}' is none of {', '.join(KINDS)}")
    if subject == EVERYBODY:
        return
    if not subject.isascii() or not subject.isdecimal() or len(subject) > 18:
        raise Missing(f"There is no {kind} {subject}")
    rows = {Kind.PERSON: User.objects, Kind.TEAM: Team.objects}.get(Kind(kind))
    if rows is not None and not rows.filter(pk=int(subject)).exists():
        raise Missing(f"There is no {kind} {subject}")
