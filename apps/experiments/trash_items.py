"""What lies in the trash, as lists show it, and where a page of such a list begins. Pure."""

from dataclasses import dataclass
from typing import Any

from apps.core.errors import Invalid
from apps.core.paging import decode_token, encode_token

KINDS = ("experiment", "run", "logged_model", "model", "version")
"""In the order in which things that went at one moment are listed."""


@dataclass(slots=True)
class TrashItem:
    """A thing in the trash. `key` is what services know it by; of a version that is its model, and `number` its own."""

    kind: str
    pk: int
    key: str
    name: str
    place: str  # the experiment that a run or a logged model was in
    deleted_at: int  # ms
    level: int
    number: int | None = None
    root: str = ""
    runs: int = 0  # of an experiment
    files: int = 0
    size: int = 0  # bytes
    kept: str = ""  # what keeps it from going for good

    @property
    def ref(self) -> str:
        """What a form sends for it."""
        return f"{self.kind}:{self.number}:{self.key}" if self.number is not None else f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the trash: kinds, at most so new (ms), with `text` in the name, and what comes after the item of a token."""

    kinds: tuple[str, ...] = KINDS
    before: int | None = None
    text: str = ""
    after: str = ""

    def has(self, kind: str) -> bool:
        """Whether things of the kind are wanted."""
        return kind in self.kinds

    def where(self, kind: str, deleted_at: str, pk: str, name: str) -> tuple[str, list[Any]]:
        """The SQL condition on these columns of a kind's table."""
        params: list[Any] = []
        sql = f"{deleted_at} IS NOT NULL"
        if self.before is not None:
            sql, params = f"{sql} AND {deleted_at} < %s", [self.before]
        if self.text:
            escaped = self.text.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
            sql, params = f"{sql} AND lower({name}) LIKE %s ESCAPE '!'", [*params, f"%{escaped}%"]
        if self.after:
            at, rank, last = _read(self.after)
            mine = KINDS.index(kind)
            same = "1 = 1" if mine > rank else f"{pk} < %s" if mine == rank else "1 = 0"
            sql = f"{sql} AND ({deleted_at} < %s OR ({deleted_at} = %s AND {same}))"
            params = [*params, at, at, *([last] if mine == rank else [])]
        return sql, params


def in_order(items: list[TrashItem]) -> list[TrashItem]:
    """The newest first."""
    return sorted(items, key=lambda item: (-item.deleted_at, KINDS.index(item.kind), -item.pk))


def token_after(item: TrashItem) -> str:
    """The token of the page that begins after the item."""
    return encode_token({"at": item.deleted_at, "kind": KINDS.index(item.kind), "pk": item.pk})


def _read(token: str) -> tuple[int, int, int]:
    state = decode_token(token)
    values = [state.get(name) for name in ("at", "kind", "pk")]
    if not all(isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 for value in values):
        raise Invalid("Invalid page token")
    return values[0], values[1], values[2]  # type: ignore[return-value]
