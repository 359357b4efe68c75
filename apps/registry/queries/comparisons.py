"""What changes from one version to another, as an approver wants to see it."""

from apps.core.actor import Actor
from apps.registry import evidence
from apps.registry.access import access_request, access_version
from apps.registry.cases import standing_there
from apps.registry.differences import Comparison, Difference, Side, compare
from apps.registry.mlmodel import ModelFile
from apps.registry.models import TransitionRequest
from apps.registry.subjects import of_request

__all__ = ["Comparison", "Difference", "compare_request", "compare_versions", "model_file"]


def compare_request(actor: Actor, request_id: int) -> Comparison | None:
    """The request's version beside the one that stands in its target now; None for a request on a whole model. Raises Missing."""
    found = access_request(actor, request_id, "request.read")
    subject = of_request(TransitionRequest.objects.get(pk=found.id), found.model)
    if subject.version is None:
        return None
    there = standing_there(subject)
    return compare(_side(there) if there else None, _side(subject.version.id))


def compare_versions(actor: Actor, name: str, before: str, after: str) -> Comparison:
    """Two versions of one model. Raises Invalid, Missing."""
    first = access_version(actor, name, before, "model_version.read")
    second = access_version(actor, name, after, "model_version.read")
    return compare(_side(first.id), _side(second.id))


def model_file(actor: Actor, name: str, version: str) -> ModelFile:
    """What the version's MLmodel says; an empty one where there is none here. Raises Invalid, Missing."""
    found = access_version(actor, name, version, "model_version.read")
    return _side(found.id).model


def _side(version_id: int) -> Side:
    return Side(evidence.of_version(version_id))
