"""When a text is a number: one rule for params compared as numbers, in Python and in the databases."""

import re
import sys

LONGEST = 100
LARGEST = sys.float_info.max
# What lies nearer to zero counts as zero: there the databases stop to agree with each other.
SMALLEST = 2.3e-308

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
# The same in PostgreSQL's syntax; the length is asked for apart.
POSTGRES_NUMBER = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"


def text_number(text: str) -> float | None:
    """The finite number that `text` spells in decimal notation, or None.

    `nan`, `inf`, hexadecimal, blanks around it, thousands separators, exponents of more than three digits and anything over
    100 characters are no numbers.
    """
    if len(text) > LONGEST or not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    if abs(number) > LARGEST:
        return None
    return 0.0 if abs(number) < SMALLEST else number
