"""The environment, read once through typed helpers. Nonsense in a variable stops the start with one clear line."""

import hashlib
import ipaddress
import os
import re
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

CHECKOUT = Path(__file__).resolve().parent.parent


class BadEnvironment(SystemExit):
    """A variable that cannot be meant; its text is the one line that the operator sees."""


def text(name: str, default: str = "") -> str:
    """The variable without surrounding white space, or `default` if it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """1, true, yes, on against 0, false, no, off, in any case."""
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise BadEnvironment(f"{name}={value!r}: write 1 or 0")


def integer(name: str, default: int, low: int, high: int) -> int:
    """A whole number within [low, high]."""
    value = text(name)
    if not value:
        return default
    if not value.isascii() or not value.lstrip("-").isdigit() or not low <= int(value) <= high:
        raise BadEnvironment(f"{name}={value!r}: write a whole number from {low} to {high}")
    return int(value)


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """One of `allowed`, in any case."""
    value = text(name, default).upper()
    if value not in allowed:
        raise BadEnvironment(f"{name}={value!r}: write one of {', '.join(allowed)}")
    return value


def items(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def url(name: str, default: str = "") -> str:
    """An http or https address without a trailing slash."""
    value = text(name, default).rstrip("/")
    if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc):
        raise BadEnvironment(f"{name}={value!r}: write an address like https://ml.example.com")
    return value


def networks(name: str, default: str = "") -> list[Network]:
    """Addresses or networks such as 10.0.0.0/8, separated by commas."""
    found: list[Network] = []
    for item in items(name, default):
        try:
            found.append(ipaddress.ip_network(item, strict=False))
        except ValueError:
            raise BadEnvironment(f"{name}: {item!r} is no address or network such as 10.0.0.0/8") from None
    return found


def is_within(address: str, allowed: list[Network]) -> bool:
    """Whether an address, as a socket tells it, lies in one of the networks; IPv4 seen through an IPv6 socket counts as IPv4."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in network for network in allowed)


def hosts(name: str) -> list[str]:
    """Host names as Django's ALLOWED_HOSTS has them: ml.example.com, .example.com, [::1] or *; no address, no port."""
    for item in items(name):
        if not re.fullmatch(r"\*|\[[0-9a-fA-F:.]+\]|\.?[\w-]+(\.[\w-]+)*\.?", item):
            raise BadEnvironment(f"{name}: {item!r} is no host name; write ml.example.com without https:// and port")
    return items(name)


def home() -> Path:
    """The folder of all local state, absolute; made if it is missing, readable by its owner alone."""
    folder = Path(text("MLPLATFORM_HOME", str(CHECKOUT / ".mlplatform"))).expanduser().resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadEnvironment(f"MLPLATFORM_HOME={folder}: {error.strerror}") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadEnvironment(f"MLPLATFORM_HOME={folder}: this user may not write there")
    return folder


def embedded_socket(home_folder: Path) -> Path:
    """Where the embedded broker of this home listens. A socket's path has at most 104 bytes on some systems (108 on Linux)."""
    path = home_folder / "valkey.sock"
    if len(os.fsencode(path)) < 100:
        return path
    return Path(tempfile.gettempdir()) / _name_outside(home_folder) / "valkey.sock"


def numbers_folder(home_folder: Path) -> Path:
    """Where the web processes of this home keep their Prometheus numbers, which are files mapped into memory.

    In memory where the system has a folder for that: writing to a mapped page for which a full disk has no room kills the process
    (SIGBUS), and counting requests must not be what brings a server down.
    """
    # Everybody may make folders there: whoever uses this one looks whose it is.
    shared_memory = Path("/dev/shm")
    if shared_memory.is_dir() and os.access(shared_memory, os.W_OK | os.X_OK):
        return shared_memory / _name_outside(home_folder)
    return home_folder / "metrics"


def _name_outside(home_folder: Path) -> str:
    """A name for what belongs to a home and lies elsewhere: one for each user and home."""
    return f"mlplatform-{os.getuid()}-{hashlib.sha256(os.fsencode(home_folder)).hexdigest()[:12]}"


