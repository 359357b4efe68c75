"""Everything that decides whether an act may be done: policies, evidence, gates, approvals.

Built anew each time, from the database.
"""

from dataclasses import dataclass, field
from datetime import datetime

from apps.registry import evidence as evidences
from apps.registry import gate_terms, gates, stages
from apps.registry.decisions import Origin, RuleStanding, Standing, Voter, stand, why_not
from apps.registry.evidence import Evidence
from apps.registry.gates import Check, Finding, Surroundings
from apps.registry.governance import Governing, archives, holders, pinned
from apps.registry.models import ExternalCheck, GateResult, ModelVersion, TransitionRequest, Vote
from apps.registry.models.registered import ACTIVE
from apps.registry.models.requests import APPROVE, REQUEST_CHANGES, VALID
from apps.registry.subjects import Subject, applicable, entered
from apps.registry.terms import digest
from apps.registry.voters import load


@dataclass(slots=True)
class Case:
    """A subject with all that counts for or against it."""

    subject: Subject
    policies: list[Governing]
    evidence: Evidence | None
    fingerprint: str
    origins: dict[int, Origin]  # by policy version
    findings: list[Finding]
    standings: dict[int, Standing] = field(default_factory=dict)  # by policy version
    approvers: list[Voter] = field(default_factory=list)
    objectors: list[str] = field(default_factory=list)

    @property
    def evidence_digest(self) -> str:
        """What the version is, whatever policies there are; "" for an act on a model."""
        return evidences.fingerprint(self.evidence, [], []) if self.evidence else ""

    @property
    def archive_existing(self) -> bool:
        """What the policies say about the versions that stand there."""
        return archives(self.policies, self.subject.target)

    @property
    def is_met(self) -> bool:
        """Whether it may be executed now."""
        return not self.missing()

    @property
    def votes_suffice(self) -> bool:
        """Whether all approvals are there, whatever the gates say."""
        return not self.objectors and all(standing.votes_suffice for standing in self.standings.values())

    def missing(self) -> list[str]:
        """What is missing, in words, each thing once."""
        said = [f"{name} asked for changes" for name in self.objectors]
        if self.evidence:
            said += self.evidence.problems if self.entered else []
        said += [rule.lacks for _, rule in self.rules if not rule.is_met]
        return list(dict.fromkeys(said + [line for standing in self.standings.values() for line in standing.lacking_gates()]))

    @property
    def rules(self) -> list[tuple[Governing, RuleStanding]]:
        """The rules with how far they are; of one that two versions of a policy have, that which lacks more."""
        found: dict[tuple[object, ...], tuple[Governing, RuleStanding]] = {}
        for policy in self.policies:
            for one in self.standings[policy.version_id].rules:
                key = (policy.policy_id, one.rule.name, one.rule.users, one.rule.teams)
                if key not in found or (one.lack, one.needed) > (found[key][1].lack, found[key][1].needed):
                    found[key] = (policy, one)
        return list(found.values())

    @property
    def entered(self) -> list[Governing]:
        """The policies whose gates are asked."""
        return entered(self.subject.act, self.subject.target, self.policies)

    def why_not(self, voter: Voter) -> str | None:
        """Why this account cannot approve: the reason of the first policy under which it can; None if it can under one."""
        reasons = [
            why_not(voter, policy.terms, self.origins[policy.version_id]) for policy in self.policies if policy.terms.rules
        ]
        if not reasons:
            return "is needed by no policy"
        return None if None in reasons else reasons[0]

    def decide(self, approvers: list[Voter], objectors: list[str] | None = None) -> None:
        """Count these approvals."""
        self.approvers, self.objectors = approvers, objectors or []
        for policy in self.policies:
            asked = self.findings_of(policy)
            self.standings[policy.version_id] = stand(policy.terms, self.origins[policy.version_id], approvers, asked)

    def findings_of(self, policy: Governing) -> list[Finding]:
        """The findings of one policy's gates; none where the act only leaves what the policy protects."""
        if policy not in self.entered:
            return []
        return [finding for finding in self.findings if finding.gate in policy.terms.gates]


def of_subject(subject: Subject, requester: int, opened_at: datetime, *, lock: bool = False) -> Case:
    """The case of an act that nobody has asked for yet, without approvals."""
    return _build(subject, applicable(subject), [], requester, opened_at, None, lock)


