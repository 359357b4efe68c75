"""JSON, laid out. Pure."""

import json
from typing import Any

from apps.artifacts.previews.kinds import MB

MAX_TEXT = MB


def parse(text: str) -> Any:
    """The value. Raises ValueError for what is no JSON, or nested too deep."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None


def pretty(value: Any) -> tuple[str, bool]:
    """Text with two spaces for each level, and whether it was cut: much in deep nesting would be mostly spaces."""
    pieces: list[str] = []
    length = 0
    for piece in json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(value):
        pieces.append(piece)
        length += len(piece)
        if length > MAX_TEXT:
            return "".join(pieces), True
    return "".join(pieces), False
