"""Who may approve a request, and whether the approvals suffice. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from apps.registry.gate_terms import EXTRA
from apps.registry.gates import PASSED, PENDING, Finding
from apps.registry.terms import Rule, Terms


@dataclass(frozen=True, slots=True)
class Voter:
    """An account, as it is now. `teams` says since when it is in which team."""

    id: int
    name: str
    is_person: bool
    is_active: bool
    teams: Mapping[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from: whom the separation of duties keeps from approving it, and when it was opened."""

    requester: int
    opened_at: datetime
    version_creator: int | None = None
    run_owner: int | None = None
    changers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class RuleStanding:
    """How far one rule is. `extra` of `needed` are for failed gates."""

    rule: Rule
    needed: int
    extra: int
    voters: tuple[Voter, ...]

    @property
    def is_met(self) -> bool:
        """Whether enough have approved."""
        return self.lack <= 0

    @property
    def lack(self) -> int:
        """How many approvals are missing; below 0: more than enough."""
        return self.needed - len(self.voters)

    @property
    def lacks(self) -> str:
        """What is missing, in words."""
        return f"{self.lack} more approval{'s' if self.lack > 1 else ''} of {self.rule.name}"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a request is under one policy version."""

    rules: tuple[RuleStanding, ...]
    findings: tuple[Finding, ...]

    @property
    def votes_suffice(self) -> bool:
        """Whether all rules are met."""
        return all(rule.is_met for rule in self.rules)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The gates that keep it from passing."""
        return tuple(one for one in self.findings if not one.holds and (one.gate.on_fail != EXTRA or one.state == PENDING))

    @property
    def is_met(self) -> bool:
        """Whether it may be executed, as far as this policy goes."""
        return self.votes_suffice and not self.blocking

    def lacking_gates(self) -> list[str]:
        """The gates that keep it from passing, in words."""
        return [f"gate '{one.gate.label}' {one.state}: {one.measured}" for one in self.blocking]


def stand(terms: Terms, origin: Origin, approvers: Iterable[Voter], findings: Iterable[Finding]) -> Standing:
    """How far it is with the approvals of these accounts. Each counts once, however many rules and teams it is in."""
    found = tuple(findings)
    extra = sum(one.gate.on_fail == EXTRA and not one.holds and one.state != PENDING for one in found)
    # A failed gate that asks for one more approval asks the first rule; without rules nobody could give it, so it blocks.
    needs = [rule.number + (extra if index == 0 else 0) for index, rule in enumerate(terms.rules)]
    chosen = _assign(terms.rules, needs, origin, [voter for voter in approvers if why_not(voter, terms, origin) is None])
    rules = tuple(
        RuleStanding(rule, needs[index], needs[index] - rule.number, tuple(chosen[index]))
        for index, rule in enumerate(terms.rules)
    )
    if not terms.rules:
        found = tuple(_as_blocking(one) for one in found)
    return Standing(rules, found)


def why_not(voter: Voter, terms: Terms, origin: Origin) -> str | None:
    """Why this account cannot approve under these terms; None if it can."""
    if not voter.is_person:
        return "is a service account, and service accounts never approve"
    if not voter.is_active:
        return "is not active any more"
    if reasons := separated(voter.id, terms, origin):
        return " and ".join(reasons)
    joined = [rule for rule in terms.rules if _in_rule(voter, rule)]
    if not joined:
        return "is named by no rule of the policy"
    if not any(counts(voter, rule, origin) for rule in joined):
        return "joined the approving team after the request was opened"
    return None


def separated(user_id: int, terms: Terms, origin: Origin) -> list[str]:
    """What the separation of duties has against this account."""
    duties = terms.separation
    said = []
    if duties.requester and user_id == origin.requester:
        said.append("requested it")
    if duties.version_creator and user_id == origin.version_creator:
        said.append("created the version")
    if duties.run_owner and user_id == origin.run_owner:
        said.append("owns the source run")
    if duties.gate_changer and user_id in origin.changers:
        said.append("changed what a gate reads")
    return said


def counts(voter: Voter, rule: Rule, origin: Origin) -> bool:
    """Whether the account is one of the rule's: named, or in one of its teams since before the request was opened."""
    return voter.id in rule.users or any(voter.teams.get(team, origin.opened_at) < origin.opened_at for team in rule.teams)


def _in_rule(voter: Voter, rule: Rule) -> bool:
    return voter.id in rule.users or any(team in voter.teams for team in rule.teams)


def _as_blocking(finding: Finding) -> Finding:
    if finding.gate.on_fail != EXTRA:
        return finding
    gate = type(finding.gate)(finding.gate.kind, finding.gate.options)
    return Finding(gate, finding.state, finding.measured, finding.inputs)


def _assign(rules: tuple[Rule, ...], needs: list[int], origin: Origin, voters: list[Voter]) -> list[list[Voter]]:
    """Voters to rules, as many as can be: one who is in two teams helps where they are needed (augmenting paths)."""
    given: list[list[Voter]] = [[] for _ in rules]

    def place(voter: Voter, seen: set[int]) -> bool:
        for index, rule in enumerate(rules):
            if index in seen or not counts(voter, rule, origin):
                continue
            seen.add(index)
            if len(given[index]) < needs[index]:
                given[index].append(voter)
                return True
            for other in list(given[index]):
                if place(other, seen):
                    given[index].remove(other)
                    given[index].append(voter)
                    return True
        return False

    left = [voter for voter in voters if not place(voter, set())]
    for voter in left:  # more than needed: shown, where they belong first
        index = next(index for index, rule in enumerate(rules) if counts(voter, rule, origin))
        given[index].append(voter)
    return given


def passed(findings: Iterable[Finding]) -> bool:
    """Whether every gate passed."""
    return all(one.state == PASSED for one in findings)
