"""Which steps of long series are shown: evenly spread over all that there are (protocol, 6.5)."""

from bisect import bisect_right
from itertools import accumulate


def sampled_steps(spans: list[tuple[int, int]], wanted: int) -> set[int]:
    """Every (n / wanted)-th of the n different steps in the spans (first, last), and the last; all if no more than wanted.

    A span whose first is after its last is empty.
    """
    merged = _merged(spans)
    if not merged:
        return set()
    ends = list(accumulate(last - first + 1 for first, last in merged))
    total = ends[-1]
    places = range(0, total, total // wanted if total > wanted else 1)
    return {_step_at(merged, ends, place) for place in places} | {merged[-1][1]}


def _step_at(merged: list[tuple[int, int]], ends: list[int], place: int) -> int:
    span = bisect_right(ends, place)
    return merged[span][1] - (ends[span] - 1 - place)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(span for span in spans if span[0] <= span[1]):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
