"""Requests as the official client sends them: which answers it retries, how often, how long it waits."""

import contextlib
import random
import socket
import time
from urllib.parse import urlsplit

import urllib3

RETRIED = {408, 429, 500, 502, 503, 504}
RETRIES = 7
LONGEST_WAIT = 120


class GaveUp(Exception):
    """The retries were used up: the training would have died here."""


class Client:
    """One connection, one person. `factor` is the official back-off factor 2 or, to save time, a smaller one (stricter)."""

    def __init__(self, base: str, token: str, factor: float = 2.0, timeout: float = 120):
        parts = urlsplit(base)
        self.host, self.port, self.token, self.factor = parts.hostname, parts.port, token, factor
        self.pool = urllib3.HTTPConnectionPool(self.host, self.port, maxsize=2, timeout=timeout, retries=False)

    def send(self, method: str, path: str, body: bytes | None, kind: str, failures: list) -> urllib3.BaseHTTPResponse:
        """The first answer that the official client would not retry; each failed try is noted in `failures`.

        Raises GaveUp after eight tries.
        """
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        for attempt in range(RETRIES + 1):
            after = ""
            try:
                answer = self.pool.urlopen(method, path, body=body, headers=headers, redirect=False)
                if answer.status not in RETRIED:
                    return answer
                after = answer.headers.get("Retry-After", "")
                failures.append([time.time(), str(answer.status), after, answer.data[:300].decode(errors="replace")])
            except urllib3.exceptions.HTTPError as error:
                failures.append([time.time(), type(error).__name__, "", str(error)[:300]])
            if attempt < RETRIES:
                time.sleep(self.wait(attempt, after))
        raise GaveUp(f"{method} {path}: {failures[-1][1]}")

    def wait(self, attempt: int, after: str) -> float:
        """Seconds before the next try: what Retry-After says, else 0, 2f, 4f, 8f … with up to a second of jitter."""
        if after.isdigit():
            return float(after)
        if attempt == 0:
            return 0.0
        return min(LONGEST_WAIT, self.factor * 2**attempt + random.random() * self.factor / 2)

    def abandon(self, method: str, path: str, body: bytes, kind: str) -> None:
        """Send the whole request and leave without reading the answer."""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), timeout=5) as connection:
            connection.sendall(head.encode() + body)
            time.sleep(random.choice([0, 0, 0.002, 0.01]))
