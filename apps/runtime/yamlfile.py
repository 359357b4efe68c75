"""YAML files that strangers wrote: small, plain, and not able to blow up when they are turned into text."""

from pathlib import Path
from typing import Any

import yaml

from apps.core.errors import Invalid

MAX_BYTES = 1024 * 1024
MAX_NODES = 20_000


def read_mapping(path: Path, shown: str) -> dict[str, Any]:
    """The mapping in `path`; {} for an empty file. `shown` is the name used in messages. Raises Invalid."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Invalid(f"{shown} is larger than {MAX_BYTES // 1024} KiB")
        return parse_mapping(path.read_text(encoding="utf-8"), shown)
    except UnicodeDecodeError:
        raise Invalid(f"{shown} is not UTF-8 text") from None
    except OSError as error:
        raise Invalid(f"{shown} cannot be read: {error.strerror}") from None


def parse_mapping(text: str, shown: str) -> dict[str, Any]:
    """The mapping that `text` holds; {} for an empty text. Raises Invalid with the place of the mistake."""
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise Invalid(f"{shown} is not valid YAML{place}: {getattr(error, 'problem', None) or 'cannot be read'}") from None
    except (RecursionError, ValueError):
        raise Invalid(f"{shown} is not valid YAML: it cannot be read") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Invalid(f"{shown} has to be a mapping of names to values")
    _refuse_bombs(value, shown)
    return value


def _refuse_bombs(value: Any, shown: str) -> None:
    """Aliases let a few lines stand for billions of nodes; count what `str(value)` would visit and stop early."""
    waiting, seen = [value], 0
    while waiting:
        node = waiting.pop()
        seen += 1
        if seen > MAX_NODES:
            raise Invalid(f"{shown} holds more than {MAX_NODES} values")
        if isinstance(node, dict):
            waiting.extend(node.keys())
            waiting.extend(node.values())
        elif isinstance(node, (list, tuple, set)):
            waiting.extend(node)
