"""The history of a model: who did what when, and what stood in a stage on a date."""

from typing import Any

from django.db.models import QuerySet

from apps.core.actor import Actor
from apps.registry import stages
from apps.registry.access import access_model, access_request, access_version
from apps.registry.acts import TRANSITION
from apps.registry.approval_records import ActivityRecord
from apps.registry.models import Activity, ModelVersion, TransitionRequest
from apps.registry.models.requests import PENDING

MOST = 500
# What changes where a version stands, for the question what stood there on a date.
MOVES = ("transition", "rolled_back", "deleted", "restored")


def list_activity(
    actor: Actor, name: str, *, version: str = "", before: int = 0, kinds: tuple[str, ...] = (), limit: int = 100
) -> list[ActivityRecord]:
    """Lines of a model's history, or of one version's, the newest first; `before` is the id where the last page ended.

    The creation of a version is told by the version itself. Raises Missing.
    """
    model = access_model(actor, name, "model.read")
    lines = Activity.objects.filter(model_id=model.id)
    if version:
        lines = lines.filter(version=access_version(actor, name, version, "model_version.read").number)
    if kinds:
        lines = lines.filter(kind__in=kinds)
    if before:
        lines = lines.filter(pk__lt=before)
    return _records(lines.order_by("-pk")[: min(limit, MOST)])


def request_activity(actor: Actor, request_id: int) -> list[ActivityRecord]:
    """What happened to a request, the oldest first. Raises Missing."""
    found = access_request(actor, request_id, "request.read")
    return _records(Activity.objects.filter(request_id=found.id).order_by("pk"))


def open_requests(actor: Actor, name: str, version: str) -> list[ActivityRecord]:
    """The lines with which the pending requests for a transition of a version were opened. Raises Invalid, Missing."""
    found = access_version(actor, name, version, "model_version.read")
    pending = TransitionRequest.objects.filter(version_id=found.id, act=TRANSITION, state__in=PENDING).values("pk")
    return _records(Activity.objects.filter(request_id__in=pending, kind="requested").order_by("pk"))


def get_activity(actor: Actor, name: str, activity_id: int) -> ActivityRecord:
    """One line of a model's history. Raises Missing."""
    model = access_model(actor, name, "model.read")
    return _records(Activity.objects.filter(model_id=model.id, pk=activity_id))[0]


def standing_at(actor: Actor, name: str, stage: str, at: int) -> list[int]:
    """The numbers of the versions that stood in a stage at that moment (ms), the highest first. Raises Invalid, Missing."""
    model = access_model(actor, name, "model.read")
    wanted = stages.parse(stage)
    lines = Activity.objects.filter(model_id=model.id, at__lte=at, kind__in=MOVES).order_by("pk")
    where: dict[int, str] = {}
    for kind, number, to_stage in lines.values_list("kind", "version", "to_stage"):
        if number is None:  # the whole model went to the trash, or came back from it
            where.clear()
        else:
            where[number] = to_stage if kind != "deleted" else ""
    if wanted == stages.NONE:
        made = ModelVersion.objects.filter(model_id=model.id, created_at__lte=at).values_list("number", flat=True)
        return sorted([number for number in made if where.get(number, stages.NONE) == stages.NONE], reverse=True)
    return sorted([number for number, there in where.items() if there == wanted], reverse=True)


def _records(lines: QuerySet[Any]) -> list[ActivityRecord]:
    columns = (
        "pk", "name", "version", "request_id", "kind", "from_stage", "to_stage", "alias", "actor_name", "actor_id", "via",
        "comment", "system_comment", "policy_versions", "at",
    )  # fmt: skip
    return [ActivityRecord(*row) for row in lines.values_list(*columns)]
