"""Permission levels: MLflow's own names, in their order."""

from enum import IntEnum

from apps.core.errors import Invalid


class Level(IntEnum):
    """What somebody may do with a thing. Gaps leave room; the numbers are stored."""

    NO_PERMISSIONS = 0
    READ = 10
    USE = 20
    EDIT = 30
    MANAGE = 40


CHOICES = [(int(level), level.name) for level in Level]


def parse(text: str) -> Level:
    """The level of that name. Raises Invalid, naming the ones there are (DENY is reserved and refused)."""
    try:
        return Level[text]
    except (KeyError, TypeError):
        names = ", ".join(level.name for level in reversed(Level))
        raise Invalid(f"Invalid permission '{text}'. Valid permissions are: {names}") from None
