"""The tree of a run's files as lines. Folders open by links, so that a page costs what it shows."""

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.artifacts.paths import ancestors, base_name
from apps.artifacts.queries.listing import Entry

SHOWN = 500  # lines of one folder
OPEN = 40  # folders that stay open


@dataclass(frozen=True, slots=True)
class Tree:
    """What is open and chosen. `list_folder` gives a folder's entries, `address` the link to a path with these folders open."""

    path: str
    opened: frozenset[str]
    list_folder: Callable[[str], Sequence[Entry]]
    address: Callable[[str, Iterable[str]], str]
    missing: frozenset[str] = field(default_factory=frozenset)

    def lines(self) -> list[dict[str, Any]]:
        """The items of ui/_tree.html."""
        return list(self._below("", 0))

    def _below(self, folder: str, level: int) -> Iterable[dict[str, Any]]:
        entries = self.list_folder(folder)
        names = {entry.path for entry in entries}
        for entry in entries[:SHOWN]:
            path = join(folder, entry.path)
            yield self._line(path, level, entry)
            if entry.is_dir and path in self.opened:
                yield from self._below(path, level + 1)
        for path in sorted(path for path in self.missing if parent_of(path) == folder and base_name(path) not in names):
            yield self._line(path, level, None)
        if len(entries) > SHOWN:
            yield {"name": f"+ {len(entries) - SHOWN:,}", "note": " ", "url": self.address(folder, self.opened), "level": level}

    def _line(self, path: str, level: int, entry: Entry | None) -> dict[str, Any]:
        is_dir = entry is not None and entry.is_dir
        return {
            "id": line_id(path),
            "name": base_name(path),
            "level": level,
            "url": self.address(path, self._opened_by(path) if is_dir else self.opened),
            "expanded": path in self.opened if is_dir else None,
            "size": entry.size if entry else None,
            "note": " " if is_dir else "" if entry else "–",
            "bad": entry is None or entry.damaged,
            "selected": path == self.path,
        }

    def _opened_by(self, folder: str) -> frozenset[str]:
        """The open folders after a click on this one."""
        if folder in self.opened:
            return frozenset(path for path in self.opened if path != folder and not path.startswith(f"{folder}/"))
        return self.opened | {folder}


def opened_folders(path: str, asked: Iterable[str]) -> frozenset[str]:
    """The folders of an address that are open: those above the chosen one always are."""
    return frozenset([*list(asked)[:OPEN], *ancestors(path)]) - {""}


def found_lines(entries: Iterable[Entry], path: str, address: Callable[[str], str]) -> list[dict[str, Any]]:
    """A flat tree of what a search found, by whole paths."""
    return [
        {
            "id": line_id(entry.path),
            "name": entry.path,
            "url": address(entry.path),
            "size": entry.size,
            "bad": entry.damaged,
            "selected": entry.path == path,
        }
        for entry in entries
    ]


def join(folder: str, name: str) -> str:
    """The path of a name in a folder."""
    return f"{folder}/{name}" if folder else name


def parent_of(path: str) -> str:
    """The folder that a path lies in; "" is the root."""
    return path.rpartition("/")[0]


def line_id(path: str) -> str:
    """The same id for the same path, so that focus stays when the tree is drawn anew."""
    return f"file-{zlib.crc32(path.encode()):08x}"
