"""Pictures that `mlflow.log_image` wrote, as series over steps. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Newer clients write `+` and `~`, older ones `%` and `#` (which they lose themselves).
_NAME = re.compile(
    r"(?P<key>.+?)[+%]step[+%](?P<step>\d+)[+%]timestamp[+%](?P<time>\d+)[+%](?P<id>[^+%]+?)(?P<small>[+%]compressed)?\.(?:png|webp)"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture at one step; `small` is the path of its compressed twin, or its own."""

    step: int
    timestamp: int  # ms since the epoch
    path: str
    small: str


def series(paths: Iterable[str]) -> dict[str, list[Frame]]:
    """Key -> frames by step and time, of the paths that are such pictures."""
    full: dict[tuple[str, int, int, str], dict[str, str]] = {}
    for path in paths:
        match = _NAME.fullmatch(path.rpartition("/")[2])
        if match:
            key = match["key"].replace("~", "/").replace("#", "/")
            full.setdefault((key, int(match["step"]), int(match["time"]), match["id"]), {})[
                "small" if match["small"] else "path"
            ] = path
    found: dict[str, list[Frame]] = {}
    for (key, step, time, _), kinds in sorted(full.items()):
        path = kinds.get("path") or kinds["small"]
        found.setdefault(key, []).append(Frame(step, time, path, kinds.get("small", path)))
    return found
