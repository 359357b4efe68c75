"""Secrets on their way into a log: taken out of a stream of bytes, wherever its pieces happen to end."""

import base64
import json
import re
from collections.abc import Iterable
from urllib.parse import quote

MASK = b"***"
SHORTEST = 4


def forms(secret: str) -> set[str]:
    """The shapes in which a secret shows up by itself: as it is, line by line, in URLs, JSON and base64 (as in Basic headers)."""
    lines = {line.strip() for line in secret.splitlines()}
    encoded = base64.b64encode(secret.encode()).decode()
    shapes = {
        secret,
        secret.strip(),
        quote(secret),
        quote(secret, safe=""),
        json.dumps(secret)[1:-1],
        encoded,
        encoded.rstrip("="),
    }
    return {shape for shape in shapes | lines if len(shape) >= SHORTEST}


class Masker:
    """Replaces each secret by `***`. What may be the beginning of one is held back until it is clear."""

    def __init__(self, secrets: Iterable[str]):
        shapes = {shape.encode() for secret in secrets for shape in forms(secret)}
        self._shapes = sorted(shapes, key=lambda shape: (-len(shape), shape))
        self._pattern = re.compile(b"|".join(map(re.escape, self._shapes))) if shapes else None
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """The part of everything fed so far that is safe to show."""
        if self._pattern is None:
            return data
        data = self._held + data
        edge = len(data) - self._unclear(data)
        shown, position = [], 0
        for match in self._pattern.finditer(data):
            if match.start() >= edge:
                break
            shown += [data[position : match.start()], MASK]
            position = match.end()
        edge = max(edge, position)
        shown.append(data[position:edge])
        self._held = data[edge:]
        return b"".join(shown)

    def flush(self) -> bytes:
        """What is held back, at the end of the stream: the beginning of a secret that did not come is none."""
        held, self._held = self._held, b""
        return self._pattern.sub(MASK, held) if self._pattern else held

    def text(self, text: str) -> str:
        """A whole text without the secrets."""
        return self._pattern.sub(MASK, text.encode()).decode("utf-8", "replace") if self._pattern else text

    def _unclear(self, data: bytes) -> int:
        """Length of the longest end of `data` with which a secret begins."""
        longest = 0
        for shape in self._shapes:
            for length in range(min(len(shape) - 1, len(data)), longest, -1):
                if data.endswith(shape[:length]):
                    longest = length
                    break
        return longest
