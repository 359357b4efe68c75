"""A run's colour: a place among twelve, from its id. static/js/lib/color.js is the same; one table tests both."""

from collections.abc import Iterable

PLACES = 12


def fnv1a(text: str) -> int:
    """32-bit FNV-1a over UTF-16 code units, the characters that JavaScript counts."""
    value = 2166136261
    units = text.encode("utf-16-le")
    for at in range(0, len(units), 2):
        value = ((value ^ int.from_bytes(units[at : at + 2], "little")) * 16777619) & 0xFFFFFFFF
    return value


def place(run_id: str) -> int:
    """The place, 1 to 12, that the id alone gives."""
    return fnv1a(run_id) % PLACES + 1


def color(run_id: str) -> str:
    """The CSS value of a run seen alone."""
    return f"var(--run-{place(run_id)})"


def colors(run_ids: Iterable[str]) -> dict[str, str]:
    """CSS values for the runs of one view, in its order: free places first, so that twelve differ; hues by hash from then on."""
    taken: set[int] = set()
    chosen: dict[str, str] = {}
    for run_id in run_ids:
        if run_id in chosen:
            continue
        if len(taken) == PLACES:
            chosen[run_id] = hash_color(run_id)
            continue
        at = place(run_id)
        while at in taken:
            at = at % PLACES + 1
        taken.add(at)
        chosen[run_id] = f"var(--run-{at})"
    return chosen


def hash_color(run_id: str) -> str:
    """A colour beyond the twelve: hue and depth from the id."""
    value = fnv1a(run_id)
    light, dark = (0.47, 0.67) if (value >> 9) % 2 else (0.62, 0.82)
    return f"light-dark(oklch({light} .14 {value % 360}), oklch({dark} .12 {value % 360}))"
