"""The four stages of MLflow. Pure."""

from apps.core.errors import Invalid

NONE, STAGING, PRODUCTION, ARCHIVED = "None", "Staging", "Production", "Archived"
ALL = (NONE, STAGING, PRODUCTION, ARCHIVED)
CHOICES = [(stage, stage) for stage in ALL]
ACTIVE = (STAGING, PRODUCTION)

_BY_NAME = {stage.lower(): stage for stage in ALL}


def parse(text: str) -> str:
    """The stage of that name, in any case. Raises Invalid."""
    try:
        return _BY_NAME[text.lower()]
    except KeyError:
        raise Invalid(f"Invalid Model Version stage: {text[:100]}. Value must be one of {', '.join(ALL)}.") from None


def check_archiving(stage: str) -> None:
    """Others can be archived only when moving to Staging or Production. Raises Invalid."""
    if stage not in ACTIVE:
        raise Invalid(
            "Model version transition cannot archive existing model versions because "
            f"'{stage}' is not an Active stage. Valid stages are {', '.join(ACTIVE)}"
        )
