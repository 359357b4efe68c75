"""Acts that somebody does at once, as a plain client does: they pass if no policy applies, or if the caller alone suffices."""

from apps.accounts.models import User
from apps.core import clock
from apps.core.actor import Actor
from apps.registry import cases
from apps.registry.access import access_model
from apps.registry.cases import Case
from apps.registry.decisions import Voter
from apps.registry.models import Vote
from apps.registry.models.requests import APPROVE, DONE
from apps.registry.refusals import PolicyRefused, where_to_ask
from apps.registry.services.advancing import execute_request
from apps.registry.services.executions import execute_act
from apps.registry.services.moves import Occasion
from apps.registry.services.requests import create_request
from apps.registry.subjects import Subject, applicable
from apps.registry.voters import load


def do_at_once(actor: Actor, subject: Subject, archive_existing: bool, comment: str = "") -> None:
    """Carry out an act whose subject is locked and whose level was asked for.

    Raises PolicyRefused, naming what is missing and where to ask. A refusal opens no request; an act that passes leaves one that
    is done, with the caller's vote, as its record.
    """
    access_model(actor, subject.model.name, "model.read")
    if not applicable(subject):
        execute_act(actor, subject, archive_existing, Occasion(comment=comment))
        return
    case = cases.of_subject(subject, actor.user_id or 0, clock.now(), lock=True)
    voter = load([actor.user_id or 0]).get(actor.user_id or 0)
    case.decide([voter] if voter else [])
    if voter is None or not case.is_met:
        raise _refusal(subject, case)
    request = create_request(actor, subject, comment)
    if any(standing.rules for standing in case.standings.values()):
        _vote(actor, voter, request.pk, case)
    cases.count_votes(case, request)
    execute_request(actor, subject.model, request, case, DONE)


def _refusal(subject: Subject, case: Case) -> PolicyRefused:
    needs = "; ".join(case.missing()) or "a person who asks for it"
    where = where_to_ask(subject.model, subject.number, subject.act, subject.target)
    words = ", ".join(dict.fromkeys(policy.words for policy in case.policies))
    message = f"{subject.words} is protected ({words}) and needs {needs}. {where}"
    return PolicyRefused(message, subject.model, subject.number, case.policies)


def _vote(actor: Actor, voter: Voter, request_id: int, case: Case) -> None:
    Vote.objects.create(
        request_id=request_id, voter_id=voter.id, voter_kind=User.Kind.PERSON, requester_id=voter.id,
        self_vote_allowed=not any(policy.terms.separation.requester for policy in case.policies),
        decision=APPROVE, fingerprint=case.fingerprint, via=actor.via, token_id=actor.token_id, at=clock.now_ms(),
    )  # fmt: skip
