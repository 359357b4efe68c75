"""Pages of a search: limits on their size, and the tokens between them."""

import hashlib
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from apps.core.errors import Invalid
from apps.core.paging import decode_offset, decode_token, encode_token

T = TypeVar("T")
MOST_RESULTS = 50_000


@dataclass(slots=True)
class Page(Generic[T]):
    """Some results in their order; `next_page_token` is "" on the last page."""

    items: list[T] = field(default_factory=list)
    next_page_token: str = ""


def check_page_size(max_results: int, most: int = MOST_RESULTS) -> int:
    """The number itself. Raises Invalid outside 1..most."""
    if not 1 <= max_results <= most:
        raise Invalid(f"Invalid value {max_results} for parameter 'max_results' supplied. It must be from 1 to {most}.")
    return max_results


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page begins: `offset` rows in, and behind the row with these values where the ordering can go there at once."""

    offset: int = 0
    after: tuple[int, str] | None = None


def read_position(token: str, request: str = "") -> Position:
    """The place a token stands for. Raises Invalid for a token we did not write, or wrote for another request."""
    if not token:
        return Position()
    offset = decode_offset(token)
    state = decode_token(token)
    if "offset" not in state:
        raise Invalid("Invalid page token")
    if request and state.get("for") != _digest(request):
        raise Invalid("Invalid page token: it belongs to a search with other experiment ids, filter or order_by")
    after = state.get("after")
    if after is None:
        return Position(offset)
    if not (isinstance(after, list) and [type(part) for part in after] == [int, str] and abs(after[0]) < 2**63):
        raise Invalid("Invalid page token")
    return Position(offset, (after[0], after[1]))


def write_position(position: Position, request: str = "") -> str:
    """The token of a place; with `request`, bound to it."""
    state: dict[str, object] = {"offset": position.offset}
    if position.after:
        state["after"] = list(position.after)
    if request:
        state["for"] = _digest(request)
    return encode_token(state)


def _digest(request: str) -> str:
    return hashlib.sha256(request.encode("utf-8", "surrogatepass")).hexdigest()[:16]
