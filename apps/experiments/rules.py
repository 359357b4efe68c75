"""What names, keys and values may be. Pure: the limits of section 2.1 of the MLflow REST protocol, with its wording."""

import json
import math
import posixpath
import re
from typing import Any

from apps.core.errors import Invalid

MAX_KEY = 250
MAX_PARAM_VALUE = 6000
MAX_TAG_VALUE = 8000
MAX_EXPERIMENT_TAG_VALUE = 20_000
MAX_EXPERIMENT_NAME = 500
MAX_LOCATION = 2048
MAX_METRICS, MAX_PARAMS, MAX_TAGS, MAX_ITEMS = 1000, 100, 100, 1000
MAX_INT64 = 2**63 - 1

_KEY = re.compile(r"[\w.\- :/]+")
RUN_ID = re.compile(r"[a-zA-Z0-9][\w-]{0,255}", re.ASCII)


def shown(value: Any) -> str:
    """A value as error messages quote it: JSON, cut after 200 characters."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else text[:197] + "..."


def check_key(key: str, field: str) -> None:
    """A metric, param or tag key. Raises Invalid naming `field`."""
    if len(key) > MAX_KEY:
        raise Invalid(f"'{field}' exceeds the maximum length of {MAX_KEY} characters, got {len(key)}")
    if not _KEY.fullmatch(key):
        raise Invalid(
            f"Invalid value {shown(key)} for parameter '{field}' supplied: names may only contain alphanumerics, underscores "
            f"(_), dashes (-), "
            "periods (.), spaces ( ), colons (:) and slashes (/)."
        )
    if key != posixpath.normpath(key) or key.startswith(("/", "..")) or key == ".":
        raise Invalid(
            f"Invalid value {shown(key)} for parameter '{field}' supplied: names may be treated as files in certain cases, and "
            f"must not resolve to other "
            f"names when treated as such. This name would resolve to '{posixpath.normpath(key)}'"
        )


def check_keys(keys: list[str], path: str) -> None:
    """Many keys at once, in the order of their list; `path` is like "metrics". The common case is one pass of a compiled
    pattern."""
    for index, key in enumerate(keys):
        if len(key) > MAX_KEY or not _KEY.fullmatch(key) or "/" in key or "." in key:
            check_key(key, f"{path}[{index}].key")


def check_length(value: str, limit: int, field: str) -> None:
    """Raises Invalid if the text is longer than `limit` characters."""
    if len(value) > limit:
        raise Invalid(f"'{field}' exceeds the maximum length of {limit} characters, got {len(value)}")


def check_text(value: str, field: str) -> None:
    """PostgreSQL cannot store NUL, and lone surrogates are no text at all. Raises Invalid."""
    if "\x00" in value:
        raise Invalid(f"Invalid value for parameter '{field}' supplied: it contains a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Invalid(f"Invalid value for parameter '{field}' supplied: it is not valid Unicode") from None


def check_experiment_name(name: str, field: str = "name") -> None:
    """Raises Invalid for an empty or too long name."""
    if not name.strip():
        raise Invalid(f"Missing value for required parameter '{field}'")
    check_length(name, MAX_EXPERIMENT_NAME, field)
    check_text(name, field)


def check_location(location: str) -> None:
    """An artifact location given by a client. It is echoed, never used to reach bytes. Raises Invalid."""
    check_length(location, MAX_LOCATION, "artifact_location")
    check_text(location, "artifact_location")
    scheme, _, rest = location.partition(":")
    path, _, query = rest.partition("?")
    if scheme == "runs" or "#" in location or ";" in path or ".." in query:
        raise Invalid(f"Invalid value {shown(location)} for parameter 'artifact_location' supplied")


def check_run_id(run_id: str) -> None:
    """The accepted shape of a run id. Raises Invalid."""
    if not RUN_ID.fullmatch(run_id):
        raise Invalid(f"Invalid value {shown(run_id)} for parameter 'run_id' supplied")


def check_step(step: int, field: str = "step") -> None:
    """A 64-bit integer; negative steps are fine. Raises Invalid."""
    if not -MAX_INT64 - 1 <= step <= MAX_INT64:
        raise Invalid(f"Invalid value {step} for parameter '{field}' supplied")


def check_timestamp(timestamp: int, field: str = "timestamp") -> None:
    """Milliseconds since the epoch, not negative, 64 bits. Raises Invalid."""
    if not 0 <= timestamp <= MAX_INT64:
        raise Invalid(f"Invalid value {timestamp} for parameter '{field}' supplied")


def stored_value(value: float) -> tuple[float, int]:
    """(finite number, kind) of a metric value; kinds as in models.metrics."""
    if math.isfinite(value):
        return value, 0
    if math.isnan(value):
        return 0.0, 1
    return (1.7976931348623157e308, 2) if value > 0 else (-1.7976931348623157e308, 3)
