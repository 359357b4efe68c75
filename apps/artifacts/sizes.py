"""Bytes in words and words in bytes. Pure."""

import re

from apps.core.errors import Invalid

UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([kmgtp]?)i?b?", re.IGNORECASE)


def in_words(size: int) -> str:
    """1234567 -> `1.2 MB`: units of 1,000 as the pages write them."""
    number, unit = float(size), 0
    while abs(number) >= 999.5 and unit < len(UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{size} {UNITS[0]}" if unit == 0 else f"{number:.3g} {UNITS[unit]}"


def parse_size(text: str) -> int:
    """`5 GB` -> bytes, in units of 1,000. Raises Invalid."""
    match = _SIZE.fullmatch(text.strip())
    size = round(float(match[1]) * 1000 ** " kmgtp".index(match[2].lower() or " ")) if match else -1
    if not 0 <= size < 2**62:
        raise Invalid(f"'{text}' is no size: write a number and a unit, like 500 GB")
    return size
