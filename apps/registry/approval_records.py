"""What queries say of policies, requests and histories: plain data for doors."""

from dataclasses import dataclass, field
from typing import Any

from apps.registry.gates import Finding
from apps.registry.terms import Terms


@dataclass(frozen=True, slots=True)
class PolicyRecord:
    """A policy in force, or one of its versions. `terms` has numbers, `names` says what they are called."""

    id: int
    scope: str
    workspace: str  # "" for the whole server
    subject: str
    target_kind: str
    target: str
    number: int
    state: str
    retires: bool
    terms: Terms
    comment: str
    author: str
    created_at: int
    decided_by: str
    retired_at: int | None

    @property
    def label(self) -> str:
        """`7.3`: policy 7 in its third version."""
        return f"{self.id}.{self.number}"


@dataclass(frozen=True, slots=True)
class Names:
    """What accounts and teams are called now."""

    users: dict[int, str]
    teams: dict[int, str]


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A transition request in a list; times in ms."""

    id: int
    workspace: str
    model: str
    number: int | None
    act: str
    target: str
    from_stage: str
    state: str
    requester: str
    requester_id: int
    comment: str
    archive_existing: bool
    fingerprint: str
    created_at: int
    updated_at: int
    expires_at: int | None
    closed_at: int | None
    closed_by: str
    reason: str

    @classmethod
    def of_row(cls, row: tuple[Any, ...]) -> "RequestRecord":
        """A request from a row with these columns; SQLite says 0 and 1 for `archive_existing`."""
        fields = list(row)
        fields[11] = bool(fields[11])
        return cls(*fields)


@dataclass(frozen=True, slots=True)
class VoteRecord:
    """What somebody said; `counts` is whether it stands for the version as it is now."""

    voter: str
    voter_id: int
    decision: str
    state: str
    state_reason: str
    comment: str
    at: int
    counts: bool


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """How far one rule is."""

    policy: str
    name: str
    needed: int
    extra: int
    voters: list[str]
    may_still: list[str]


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """An external check as it was posted last; `is_current` is whether it was posted for the version as it is now."""

    name: str
    state: str
    url: str
    description: str
    posted_by: str
    at: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class GateRecord:
    """A gate's result as it was kept; `worker` is "" where the executing transaction itself asked."""

    label: str
    state: str
    measured: str
    inputs: dict[str, Any]
    worker: str
    at: int


@dataclass(frozen=True, slots=True)
class Change:
    """By how much a metric differs from that of the version in the target; `better` is None where it does not."""

    key: str
    by: float
    better: bool | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a request in a list is: its gates as they were found last, approvals for the version as it was found last."""

    gates: int
    passed: int
    failed: int
    needed: int
    given: int
    change: Change | None


@dataclass(slots=True)
class RequestDetail:
    """A request with everything that its page shows, and what the asker may do with it."""

    request: RequestRecord
    policies: list[PolicyRecord]
    rules: list[RuleRecord]
    findings: list[Finding]
    votes: list[VoteRecord]
    checks: list[CheckRecord]
    missing: list[str]
    cannot: dict[str, str] = field(default_factory=dict)  # who -> why they cannot approve
    fingerprint: str = ""  # as it is now
    archive_existing: bool = False
    may_vote: bool = False
    why_not: str = ""
    may_cancel: bool = False
    may_override: bool = False


@dataclass(frozen=True, slots=True)
class ActivityRecord:
    """A line of a model's history; `at` in ms."""

    id: int
    model: str
    number: int | None
    request_id: int | None
    kind: str
    from_stage: str
    to_stage: str
    alias: str
    actor: str
    actor_id: int | None
    via: str
    comment: str
    system_comment: str
    policies: str
    at: int
