"""What names, aliases, numbers and tags of the registry may be. Pure: section 2.1 of the MLflow REST protocol, in its words."""

import posixpath
import re

from apps.core.errors import Invalid, Missing
from apps.experiments.rules import check_key, check_length, check_text, shown

MAX_NAME = 256
MAX_ALIAS = 255
MAX_TAG_VALUE = 100_000
MAX_SOURCE = 4_000
MAX_RUN_ID = 255
MAX_DESCRIPTION = 1_000_000
MAX_COMMENT = 65_535
LATEST = "latest"
IS_PROMPT = "mlflow.prompt.is_prompt"

_ALIAS = re.compile(r"[\w\-]+")
_NUMBER_ALIAS = re.compile(r"v\d+", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d{1,18}", re.ASCII)


def check_model_name(name: str, field: str = "name") -> None:
    """Raises Invalid for a blank name, one with / or :, one that is no normalised path, or one that is too long."""
    if not name.strip():
        raise Invalid(f"Missing value for required parameter '{field}'")
    if "/" in name or ":" in name:
        raise Invalid(f"Invalid model name '{name[:200]}'. Names cannot contain '/' or ':'.")
    if name in {".", ".."} or posixpath.normpath(name) != name:
        raise Invalid(
            f"Invalid value {shown(name)} for parameter '{field}' supplied: names may be treated as files in certain "
            "cases, and must not resolve to other names when treated as such."
        )
    check_length(name, MAX_NAME, field)
    check_text(name, field)


def parse_version(text: str) -> int:
    """A version's number. Raises Invalid for what is none."""
    if not _NUMBER.fullmatch(text):
        raise Invalid(f"Parameter 'version' must be an integer, got '{text[:100]}'.")
    return int(text)


def missing_model(name: str) -> str:
    """The words for a model that is not there."""
    return f"Registered Model with name={name} not found"


def missing_version(name: str, number: str | int) -> str:
    """The words for a version that is not there."""
    return f"Model Version (name={name}, version={number}) not found"


def check_version_range(name: str, number: int) -> int:
    """Numbers that no column holds are missing, not an error of the database. Raises Missing."""
    if not 0 < number < 2**31:
        raise Missing(missing_version(name, number))
    return number


def check_alias(alias: str) -> None:
    """The shape of an alias. Raises Invalid."""
    if not alias:
        raise Invalid("Registered model alias name cannot be empty.")
    if not _ALIAS.fullmatch(alias):
        raise Invalid(
            f"Invalid alias name: '{alias[:200]}'. Names may only contain alphanumerics, underscores (_) and dashes (-)."
        )
    check_length(alias, MAX_ALIAS, "alias")


def check_new_alias(alias: str) -> None:
    """An alias that is about to be set: `latest` and `v12` are reserved. Raises Invalid."""
    check_alias(alias)
    if alias.lower() == LATEST:
        raise Invalid("'latest' alias name (case insensitive) is reserved.")
    if _NUMBER_ALIAS.fullmatch(alias):
        raise Invalid(f"Version alias name '{alias}' is reserved.")


def check_tag(key: str, value: str, path: str = "") -> None:
    """A tag of a model or version. Raises Invalid."""
    check_key(key, f"{path}key")
    check_length(value, MAX_TAG_VALUE, f"{path}value")
    check_text(value, f"{path}value")


def check_description(text: str) -> None:
    """Markdown of any sensible length. Raises Invalid."""
    check_length(text, MAX_DESCRIPTION, "description")
    check_text(text, "description")


def is_prompt(tags: dict[str, str]) -> bool:
    """Whether these tags make a prompt of a model or version."""
    return tags.get(IS_PROMPT, "").lower() == "true"


def check_comment(text: str) -> None:
    """What somebody says to a request. Raises Invalid."""
    check_length(text, MAX_COMMENT, "comment")
    check_text(text, "comment")
