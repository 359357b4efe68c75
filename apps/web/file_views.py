"""What a page says of one file, one folder, or one upload that has not arrived."""

import json
from typing import Any

from django.utils.translation import gettext as _

from apps.artifacts.previews import Preview, gallery, preview
from apps.artifacts.queries import listing, reading
from apps.artifacts.queries.listing import Entry
from apps.artifacts.queries.reading import Damaged, Opened
from apps.artifacts.queries.uploads import Attempt
from apps.core.actor import Actor
from apps.core.errors import DomainError, Missing

IMAGES = "images"  # where `mlflow.log_image` puts series of pictures
FRAMES = 1000  # pictures of one series
SERIES = 12
PICTURES = 60  # that are no series of a client
ROWS, COLUMNS = 200, 60  # of a table


def file(actor: Actor, root: str, path: str, entry: Entry) -> dict[str, Any]:
    """Its facts and its preview. A store that gives no bytes, or others, is told instead of the preview."""
    opened = reading.open_file(actor, root, path)
    read = _Reader(opened)
    damaged = entry.damaged
    try:
        shown = preview(opened.name, opened.size, read)
    except Damaged:
        shown, damaged = Preview("none"), True
    except Missing:
        shown = Preview("none", note=_("The store has lost the bytes of this file. Upload it again, or restore a backup."))
    except DomainError as error:
        shown = Preview("none", note=error.message)
    return {
        "kind": "file",
        "size": opened.size,
        "sha256": opened.sha256,
        "at": opened.modified,
        "damaged": damaged,
        "verified": read.is_verified and not damaged,
        "preview": shown,
        "tables": [(title, table, len(table.columns) > COLUMNS or len(table.rows) > ROWS) for title, table in _tables(shown)],
    }


def _tables(shown: Preview) -> list[tuple[str, Any]]:
    return [("", shown.table)] if shown.table else shown.tables


def folder(actor: Actor, root: str, path: str) -> dict[str, Any]:
    """How much lies in it, and its pictures: clients' series at any depth (of the run those in `images`), and plain ones."""
    summary = listing.summary(actor, root, path)
    entries = [entry.path for entry in listing.list_tree(actor, root, path or IMAGES)]
    inside = [f"{path}/{entry.path}".lstrip("/") for entry in listing.list_folder(actor, root, path) if not entry.is_dir]
    series, plain = list(gallery.series(entries).items()), list(gallery.plain(inside).items())
    return {
        "kind": "folder",
        "count": summary.count,
        "size": summary.size,
        "galleries": [_gallery(key, frames) for key, frames in series[:SERIES] + plain[:PICTURES]],
        "unseen": max(0, len(series) - SERIES) + max(0, len(plain) - PICTURES),
    }


def _gallery(key: str, frames: list[gallery.Frame]) -> dict[str, Any]:
    shown = frames[-FRAMES:]
    return {
        "key": key,
        "last": frames[-1],
        "position": len(shown) - 1,
        "count": len(frames),
        "frames": json.dumps([[frame.step, frame.path] for frame in shown]),
    }


def late(attempt: Attempt, url: str) -> dict[str, Any]:
    """An upload that failed or is on its way, in words."""
    failed = attempt.state == "failed"
    return {
        "path": attempt.path,
        "url": url,
        "failed": failed,
        "expected": attempt.expected,
        "arrived": attempt.arrived,
        "why": attempt.error or ("" if not failed else _("not known")),
        "at": attempt.updated,
    }


def line(run_id: str, path: str) -> str:
    """Python that brings the file or folder to where it runs."""
    where = f", artifact_path={json.dumps(path, ensure_ascii=False)}" if path else ""
    return f'mlflow.artifacts.download_artifacts(run_id="{run_id}"{where})'


class _Reader:
    """Reads the beginning of a file, once for all who ask for no more, and knows whether all of it was compared with its hash."""

    def __init__(self, opened: Opened):
        self._opened, self._head, self.is_verified = opened, b"", False

    def __call__(self, limit: int) -> bytes:
        if len(self._head) < min(limit, self._opened.size):
            self._head = self._opened.read(limit)
            self.is_verified = limit >= self._opened.size
        return self._head[:limit]
