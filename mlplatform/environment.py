"""The environment, read once through typed helpers. Nonsense in a variable stops the start with one clear line."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

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


def home() -> Path:
    """The folder of all local state, absolute."""
    return Path(text("MLPLATFORM_HOME", str(CHECKOUT / ".mlplatform"))).expanduser().resolve()


def database(home_folder: Path) -> dict:
    """Django's settings for DATABASE_URL; SQLite in the home folder without it."""
    value = text("DATABASE_URL")
    if not value or value.startswith("sqlite:"):
        path = Path(unquote(value.removeprefix("sqlite:///"))) if value else home_folder / "db.sqlite3"
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(path),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # An acknowledged write survives a power cut only with FULL; IMMEDIATE takes the write lock at BEGIN, where
                # the busy timeout applies, and not at the first write, where SQLite gives up at once.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
                    "PRAGMA cache_size=-65536;PRAGMA temp_store=MEMORY;PRAGMA mmap_size=268435456;"
                ),
            },
        }
    parts = urlsplit(value)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise BadEnvironment("DATABASE_URL: write postgresql://user:password@host:5432/name, or leave it out for SQLite")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.pop("host", "") or parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            # A database that accepts and stays silent must not hold our threads: 10 s, then 503.
            "options": "-c statement_timeout=10000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000",
            **{name: unquote(text_) for name, text_ in query.items()},
        },
    }
