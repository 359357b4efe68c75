"""What stands in a stage of a model, and what stood there before. Whoever calls has asked whether it may be seen."""

from django.db.models import Exists, OuterRef

from apps.registry import stages
from apps.registry.models import Activity, ModelVersion
from apps.registry.models.registered import ACTIVE

MOST_HOLDERS = 20


def previous_in(model_id: int, stage: str) -> int | None:
    """The number of the version that left the stage last and is not in it; None if there is none."""
    elsewhere = ModelVersion.objects.filter(model_id=model_id, number=OuterRef("version"), lifecycle=ACTIVE).exclude(stage=stage)
    left = Activity.objects.filter(Exists(elsewhere), model_id=model_id, from_stage=stage, kind__in=["transition", "rolled_back"])
    return left.exclude(to_stage=stage).order_by("-pk").values_list("version", flat=True).first()


def holders_of(model_id: int) -> dict[str, list[int]]:
    """The numbers of the newest versions in each active stage, the highest first."""
    return {
        stage: list(
            ModelVersion.objects.filter(model_id=model_id, stage=stage, lifecycle=ACTIVE)
            .order_by("-number")
            .values_list("number", flat=True)[:MOST_HOLDERS]
        )
        for stage in stages.ACTIVE
    }