def of_request(request: TransitionRequest, subject: Subject, *, lock: bool = False) -> Case:
    """The case of a request with its votes. The policies it was opened under and those in force now both count.

    With `lock` run and logged model stay as they are until the transaction ends.
    """
    held = pinned(request.pk)
    known = {one.version_id for one in held}
    policies = held + [one for one in applicable(subject) if one.version_id not in known]
    case = _build(subject, policies, held, request.requester_id, request.opened_at, request.pk, lock)
    count_votes(case, request)
    return case


def count_votes(case: Case, request: TransitionRequest) -> None:
    """Count the votes on the request as they are now: valid, and given for the version as it is."""
    votes = list(Vote.objects.filter(request_id=request.pk, state=VALID).order_by("at"))
    people = load(vote.voter_id for vote in votes)
    current = [vote for vote in votes if vote.fingerprint == case.fingerprint]
    case.decide(
        [people[vote.voter_id] for vote in current if vote.decision == APPROVE],
        [people[vote.voter_id].name for vote in current if vote.decision == REQUEST_CHANGES],
    )


def _build(
    subject: Subject,
    policies: list[Governing],
    held: list[Governing],
    requester: int,
    opened_at: datetime,
    request_id: int | None,
    lock: bool,
) -> Case:
    evidence = evidences.of_version(subject.version.id, lock=lock) if subject.version else None
    bound = held or policies
    fingerprint = _fingerprint(subject, evidence, bound)
    asked = entered(subject.act, subject.target, policies)
    findings: list[Finding] = []
    if evidence and asked:
        around = _surroundings(subject, evidence, asked, request_id, fingerprint)
        unique = dict.fromkeys(gate for policy in asked for gate in policy.terms.gates)
        findings = [gates.evaluate(gate, evidence, around) for gate in unique]
    origins = {policy.version_id: _origin(policy, evidence, requester, opened_at) for policy in policies}
    case = Case(subject, policies, evidence, fingerprint, origins, findings)
    case.decide([])
    return case


def _fingerprint(subject: Subject, evidence: Evidence | None, policies: list[Governing]) -> str:
    digests = [f"{policy.policy_id}:{policy.digest}" for policy in policies]
    if evidence:
        return evidences.fingerprint(evidence, [policy.terms for policy in policies], digests)
    return digest(
        {"model": subject.model.id, "name": subject.model.name, "holders": holders(subject.model.id), "policies": sorted(digests)}
    )


def _origin(policy: Governing, evidence: Evidence | None, requester: int, opened_at: datetime) -> Origin:
    if evidence is None:
        return Origin(requester, opened_at)
    return Origin(
        requester=requester,
        opened_at=opened_at,
        version_creator=evidence.version.owner_id,
        run_owner=evidence.run.owner_id if evidence.run else None,
        changers=frozenset(evidences.changers(evidence, policy.terms)),
    )


def _surroundings(
    subject: Subject, evidence: Evidence, policies: list[Governing], request_id: int | None, fingerprint: str
) -> Surroundings:
    kinds = {gate.kind for policy in policies for gate in policy.terms.gates}
    around = Surroundings()
    if gate_terms.RELATIVE in kinds and (version_id := standing_there(subject)):
        around.baseline = evidences.of_version(version_id)
    if gate_terms.EXTERNAL in kinds and request_id:
        rows = ExternalCheck.objects.filter(request_id=request_id, fingerprint=fingerprint)
        around.checks = {row.name: Check(row.state, row.url, row.description, row.posted_name) for row in rows}
    if gate_terms.SIGNATURE in kinds and (file := evidence.file("MLmodel")):
        known = known_signature(file.sha256)
        if known is not None:
            around.signatures[file.sha256] = known
    return around


def known_signature(sha256: str) -> bool | None:
    """What a worker found in the MLmodel with that hash; None if none has looked yet."""
    inputs = digest({"MLmodel": sha256})
    row = GateResult.objects.filter(inputs_digest=inputs, state__in=[gates.PASSED, gates.FAILED]).order_by("-id").first()
    return None if row is None else row.state == gates.PASSED


def standing_there(subject: Subject) -> int | None:
    """The key of the newest other version in what the subject wants to enter."""
    assert subject.version is not None
    others = ModelVersion.objects.filter(model_id=subject.model.id, lifecycle=ACTIVE).exclude(pk=subject.version.id)
    there = {"stage": subject.target} if subject.target in stages.ALL else {"aliases__name": subject.target}
    return others.filter(**there).order_by("-number").values_list("pk", flat=True).first()


def gate_digest(finding: Finding) -> str:
    """The name under which a gate's results are kept."""
    return digest_of_gate(finding.gate)


def digest_of_gate(gate: gate_terms.Gate) -> str:
    """The same for a gate that has not been asked yet."""
    return digest(gate.to_json())
