"""LIKE and ILIKE: `%` is any run of characters, `_` exactly one, nothing is an escape, the whole value must match."""


def fold(text: str) -> str:
    """Lower case, character by character, so that `_` still counts characters (unlike str.lower() and casefold())."""
    if text.isascii():
        return text.lower()
    return "".join([letter.lower()[0] for letter in text])


def like(value: str, pattern: str) -> bool:
    """Whether `value` matches `pattern`, minding case. Time is at most length times length."""
    first, *rest = pattern.split("%")
    if not rest:
        return len(value) == len(first) and _fits(value, first, 0)
    *middle, last = rest
    if len(value) < len(first) + len(last) or not _fits(value, first, 0) or not _fits(value, last, len(value) - len(last)):
        return False
    at, end = len(first), len(value) - len(last)
    for piece in middle:
        at = _find(value, piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True


def ilike(value: str, pattern: str) -> bool:
    """Whether `value` matches `pattern`, ignoring case."""
    return like(fold(value), fold(pattern))


def _fits(value: str, piece: str, at: int) -> bool:
    if "_" not in piece:
        return value.startswith(piece, at)
    return at + len(piece) <= len(value) and all(want == "_" or want == value[at + i] for i, want in enumerate(piece))


def _find(value: str, piece: str, start: int, end: int) -> int:
    """The leftmost place in value[start:end] where the piece fits, or -1: taking the leftmost never loses a match."""
    if "_" not in piece:
        return value.find(piece, start, end)
    return next((at for at in range(start, end - len(piece) + 1) if _fits(value, piece, at)), -1)
