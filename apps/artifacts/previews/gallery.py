"""Pictures as series over steps: those that `mlflow.log_image` wrote, and plain ones whose names differ in a number. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from apps.artifacts.previews.kinds import SIGNED, extension

# Newer clients write `+` and `~`, older ones `%` and `#` (which they lose themselves).
_NAME = re.compile(
    r"(?P<key>.+?)[+%]step[+%](?P<step>\d+)[+%]timestamp[+%](?P<time>\d+)[+%](?P<id>[^+%]+?)(?P<small>[+%]compressed)?\.(?:png|webp)"
)
# The last number of a name counts: `epoch_3_sample_0010.png` is sample 10 of `epoch_3_sample_*.png`.
_NUMBERED = re.compile(r"(?P<before>.*?)(?P<step>\d{1,15})(?P<after>\D*\.[^.]+)")
_PICTURES = frozenset([*(ending for ending, (kind, _, _) in SIGNED.items() if kind == "image"), "svg"])


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


def plain(paths: Iterable[str]) -> dict[str, list[Frame]]:
    """Name -> frames by number, of the pictures that no client logged as a series; one that has no sisters stands alone."""
    found: dict[str, list[Frame]] = {}
    for path in sorted(paths):
        name = path.rpartition("/")[2]
        if extension(name) not in _PICTURES or _NAME.fullmatch(name):
            continue
        match = _NUMBERED.fullmatch(name)
        key = f"{match['before']}*{match['after']}" if match else name
        found.setdefault(key, []).append(Frame(int(match["step"]) if match else 0, 0, path, path))
    alone = {key: frames[0].path.rpartition("/")[2] for key, frames in found.items() if len(frames) == 1}
    return {alone.get(key, key): sorted(frames, key=lambda frame: frame.step) for key, frames in found.items()}
