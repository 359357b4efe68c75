"""How much is kept for whom, and how much may be."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, Sum

from apps.access.queries.workspaces import require_admin
from apps.accounts.models import Membership
from apps.artifacts.access import require_actor
from apps.artifacts.models import Kind, Quota, Use
from apps.core.actor import Actor

EVERYBODY = ""
"""The subject of the quota of those who have none of their own."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Files and bytes; `quota` is what they may be, None for as much as there is room."""

    files: int = 0
    size: int = 0
    quota: int | None = None

    @property
    def percent(self) -> float | None:
        """How much of the quota is used."""
        return None if self.quota is None else min(100.0, 100 * self.size / self.quota) if self.quota else 100.0

    @property
    def is_over(self) -> bool:
        """Whether nothing more fits."""
        return self.quota is not None and self.size >= self.quota


@dataclass(frozen=True, slots=True)
class QuotaRecord:
    """A quota as it was set; `subject` is empty for that of everybody else of the kind."""

    kind: str
    subject: str
    size: int
    set_by: str


def experiment_of(actor: Actor, root: str) -> str:
    """Whose artifacts those of a root are."""
    require_actor(actor)
    return root.partition("/")[0]


def amounts(actor: Actor, kind: str, subjects: Iterable[str]) -> dict[str, Amount]:
    """What is kept for these subjects, with their quotas; three statements at most. The caller has asked who may know."""
    require_actor(actor)
    wanted = list(dict.fromkeys(subjects))
    sums = _team_sums(wanted) if kind == Kind.TEAM else _sums(kind, wanted)
    quotas = dict(Quota.objects.filter(kind=kind, subject__in=[*wanted, EVERYBODY]).values_list("subject", "size"))
    return {one: Amount(*sums.get(one, (0, 0)), quotas.get(one, quotas.get(EVERYBODY))) for one in wanted}


def amount(actor: Actor, kind: str, subject: str) -> Amount:
    """The same for one."""
    require_actor(actor)
    return amounts(actor, kind, [subject])[subject]


def my_amount(actor: Actor) -> Amount:
    """What oneself has sent; nothing for the platform itself."""
    require_actor(actor)
    return amount(actor, Kind.PERSON, str(actor.user_id)) if actor.user_id is not None else Amount()


def largest(actor: Actor, kind: str, limit: int = 100) -> list[tuple[str, Amount]]:
    """The subjects (persons or experiments) with most bytes, for administrators. Raises Denied."""
    require_admin(actor, "storage.read")
    rows = Use.objects.filter(kind=kind).values("subject").annotate(bytes=Sum("size")).order_by("-bytes", "subject")
    subjects = [row["subject"] for row in rows[:limit]]
    return list(amounts(actor, kind, subjects).items())


def stored(actor: Actor) -> dict[str, Amount]:
    """What lies in each store, content that several paths share once, for administrators. Raises Denied."""
    require_admin(actor, "storage.read")
    rows = Use.objects.filter(kind=Kind.STORED).values_list("subject").annotate(Sum("files"), Sum("size"))
    return {subject: Amount(files, size) for subject, files, size in rows if files or size}


def total(actor: Actor) -> Amount:
    """All files, content that several paths share counted for each of them, for administrators. Raises Denied."""
    require_admin(actor, "storage.read")
    sums = Use.objects.filter(kind=Kind.EXPERIMENT).aggregate(files=Sum("files"), size=Sum("size"))
    return Amount(sums["files"] or 0, sums["size"] or 0)


def list_quotas(actor: Actor) -> list[QuotaRecord]:
    """All of them, for administrators. Raises Denied."""
    require_admin(actor, "storage.read")
    return [
        QuotaRecord(*row) for row in Quota.objects.order_by("kind", "subject").values_list("kind", "subject", "size", "set_by")
    ]


def quotas_for(actor: Actor, root: str) -> list[tuple[str, str, int]]:
    """(kind, subject, bytes) of every quota that what the actor sends to the root has to keep, in the order to be locked in."""
    require_actor(actor)
    experiment, person = experiment_of(actor, root), str(actor.user_id)
    rows = {(row.kind, row.subject): row.size for row in Quota.objects.filter(_may_concern(actor, experiment))}
    if not rows:
        return []
    subjects = [(Kind.EXPERIMENT.value, experiment)]
    if actor.user_id is not None:
        teams = Membership.objects.filter(user_id=actor.user_id).values_list("team_id", flat=True)
        subjects += [(Kind.PERSON.value, person), *((Kind.TEAM.value, str(team)) for team in teams)]
    found = [(kind, subject, rows.get((kind, subject), rows.get((kind, EVERYBODY)))) for kind, subject in sorted(subjects)]
    return [(kind, subject, size) for kind, subject, size in found if size is not None]


def _may_concern(actor: Actor, experiment: str) -> Q:
    """One statement for nearly every upload, where no quota concerns it."""
    general = Q(subject=EVERYBODY) | Q(kind=Kind.EXPERIMENT, subject=experiment)
    return general | Q(kind=Kind.PERSON, subject=str(actor.user_id)) | Q(kind=Kind.TEAM)


def _sums(kind: str, subjects: list[str]) -> dict[str, tuple[int, int]]:
    rows = Use.objects.filter(kind=kind, subject__in=subjects).values_list("subject").annotate(Sum("files"), Sum("size"))
    return {subject: (files, size) for subject, files, size in rows}


def _team_sums(teams: list[str]) -> dict[str, tuple[int, int]]:
    """Of whoever is a member now; somebody in two teams counts in both."""
    members: dict[str, list[str]] = {}
    for team, user in Membership.objects.filter(team_id__in=[int(team) for team in teams]).values_list("team_id", "user_id"):
        members.setdefault(str(team), []).append(str(user))
    sums = _sums(Kind.PERSON, sorted({user for users in members.values() for user in users}))
    return {
        team: (sum(sums.get(user, (0, 0))[0] for user in users), sum(sums.get(user, (0, 0))[1] for user in users))
        for team, users in members.items()
    }
