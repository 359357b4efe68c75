"""Checks that run elsewhere and post what they found, as CI does."""

from dataclasses import dataclass

from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Denied, Invalid
from apps.core.transactions import atomic
from apps.experiments.rules import check_length, check_text
from apps.registry import subjects
from apps.registry.access import access_request
from apps.registry.cases import of_request
from apps.registry.models import ExternalCheck, TransitionRequest
from apps.registry.models.gates import CHECK_STATES
from apps.registry.services.advancing import advance_request, store_findings
from apps.registry.services.closing import require_pending
from apps.registry.services.history import audit


@dataclass(frozen=True, slots=True)
class NewCheck:
    """What is posted: pending, success or failure, with an address to read more."""

    name: str
    state: str
    url: str = ""
    description: str = ""


@atomic
def post_check(actor: Actor, request_id: int, check: NewCheck) -> None:
    """Set the state of a check for the version as it is now; the request goes on if that was all it waited for.

    Whoever may EDIT the model may post, but not on a request of their own: a gate that one opens oneself is none.
    Raises Invalid, Conflict, Missing, Denied.
    """
    found = access_request(actor, request_id, "request.check", lock=True)
    _check_fields(check)
    request = TransitionRequest.objects.select_related("version").get(pk=found.id)
    require_pending(actor, request)
    if request.requester_id == actor.user_id:
        raise Denied("whoever asked for the promotion cannot post its checks")
    case = of_request(request, subjects.of_request(request, found.model), lock=True)
    ExternalCheck.objects.update_or_create(
        request=request,
        name=check.name,
        defaults={
            "state": check.state, "url": check.url, "description": check.description, "fingerprint": case.fingerprint,
            "posted_by_id": actor.user_id, "posted_name": actor.name[:300], "at": now_ms(),
        },
    )  # fmt: skip
    details = {"request": request.pk, "check": check.name, "state": check.state, "url": check.url}
    audit(actor, "request.check", found.model, request.version.number if request.version else None, details)
    case = of_request(request, subjects.of_request(request, found.model), lock=True)
    store_findings(actor, request, case)
    if case.fingerprint == request.fingerprint:
        advance_request(actor, found.model, request, case)


def _check_fields(check: NewCheck) -> None:
    if not check.name.strip():
        raise Invalid("Missing value for required parameter 'name'")
    if check.state not in dict(CHECK_STATES):
        raise Invalid(f"Invalid state '{check.state}'. Value must be one of {', '.join(dict(CHECK_STATES))}.")
    if check.url and not check.url.startswith(("http://", "https://")):
        raise Invalid("Invalid value for parameter 'url' supplied: an http or https address is needed")
    for name, value, limit in (("name", check.name, 200), ("url", check.url, 2000), ("description", check.description, 1000)):
        check_length(value, limit, name)
        check_text(value, name)
