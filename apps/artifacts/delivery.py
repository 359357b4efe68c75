"""How a file leaves by HTTP: type, name, ranges, and what protects the reader's browser. Pure; the doors make responses of it."""

import mimetypes
import os.path
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from django.utils.http import content_disposition_header, http_date, parse_http_date_safe

TEXT = frozenset(
    (
        "txt log err cfg conf cnf cf ini properties prop hocon toml yaml yml xml json js py py3 csv tsv md rst MLmodel MLproject"
    ).split()
)
UNKNOWN = "application/octet-stream"
# The table that comes with Python alone: the one of the machine would make the answer depend on the machine.
_TYPES = mimetypes.MimeTypes()

# For what is shown on our pages: it runs in an origin of its own and reaches nothing.
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:"
SANDBOX_WITH_SCRIPTS = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
    "script-src 'unsafe-inline' 'unsafe-eval' https://cdn.plot.ly"
)


class Opened(Protocol):
    """What can be delivered: an artifact, or whatever else knows its size and gives out its bytes from any offset."""

    @property
    def name(self) -> str:
        """The base name."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def sha256(self) -> str:
        """What no other content has."""

    @property
    def modified(self) -> datetime:
        """When it got this content."""

    def blocks(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to before `end`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says about the bytes that it wants: the headers of these names, and whether it wants the body."""

    range: str = ""
    if_range: str = ""
    if_none_match: str = ""
    head: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """Status, headers and body of an answer; `starts` if it begins with the first byte of the file."""

    status: int
    headers: dict[str, str]
    blocks: Iterator[bytes]
    starts: bool


def content_type(name: str) -> str:
    """The type by the name alone, as MLflow's table has it."""
    extension = os.path.splitext(name)[1].removeprefix(".") or name
    if extension in TEXT:
        return "text/plain"
    return _TYPES.guess_type(name)[0] or UNKNOWN


def disposition(name: str, *, inline: bool = False) -> str:
    """`attachment; filename=…`, as RFC 6266 and 5987 want names that are not plain ASCII."""
    return content_disposition_header(not inline, name) or "inline"


def deliver(opened: Opened, asked: Asked, *, inline: str = "", script: str = "") -> Delivery:
    """The answer for a file: whole (200), a range (206), unchanged (304), or a range that does not exist (416).

    `inline` is a type to show it as instead of saving it; then it comes in a sandbox, where a page may load the one `script` at
    that address. Raises Missing and Unavailable as
    reading does: before the first byte, while a status can still be chosen.
    """
    headers = _headers(opened, inline, script)
    if _matches(asked.if_none_match, headers["ETag"]):
        del headers["Content-Type"]
        return Delivery(304, headers, iter(()), starts=False)
    span = _span(asked, headers["ETag"], opened)
    if span is None:
        return Delivery(416, {"Content-Range": f"bytes */{opened.size}", "Content-Length": "0"}, iter(()), starts=False)
    start, end = span
    headers["Content-Length"] = str(end - start)
    is_part = bool(asked.range) and (start, end) != (0, opened.size)
    if is_part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{opened.size}"
    blocks = iter(()) if asked.head else opened.blocks(start, end)
    return Delivery(206 if is_part else 200, headers, blocks, starts=start == 0 and not asked.head)


def _headers(opened: Opened, inline: str, script: str) -> dict[str, str]:
    headers = {
        "Content-Type": inline or content_type(opened.name),
        "Content-Disposition": disposition(opened.name, inline=bool(inline)),
        "ETag": f'"{opened.sha256}"',
        "Last-Modified": http_date(opened.modified.timestamp()),
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",  # kept, but asked for again: permissions change
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": f"{SANDBOX_WITH_SCRIPTS} {script}".rstrip() if inline.startswith("text/html") else SANDBOX,
    }
    if inline:
        headers["X-Frame-Options"] = "SAMEORIGIN"
        headers["Content-Security-Policy"] += "; frame-ancestors 'self'"
    return headers


def _matches(header: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return etag in tags or "*" in tags


def _span(asked: Asked, etag: str, opened: Opened) -> tuple[int, int] | None:
    """(start, end), the whole file for what is no range of ours; None for one that lies outside."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", asked.range.strip())
    whole = (0, opened.size)
    if not match or match[0] == "bytes=-" or not _is_same(asked.if_range, etag, opened.modified):
        return whole
    first, last = match.groups()
    if not first:
        length = int(last)
        return (max(0, opened.size - length), opened.size) if length and opened.size else None
    start = int(first)
    end = min(int(last) + 1, opened.size) if last else opened.size
    if last and int(last) < start:
        return whole
    return (start, end) if start < opened.size else None


def _is_same(if_range: str, etag: str, modified: datetime) -> bool:
    """Whether the client's older part is of this very content; a date must be exact."""
    if not if_range:
        return True
    if if_range.startswith('"'):
        return if_range == etag
    return parse_http_date_safe(if_range) == int(modified.astimezone(UTC).timestamp())