def redis() -> str:
    """REDIS_URL: broker and cache, or empty for the embedded one."""
    value = text("REDIS_URL")
    parts = urlsplit(value)
    if value and (parts.scheme not in {"redis", "rediss", "unix"} or not (parts.netloc or parts.path.strip("/"))):
        raise BadEnvironment("REDIS_URL: write redis://host:6379/0, rediss://… or unix:///path, or leave it out")
    return value


def broker(redis_url: str, socket: Path) -> str:
    """The same server in Celery's spelling."""
    if not redis_url:
        return f"redis+socket://{socket}"
    return redis_url.replace("unix://", "redis+socket://", 1)


def artifact_root(home_folder: Path) -> str:
    """A folder, absolute, or s3://bucket/prefix, gs://bucket/prefix, azure://container/prefix."""
    value = text("MLPLATFORM_ARTIFACT_ROOT", str(home_folder / "artifacts"))
    parts = urlsplit(value)
    if parts.scheme in {"s3", "gs", "azure"}:
        if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]", parts.netloc) or parts.query or parts.fragment:
            raise BadEnvironment(f"MLPLATFORM_ARTIFACT_ROOT={value!r}: write a folder, s3://bucket/prefix, gs:// or azure://")
        return value.rstrip("/")
    if "://" in value:
        raise BadEnvironment(f"MLPLATFORM_ARTIFACT_ROOT={value!r}: write a folder, s3://bucket/prefix, gs:// or azure://")
    return str(Path(value).expanduser().resolve())


def email(name: str = "MLPLATFORM_EMAIL_URL") -> dict[str, Any]:
    """Django's mail settings for smtp://user:password@host:587?tls=1&from=ml@example.com, smtps://… or console:."""
    value = text(name, "console:")
    parts = urlsplit(value)
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    try:
        port = parts.port
    except ValueError:
        port = -1
    options = dict(parse_qsl(parts.query))
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or port == -1 or set(options) - {"tls", "from"}:
        raise BadEnvironment(f"{name}: write smtp://user:password@host:587?tls=1&from=ml@example.com, smtps://… or console:")
    found: dict[str, Any] = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": options.get("tls") == "1",
        "EMAIL_TIMEOUT": 10,
    }
    if "from" in options:
        found["DEFAULT_FROM_EMAIL"] = found["SERVER_EMAIL"] = options["from"]
    return found


def database(home_folder: Path) -> dict[str, Any]:
    """Django's settings for DATABASE_URL; SQLite in the home folder without it."""
    value = text("DATABASE_URL")
    if not value or value.startswith("sqlite:"):
        if value and not re.fullmatch(r"sqlite:///.+", value):
            raise BadEnvironment("DATABASE_URL: write sqlite:////absolute/path.sqlite3, or leave it out for the home folder")
        path = Path(unquote(value.removeprefix("sqlite:///"))).resolve() if value else home_folder / "db.sqlite3"
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(path),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # An acknowledged write survives a power cut only with FULL; IMMEDIATE takes the write lock at BEGIN, where
                # the busy timeout applies, and not at the first write, where SQLite gives up at once.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # Each thread has a connection: reads go through the shared map, so a small cache of its own does.
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
                    "PRAGMA cache_size=-8192;PRAGMA temp_store=MEMORY;PRAGMA mmap_size=268435456;"
                ),
            },
        }
    parts = urlsplit(value)
    try:
        port = str(parts.port or "")
    except ValueError:
        port = "bad"
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/") or port == "bad":
        raise BadEnvironment("DATABASE_URL: write postgresql://user:password@host:5432/name, or leave it out for SQLite")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "apps.core.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.pop("host", "") or parts.hostname or ""),
        "PORT": port,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            # What takes longer is a 503 within ten seconds; the other half of that promise is in patience.py.
            "options": "-c statement_timeout=7000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000",
            **{name: unquote(text_) for name, text_ in query.items()},
        },
    }
