"""Numbers, times and sizes as people read them. static/js/lib/format.js is the same in the browser; one table tests both."""

import math
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

MINUS = "−"
_SIZES = ("B", "kB", "MB", "GB", "TB", "PB")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def number(value: float | None, decimals: int = 4) -> str:
    """A metric: "0.9659", "3e−4" under 0.001, fewer decimals from 1,000 on; whole numbers that are ints keep none.

    None reads as an en dash. Rounds halves away from zero on the exact binary value, as JavaScript's toFixed does.
    """
    if value is None:
        return "–"
    if isinstance(value, int):
        return count(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    size = abs(value)
    if size != 0 and (size < 0.001 or size >= 1e9):
        return _signed(_scientific(value))
    if size >= 1000:
        decimals = min(decimals, 2) if size < 1e5 else 0
    return _signed(f"{_rounded(value, decimals):,}")


def metric(value: float | None, kind: int = 0) -> str:
    """A stored metric value; `kind` says whether it stands for NaN (1) or an infinity (2, 3)."""
    if kind:
        value = (math.nan, math.inf, -math.inf)[kind - 1]
    return number(value)


def count(value: float) -> str:
    """A whole number with thousands: "24,000"."""
    return _signed(f"{_rounded(value, 0):,}")


def percent(value: float, decimals: int = 1) -> str:
    """A share as "87.5 %"; `value` 1 is 100 %."""
    return _signed(f"{_rounded(value * 100, decimals):,} %")


def signed(value: float, decimals: int = 4) -> str:
    """A difference, with its sign always written: "+0.0041", "−0.0118"."""
    text = number(value, decimals)
    return f"+{text}" if value > 0 else text


def duration(seconds: float | None) -> str:
    """A length of time in its two largest units: "410 ms", "2.4 s", "38 s", "53 min", "1 h 28", "2 d 5 h"."""
    if seconds is None:
        return "–"
    if seconds < 0:
        return MINUS + duration(-seconds)
    if seconds < 0.9995:
        return f"{_rounded(seconds * 1000, 0)} ms"
    if seconds < 9.95:
        return f"{_rounded(seconds, 1)} s"
    if seconds < 59.5:
        return f"{_rounded(seconds, 0)} s"
    minutes = int(_rounded(seconds / 60, 0))
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02d}"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def size(value: int | None) -> str:
    """Bytes in decimal units: "312 B", "18 kB", "2.1 MB"."""
    if value is None:
        return "–"
    amount, unit = float(value), 0
    while amount >= 999.5 and unit < len(_SIZES) - 1:
        amount, unit = amount / 1000, unit + 1
    text = f"{_rounded(amount, 1 if unit and amount < 9.95 else 0)}"
    return f"{text.removesuffix('.0')} {_SIZES[unit]}"


def ago(then: datetime, now: datetime) -> str:
    """How long ago, or in how long: "now", "3 h ago", "in 6 d"; the day from 30 days on."""
    seconds = (now - then).total_seconds()
    if abs(seconds) >= 30 * 86400:
        return day(then)
    if abs(seconds) < 5:
        return "now"
    text = _largest_unit(abs(seconds))
    return f"{text} ago" if seconds > 0 else f"in {text}"


def day(moment: datetime) -> str:
    """A day in words: "3 Sep 2026" (UTC)."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def exact(moment: datetime) -> str:
    """A moment to the second: "22 Nov 2026, 17:42:03 UTC"."""
    return f"{day(moment)}, {moment.astimezone(UTC):%H:%M:%S} UTC"


def initials(name: str) -> str:
    """Two letters for an avatar: "Mira Sandoval" -> "MS", "admin" -> "AD"."""
    words = [word for word in name.replace(".", " ").replace("_", " ").replace("-", " ").split() if word]
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][:2].upper()
    return (words[0][0] + words[-1][0]).upper()


def _largest_unit(seconds: float) -> str:
    for limit, length, unit in ((60, 1, "s"), (3600, 60, "min"), (86400, 3600, "h")):
        if seconds < limit:
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds // 86400)} d"


def _rounded(value: float, decimals: int) -> Decimal:
    return Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _scientific(value: float) -> str:
    """Up to three digits and the exponent, without zeros at the end: "3e-4", "1.25e10"."""
    exact_value = Decimal(value)
    exponent = exact_value.adjusted()
    digits = exact_value.scaleb(-exponent).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if abs(digits) >= 10:
        digits, exponent = digits / 10, exponent + 1
    text = f"{digits:.2f}".rstrip("0").rstrip(".")
    return f"{text}e{exponent}"


def _signed(text: str) -> str:
    text = text.replace("-", MINUS)
    # A small negative that rounds to nothing is nothing.
    return text[1:] if text.startswith(MINUS) and not text.strip(f"{MINUS}0.,% ") else text
