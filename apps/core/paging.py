"""Page tokens of the MLflow wire: base64 of a small JSON object, opaque to clients."""

import base64
import binascii
import json
from typing import Any

from apps.core.errors import Invalid


def encode_token(state: dict[str, Any]) -> str:
    """A token that `decode_token` reads back."""
    return base64.urlsafe_b64encode(json.dumps(state, separators=(",", ":")).encode()).decode()


def decode_token(token: str) -> dict[str, Any]:
    """The state inside a token; {} for an empty one. Raises Invalid for anything we did not write."""
    if not token:
        return {}
    try:
        state = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (binascii.Error, ValueError):
        raise Invalid("Invalid page token") from None
    if not isinstance(state, dict):
        raise Invalid("Invalid page token")
    return state


def encode_offset(offset: int) -> str:
    """The token of the page that begins at `offset`."""
    return encode_token({"offset": offset})


def decode_offset(token: str) -> int:
    """The offset a token stands for; 0 for no token. Raises Invalid."""
    offset = decode_token(token).get("offset", 0)
    if not isinstance(offset, int) or isinstance(offset, bool) or offset < 0 or offset > 2**53:
        raise Invalid("Invalid page token")
    return offset
