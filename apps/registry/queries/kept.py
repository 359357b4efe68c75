"""What was kept of a request: for one that is decided, what was found and said then, not what would be found now."""

from typing import Any

from django.db.models import Max

from apps.core.actor import Actor
from apps.notices.models import Comment
from apps.registry.access import access_request
from apps.registry.approval_records import CheckRecord, GateRecord, RequestDetail, VoteRecord
from apps.registry.models import Activity, ExternalCheck, GateResult, RequestPolicy, TransitionRequest, Vote
from apps.registry.models.requests import VALID
from apps.registry.queries.comments import REQUEST
from apps.registry.queries.policies import policy_records
from apps.registry.queries.requests import get_request


def gate_records(actor: Actor, request_id: int) -> list[GateRecord]:
    """The newest result of each gate, with what it read and who evaluated it. Raises Missing."""
    found = access_request(actor, request_id, "request.read")
    newest: dict[str, GateRecord] = {}
    columns = ("gate", "label", "state", "measured", "inputs", "worker", "at")
    for gate, *fields in GateResult.objects.filter(request_id=found.id).order_by("pk").values_list(*columns):
        newest[gate] = GateRecord(*fields)
    return list(newest.values())


def closed_request(actor: Actor, request_id: int) -> RequestDetail:
    """A decided request as it was decided: the policies it was opened under, the votes as they were given. Raises Missing."""
    found = access_request(actor, request_id, "request.read")
    record = get_request(actor, request_id)
    pinned = list(RequestPolicy.objects.filter(request_id=found.id).values_list("policy_version_id", flat=True))
    votes = Vote.objects.filter(request_id=found.id).select_related("voter").order_by("at", "pk")
    checks = ExternalCheck.objects.filter(request_id=found.id).order_by("name")
    return RequestDetail(
        request=record,
        policies=policy_records(actor, pinned),
        rules=[],
        findings=[],
        votes=[_vote(vote) for vote in votes],
        checks=[
            CheckRecord(
                row.name, row.state, row.url, row.description, row.posted_name, row.at, row.fingerprint == record.fingerprint
            )
            for row in checks
        ],
        missing=[],
        fingerprint=record.fingerprint,
        archive_existing=record.archive_existing,
    )


def _vote(vote: Vote) -> VoteRecord:
    return VoteRecord(
        vote.voter.username, vote.voter_id, vote.decision, vote.state, vote.state_reason, vote.comment, vote.at,
        vote.state == VALID,
    )  # fmt: skip


def request_stamp(actor: Actor, request_id: int) -> str:
    """A text that is another one as soon as there is something new to see on a request's page. Raises Missing."""
    found = access_request(actor, request_id, "request.read")
    of_request: Any = {"request_id": found.id}
    said = [
        *TransitionRequest.objects.filter(pk=found.id).values_list("state", "updated_at")[0],
        Activity.objects.filter(**of_request).aggregate(last=Max("pk"))["last"],
        GateResult.objects.filter(**of_request).aggregate(last=Max("pk"))["last"],
        ExternalCheck.objects.filter(**of_request).aggregate(last=Max("at"))["last"],
        *Comment.objects.filter(noun=REQUEST, noun_id=str(found.id)).aggregate(a=Max("updated_at"), b=Max("deleted_at")).values(),
    ]
    return "-".join(str(one or 0) for one in said)
