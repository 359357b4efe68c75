"""Dates and date words beside times: an addition to MLflow's language, which knows milliseconds only.

A date stands for the whole of what it names (`2026-11-01` a day, `2026-11` a month, `2026-11-01T12:30` a minute), in UTC
unless it says otherwise. So exactly one of `<`, `=`, `>` holds: `<` is before it begins, `>` after it ends.
"""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta

from apps.core.filterlang.ast import Period

_DAY_MS = 24 * 60 * 60 * 1000
_UNITS_MS = {"min": 60_000, "h": 3_600_000, "d": _DAY_MS, "w": 7 * _DAY_MS}
_WORD = re.compile(r"(now|today|yesterday)(?:([+-])([0-9]{1,5})(min|h|d|w))?")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?")
EXAMPLES = ("2026-11-01", "2026-11-01T12:30", "2026-11", "today", "yesterday", "now-7d")


def read_period(text: str) -> Period | None:
    """The period that `text` names, or None if it is no date and no date word."""
    period = Period(text)
    try:
        bounds(period, 0)
    except ValueError:
        return None
    return period


def bounds(period: Period, now_ms: int) -> tuple[int, int]:
    """The first millisecond of the period and the first one after it, with `now_ms` as the present.

    Raises ValueError for a text that is no period.
    """
    text = period.text
    if word := _WORD.fullmatch(text.lower()):
        return _word_bounds(word, now_ms)
    if _MONTH.fullmatch(text):
        first = datetime.fromisoformat(f"{text}-01").replace(tzinfo=UTC)
        return _span(first, timedelta(days=monthrange(first.year, first.month)[1]))
    match = _DATE.fullmatch(text)
    if not match:
        raise ValueError(f"no date: {text}")
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if len(text) == 10:
        return _span(moment, timedelta(days=1))
    if match[2]:
        return _span(moment, timedelta(milliseconds=1))
    return _span(moment, timedelta(seconds=1) if match[1] else timedelta(minutes=1))


def _word_bounds(word: re.Match[str], now_ms: int) -> tuple[int, int]:
    shift = 0
    if word[2]:
        shift = int(word[3]) * _UNITS_MS[word[4]] * (1 if word[2] == "+" else -1)
    if word[1] == "now":
        return now_ms + shift, now_ms + shift + 1
    day = now_ms - now_ms % _DAY_MS - (_DAY_MS if word[1] == "yesterday" else 0) + shift
    return day, day + _DAY_MS


def _span(start: datetime, width: timedelta) -> tuple[int, int]:
    # In whole numbers: a float of seconds loses milliseconds.
    first = (start - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    return first, first + width // timedelta(milliseconds=1)
