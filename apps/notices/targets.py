"""Where we may send things: addresses that people wrote down, checked when they are saved and again when they are used.

A host name is looked up as the connection itself would do it, so every notation of an address (0x7f.1, 2130706433, 127.1, full-
width digits) is seen as what it leads to; then each address is asked whether it is public, also through what IPv6 can wrap around
an IPv4 address. What was checked is what is connected to: `connect` takes the address, never the name, so that a name cannot
answer differently the second time. Redirects are never followed: an answer that points elsewhere has not taken the message.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from django.conf import settings

from apps.core import clock
from apps.core.errors import DomainError, Invalid, Unavailable

MAX_URL = 2000
MAX_ANSWER = 10_000  # bytes
MAX_ADDRESSES = 3  # of a host that are tried
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_V4_COMPATIBLE = ipaddress.IPv6Network("::/96")


class Unfound(Invalid):
    """The host cannot be found. When it is saved that is a mistake; later it may be a name server that is away."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was found to be allowed: the parts of the URL, and the numbers to connect to, each of them checked."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]


def may_pass(error: DomainError) -> bool:
    """Whether the same target may be reached later as it stands."""
    return isinstance(error, Unfound | Unavailable)


def check_target(url: str) -> Target:
    """The target of a URL. Raises Invalid, saying what is wrong with it."""
    parts = _parse(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    path = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe="/?:@!$&'()*+,;=~%[]{}|^")
    addresses = _resolve(host, port)
    if not settings.ALLOW_PRIVATE_WEBHOOKS:
        for address in addresses:
            if not is_public(ipaddress.ip_address(address)):
                raise Invalid(f"Invalid webhook URL: {host!r} leads to {address}, which is not a public address")
    return Target(parts.scheme, host, port, path, tuple(dict.fromkeys(addresses))[:MAX_ADDRESSES])


def _parse(url: str) -> SplitResult:
    if not url.strip():
        raise Invalid("Webhook URL cannot be empty or just whitespace")
    if len(url) > MAX_URL or any(ord(letter) < 33 or ord(letter) == 127 for letter in url):
        raise Invalid("Invalid webhook URL: it is too long, or holds spaces or control characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid(f"Invalid webhook URL {url[:200]!r}: {error}") from None
    # Inside a network http is common; whoever allows private addresses allows that with them.
    schemes = ("https", "http") if settings.ALLOW_PRIVATE_WEBHOOKS else ("https",)
    if parts.scheme not in schemes:
        raise Invalid(f"Invalid webhook URL scheme: {parts.scheme!r}. Allowed schemes are: {', '.join(schemes)}.")
    if not parts.hostname or port == 0:
        raise Invalid(f"Invalid webhook URL {url[:200]!r}: it names no host")
    if parts.username is not None or parts.password is not None:
        raise Invalid("Invalid webhook URL: it holds a user name or password")
    return parts


def _resolve(host: str, port: int) -> list[str]:
    """Every address of the host, as a connection would find them. Raises Invalid."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        raise Unfound(f"Invalid webhook URL: the host {host[:200]!r} cannot be found") from None
    return [str(one[4][0]).partition("%")[0] for one in found]


def is_public(address: Address) -> bool:
    """Whether the address is one of the public internet, and so is whatever IPv4 address is wrapped in it."""
    inner = _wrapped(address)
    if inner is not None and not is_public(inner):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _wrapped(address: Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address.sixtofour:
        return address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if any(address in network for network in (*_NAT64, _V4_COMPATIBLE)):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


class _Plain(http.client.HTTPConnection):
    """To a number, with the name in the Host header."""

    def __init__(self, target: Target, timeout: float):
        super().__init__(target.host, target.port, timeout=timeout)
        self.target = target

    def connect(self) -> None:
        self.sock = _reach(self.target, self.timeout)


class _Secure(http.client.HTTPSConnection):
    """The same with TLS: the certificate is checked against the name."""

    def __init__(self, target: Target, timeout: float, verify: bool):
        context = ssl.create_default_context()
        if not verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        super().__init__(target.host, target.port, timeout=timeout, context=context)
        self.target, self.tls = target, context

    def connect(self) -> None:
        self.sock = self.tls.wrap_socket(_reach(self.target, self.timeout), server_hostname=self.host)


def _reach(target: Target, timeout: float | None) -> socket.socket:
    """A connection to the first of the addresses that answers; together they take no longer than one may. Raises OSError."""
    share = timeout / len(target.addresses) if timeout else timeout
    for address in target.addresses[:-1]:
        with contextlib.suppress(OSError):
            return socket.create_connection((address, target.port), share)
    return socket.create_connection((target.addresses[-1], target.port), share)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `retry_after` in seconds, 0 if it does not say."""

    status: int
    body: str
    retry_after: float

    @property
    def is_taken(self) -> bool:
        """Whether the message was taken."""
        return 200 <= self.status < 300

    @property
    def is_passing(self) -> bool:
        """Whether it may be taken later."""
        return self.status == 429 or self.status >= 500

    @property
    def refusal(self) -> str:
        """Why it was not taken."""
        if 300 <= self.status < 400:
            return f"answered {self.status}, which points to another address, and redirects are not followed"
        return f"answered {self.status}: {self.body[:200]}"


def post(url: str, body: bytes, headers: dict[str, str], *, timeout: float = 30, verify: bool = True) -> Answer:
    """Check the target, connect to what was checked, send. `timeout` (s) is for each wait, and twice that for all of it.

    Raises Invalid (target) and OSError or HTTPException (network).
    """
    target = check_target(url)
    connection = _Secure(target, timeout, verify) if target.scheme == "https" else _Plain(target, timeout)
    try:
        with _ended_after(connection, 2 * timeout):
            connection.request("POST", target.path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, _start_of(answer, timeout), _seconds(answer.getheader("Retry-After") or ""))
    finally:
        connection.close()


@contextlib.contextmanager
def _ended_after(connection: http.client.HTTPConnection, seconds: float) -> Iterator[None]:
    """Cut the connection off then: a receiver that sends a header letter by letter would hold the worker for hours, since each
    of its letters comes in time. Raises TimeoutError."""
    is_cut = threading.Event()

    def cut() -> None:
        is_cut.set()
        if connection.sock is not None:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if is_cut.is_set():  # what was read until then looks like an answer that ended
            raise TimeoutError(f"no whole answer within {seconds:g} s")


def _seconds(text: str) -> float:
    """A Retry-After in seconds; its other form, a date, is not worth reading here."""
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _start_of(answer: http.client.HTTPResponse, timeout: float) -> str:
    """The first kilobytes of the body; one that drips is cut, for it would hold the worker."""
    end, data = clock.monotonic() + timeout, b""
    while len(data) < MAX_ANSWER and clock.monotonic() < end and (block := answer.read1(MAX_ANSWER - len(data))):
        data += block
    return data.decode("utf-8", "replace")
