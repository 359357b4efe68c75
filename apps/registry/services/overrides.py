"""Doing it all the same: a right of its own, with a reason and the password asked again. Everybody is told."""

from apps.access.levels import Level
from apps.accounts.credentials import verify
from apps.accounts.models import Membership, User
from apps.core.actor import Actor
from apps.core.errors import Denied, Invalid
from apps.core.transactions import atomic
from apps.registry import cases, rules, subjects
from apps.registry.access import access_request
from apps.registry.cases import Case
from apps.registry.lines import line_of
from apps.registry.models import ModelGrant, TransitionRequest
from apps.registry.models.requests import OVERRIDDEN
from apps.registry.refusals import PolicyRefused, audits_refusals
from apps.registry.services.advancing import execute_request
from apps.registry.services.announcing import tell_override
from apps.registry.services.closing import require_pending
from apps.registry.services.history import note
from apps.registry.voters import load, may_override, named_by


def override_request(actor: Actor, request_id: int, reason: str, password: str) -> None:
    """Execute a pending request without the votes and gates it lacks; the model's page shows it until another version moves in.

    Raises Denied without the right or with a wrong password, Invalid without reason or password, Conflict, Missing, TooMany.
    """
    access_request(actor, request_id, "request.override")
    _override(actor, request_id, reason.strip(), password)


@audits_refusals
@atomic
def _override(actor: Actor, request_id: int, reason: str, password: str) -> None:
    found = access_request(actor, request_id, "request.override", lock=True)
    request = TransitionRequest.objects.select_related("version").get(pk=found.id)
    require_pending(actor, request)
    subject = subjects.of_request(request, found.model)
    case = cases.of_request(request, subject, lock=True)
    if not case.policies:
        raise Invalid("no policy stands before this request: approve it instead")
    me = load([actor.user_id or 0]).get(actor.user_id or 0)
    if me is None or not all(may_override(me, policy.terms, is_admin=actor.is_admin) for policy in case.policies):
        raise PolicyRefused("you have no right to override this policy", found.model, subject.number, case.policies)
    if not reason:
        raise Invalid("Missing value for required parameter 'reason': an override needs one")
    rules.check_comment(reason)
    if not password:
        raise Invalid("Missing value for required parameter 'password': an override asks for it again")
    account = verify(actor.name, password, actor.address)
    if account is None or account.id != actor.user_id:
        raise Denied("the password is wrong")
    note(actor, "request.override", found.model, line_of("overridden", request, comment=reason))
    execute_request(actor, found.model, request, case, OVERRIDDEN, reason=reason)
    if TransitionRequest.objects.filter(pk=request.pk, state=OVERRIDDEN).update(banner=True):
        tell_override(actor, found.model, request, _concerned(found.model.id, request, case))


def _concerned(model_id: int, request: TransitionRequest, case: Case) -> set[int]:
    """Whoever had a say: approvers, requester, the version's maker, whoever the model is shared with, administrators."""
    people = {request.requester_id, *named_by([policy.terms for policy in case.policies])}
    if case.evidence and case.evidence.version.owner_id:
        people.add(case.evidence.version.owner_id)
    grants = ModelGrant.objects.filter(model_id=model_id, level__gte=Level.READ)
    people |= set(grants.filter(user__isnull=False).values_list("user_id", flat=True))
    people |= set(Membership.objects.filter(team__in=grants.values("team")).values_list("user_id", flat=True))
    return people | set(User.objects.filter(is_superuser=True, is_active=True).values_list("pk", flat=True))
