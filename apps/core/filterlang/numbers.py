"""When a text is a number: one rule for literals, for params compared as numbers, and for the databases that store them."""

import math
import re

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
LONGEST = 100


def text_number(text: str) -> float | None:
    """The finite number that `text` spells in decimal notation, or None.

    `nan`, `inf`, hexadecimal, blanks around it, thousands separators and anything over 100 characters are no numbers.
    """
    if len(text) > LONGEST or not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None
