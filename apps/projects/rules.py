"""What a project and a submission may say. Pure checks of single values."""

import re
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from apps.core.errors import Invalid
from apps.projects import sources

MAX_NAME = 255
MAX_PARAMS = 500
MAX_PARAM_VALUE = 6000
PRIORITIES = (-100, 100)
# These open the source and never reach the code.
GIT_TOKEN, GIT_SSH_KEY = "GIT_TOKEN", "GIT_SSH_KEY"
SHORTEST_SECRET, LONGEST_SECRET = 4, 64 * 1024

_VARIABLE = re.compile(r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")
# Set by the platform; a secret of that name would let a project act as somebody else.
_TAKEN = re.compile(
    r"^(MLFLOW_(RUN_ID|EXPERIMENT_ID|TRACKING_.*|REGISTRY_URI|WORKSPACE)|MLPLATFORM_.*|PATH|HOME|LD_.*|PYTHON.*|VIRTUAL_ENV)$"
)


def roots() -> list[Path]:
    """Folders of the workers' machines that an administrator allows for projects."""
    return [Path(root) for root in settings.PROJECT_ROOTS]


def check_name(name: str) -> str:
    """The name of a project. Raises Invalid."""
    name = name.strip()
    if not name or len(name) > MAX_NAME or any(ord(letter) < 32 for letter in name) or "/" in name:
        raise Invalid(f"Invalid project name '{name[:100]}': 1 to {MAX_NAME} characters, no '/' and no control characters")
    return name


def check_source(uri: str, ref: str, subdirectory: str) -> tuple[str, str, str]:
    """(address without `#…`, ref, subdirectory) of a project in git or in an allowed folder. Raises Invalid.

    A folder is only looked for by the worker, whose machine it is on; here counts whether it could lie below an allowed root.
    """
    address, inside = sources.split_subdirectory(uri)
    if inside and subdirectory:
        raise Invalid("The subdirectory is given twice")
    inside = inside or sources.split_subdirectory(f"x#{subdirectory}")[1]
    sources.check_address(address, roots(), must_exist=False)
    return address, sources.check_ref(ref), inside


def check_ref(ref: str) -> str:
    """The name of a branch, tag or commit, or "". Raises Invalid."""
    return sources.check_ref(ref)


def check_subdirectory(inside: str) -> str:
    """A folder inside of the project's code, or "". Raises Invalid."""
    return sources.split_subdirectory(f"x#{inside.strip()}")[1]


def check_entry_point(name: str) -> str:
    """The name of an entry point or script. Raises Invalid."""
    name = name.strip() or "main"
    if len(name) > 255 or any(ord(letter) < 32 for letter in name):
        raise Invalid("Invalid entry point: at most 255 characters, no control characters")
    return name


def check_params(params: Mapping[str, object]) -> dict[str, str]:
    """Parameters as texts. Raises Invalid."""
    if not isinstance(params, Mapping):
        raise Invalid("params has to be an object")
    if len(params) > MAX_PARAMS:
        raise Invalid(f"More than {MAX_PARAMS} parameters")
    found = {}
    for name, value in params.items():
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise Invalid(f"Parameter '{name}' has to be a text or a number")
        text = str(value)
        if not str(name).strip() or len(str(name)) > 250 or len(text) > MAX_PARAM_VALUE or "\0" in text + str(name):
            raise Invalid(
                f"Parameter '{str(name)[:100]}': at most 250 characters, its value at most {MAX_PARAM_VALUE}, without NUL"
            )
        found[str(name)] = text
    return found


def check_priority(priority: int) -> int:
    """Raises Invalid outside of the range."""
    low, high = PRIORITIES
    if isinstance(priority, bool) or not isinstance(priority, int) or not low <= priority <= high:
        raise Invalid(f"priority is a whole number from {low} to {high}")
    return priority


def check_secret(name: str, value: str) -> None:
    """A secret's name is that of an environment variable; what is too short could not be kept out of logs. Raises Invalid."""
    if not _VARIABLE.match(name):
        raise Invalid(f"Invalid secret name '{name[:100]}': letters, digits and underscores, not a digit first")
    if _TAKEN.match(name):
        raise Invalid(f"The variable {name} is set by the platform and cannot be a secret")
    if not SHORTEST_SECRET <= len(value) <= LONGEST_SECRET or "\0" in value:
        raise Invalid(f"A secret has {SHORTEST_SECRET} to {LONGEST_SECRET} characters, without NUL")
