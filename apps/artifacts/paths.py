"""Artifact paths: what a caller may name inside a root. Pure.

A path never becomes a path of a file system or a key of a bucket (blobs have random keys), so these rules protect the
clients that download a tree into a folder, and the readers of lists, at least as much as the server.
"""

import re
import unicodedata
from urllib.parse import unquote

from apps.core.errors import Invalid

MAX_SEGMENT = 255  # characters; what common file systems take
MAX_PATH = 1024  # characters
MAX_BYTES = 2400  # in UTF-8: an entry of a PostgreSQL B-tree ends at 2,704 bytes
MAX_DECODINGS = 8

_ABSOLUTE = re.compile(r"/|[A-Za-z]:/|file:", re.IGNORECASE)


def clean_path(raw: str) -> str:
    """The path of one file, relative to its root, as it is stored: `raw` without empty and `.` segments.

    `raw` has been percent-decoded once, by whoever read the request. It is decoded further only to look at it: a path that
    any later decoding would turn into an escape is refused. Raises Invalid ("Invalid path: …").
    """
    path = clean_folder(raw)
    if not path:
        raise Invalid("Invalid path: it names no file")
    return path


def clean_folder(raw: str) -> str:
    """Like `clean_path`, and the empty text (or `.`) is the root itself."""
    _refuse_length(raw)
    path = "/".join(segment for segment in raw.split("/") if segment not in {"", "."})
    for reading in (*_readings(raw), *_readings(path)):
        _refuse_shape(reading)
    # Of the name itself alone: 2.x clients write `sample%step%0%timestamp%1795…`, and `%17` is no more than a part of a name.
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in raw):
        raise Invalid("Invalid path: it contains control characters or broken Unicode")
    if any(len(segment) > MAX_SEGMENT for segment in path.split("/")):
        raise Invalid(f"Invalid path: a name in it is longer than {MAX_SEGMENT} characters")
    return path


def ancestors(path: str) -> list[str]:
    """The folders above `path`, the root ("") first: a/b/c gives "", a, a/b."""
    segments = path.split("/")[:-1]
    return ["", *("/".join(segments[: depth + 1]) for depth in range(len(segments)))]


def base_name(path: str) -> str:
    """The last segment."""
    return path.rpartition("/")[2]


def _readings(raw: str) -> list[str]:
    """`raw` and what repeated percent-decoding makes of it. Raises Invalid if that has no end in sight."""
    readings = [raw]
    while (decoded := unquote(readings[-1])) != readings[-1]:
        if len(readings) > MAX_DECODINGS:
            raise Invalid("Invalid path: it is percent-encoded too many times")
        readings.append(decoded)
    return readings


def _refuse_length(raw: str) -> None:
    if len(raw) > MAX_PATH or len(raw.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise Invalid(f"Invalid path: it is longer than {MAX_PATH} characters or {MAX_BYTES} bytes")


def _refuse_shape(path: str) -> None:
    if ".." in path.split("/"):
        raise Invalid("Invalid path: '..' leads out of the artifacts")
    if "\\" in path or "#" in path:
        raise Invalid("Invalid path: '\\' and '#' are not allowed in it")
    if _ABSOLUTE.match(path):
        raise Invalid("Invalid path: it must be relative to the artifact root")
    if "\0" in path:
        raise Invalid("Invalid path: it contains control characters or broken Unicode")
