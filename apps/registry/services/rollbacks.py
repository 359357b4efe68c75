"""Back to what stood there before, in one action."""

from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.core.transactions import atomic
from apps.registry import acts, cases, stages
from apps.registry.access import VersionAccess, access_model, access_version
from apps.registry.cases import Case
from apps.registry.models import TransitionRequest
from apps.registry.models.requests import DONE, OVERRIDDEN
from apps.registry.refusals import audits_refusals
from apps.registry.services.executions import execute_act
from apps.registry.services.moves import Occasion
from apps.registry.services.requests import create_request
from apps.registry.standing import previous_in
from apps.registry.subjects import Subject


@audits_refusals
@atomic
def roll_back(actor: Actor, name: str, stage: str, comment: str = "") -> int | None:
    """Bring the version that stood in a stage before back to it. None if it is there again, else the id of the request that was
    opened.

    At once where no policy applies or all of them approve roll-backs beforehand, and the version is what it was when it stood
    there; else by a request. Raises Missing (nothing stood there before), Invalid, Denied.
    """
    model = access_model(actor, name, "model_version.transition", lock=True)
    target = stages.parse(stage)
    stages.check_archiving(target)
    number = previous_in(model.id, target)
    if number is None:
        raise Missing(f"No version of {model.name} stood in {target} before")
    version = access_version(actor, name, str(number), "model_version.transition", lock=True)
    subject = Subject(model, version, acts.TRANSITION, target)
    case = cases.of_subject(subject, actor.user_id or 0, clock.now(), lock=True)
    if not _is_approved(case, version):
        return create_request(actor, subject, comment or f"roll back to version {number}").pk
    occasion = Occasion("rolled_back", comment, "rolled back", policies=[policy.label for policy in case.policies])
    execute_act(actor, subject, True, occasion)
    return None


def _is_approved(case: Case, version: VersionAccess) -> bool:
    if not case.policies:
        return True
    if not all(policy.terms.preapproved_rollback for policy in case.policies) or (case.evidence and case.evidence.problems):
        return False
    asked = TransitionRequest.objects.filter(
        version_id=version.id, act=acts.TRANSITION, target=case.subject.target, state__in=[DONE, OVERRIDDEN]
    )
    before = asked.order_by("-pk").values_list("evidence_digest", flat=True).first()
    return before is not None and case.evidence is not None and before == case.evidence_digest
